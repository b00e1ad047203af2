// ws_conformance: RFC 6455 by raw bytes, against the real hub's echo, and
// what a visitor's socket adds to it. Cases carry the numbers of the sections
// of the RFC, and in brackets those of the Autobahn suite, where it has them.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Raw } from "../lib/raw.mjs";
import { startServer } from "../lib/server.mjs";
import { until, within } from "../lib/until.mjs";

const TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
const MiB = 1024 * 1024;

let server;

before(async () => {
  server = await startServer({
    settings: {
      testEcho: true, connectionsPerAddress: 0, visitorBurst: 0,
      sessionsPerMinute: 0,
    },
  });
});

after(() => server?.stop());

// ---- frames ---------------------------------------------------------------

// One client's frame. Everything may be set wrong on purpose.
function frame(opcode, payload = "", {
  fin = true, rsv = 0, mask = randomBytes(4), length, lengthBytes,
} = {}) {
  const data = Buffer.from(payload);
  const size = length ?? data.length;
  const wide = lengthBytes ?? (size < 126 ? 0 : size < 65536 ? 2 : 8);
  const head = Buffer.alloc(2 + wide);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (mask ? 0x80 : 0) | (wide === 0 ? size : wide === 2 ? 126 : 127);
  if (wide === 2) head.writeUInt16BE(size, 2);
  if (wide === 8) head.writeBigUInt64BE(BigInt(size), 2);
  if (!mask) return Buffer.concat([head, data]);
  const masked = Buffer.from(data);
  for (let i = 0; i < masked.length; i++) masked[i] ^= mask[i & 3];
  return Buffer.concat([head, mask, masked]);
}

const text = (s, options) => frame(TEXT, s, options);
const more = (s, fin = false) => frame(0, s, { fin });
const ping = (s = "") => frame(PING, s);

function closing(code, reason = "") {
  if (code === undefined) return frame(CLOSE);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame(CLOSE, Buffer.concat([head, Buffer.from(reason)]));
}

// What the server said, frame by frame, as it must say it.
function* framesOf(bytes) {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1];
    assert.equal(short & 0x80, 0, "a server's frame has no mask");
    assert.equal(bytes[at] & 0x70, 0, "reserved bits are clear");
    const wide = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (bytes.length - at < 2 + wide) return;
    const size = wide === 0 ? short : wide === 2
      ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (wide === 2) assert.ok(size >= 126, "the shortest form");
    if (wide === 8) assert.ok(size >= 65536, "the shortest form");
    const from = at + 2 + wide;
    if (bytes.length < from + size) return;
    yield { fin: bytes[at] >= 0x80, opcode: bytes[at] & 15,
      payload: bytes.subarray(from, from + size) };
    at = from + size;
  }
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

function request(path, extra = []) {
  return [`GET ${path} HTTP/1.1`, "Host: x", "Upgrade: websocket",
    "Connection: Upgrade", "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${KEY}`, ...extra, "", ""].join("\r\n");
}

// A connection after its handshake.
class Socket extends Raw {
  async open(path = "/test/echo", together = "") {
    this.write(Buffer.concat([Buffer.from(request(path)),
      Buffer.from(together)]));
    const head = await this.until("the handshake", (t) =>
      t.includes("\r\n\r\n") && t);
    assert.match(head, /^HTTP\/1\.1 101 /);
    this.start = this.bytes.indexOf("\r\n\r\n") + 4;
    return this;
  }

  get frames() {
    return [...framesOf(this.bytes.subarray(this.start))];
  }

  say(...pieces) {
    return this.write(Buffer.concat(pieces));
  }

  // Byte by byte, each on its way alone.
  async drip(bytes) {
    this.socket.setNoDelay(true);
    for (const byte of bytes) {
      this.socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
  }

  gets(count) {
    return until(`${count} frames`, () =>
      (this.frames.length >= count || this.ended) && this.frames);
  }

  // The close that it gets, and that the server ends TCP after it.
  async closes() {
    const last = await until("a close", () =>
      this.frames.find((f) => f.opcode === CLOSE) ??
      (this.ended && { payload: Buffer.alloc(0), none: true }));
    assert.ok(!last.none, "TCP ended without a close");
    this.write(closing(1000)); // if it waits for ours
    await within("the end", this.over);
    const rest = this.frames;
    assert.equal(rest.at(-1).opcode, CLOSE, "nothing comes after a close");
    return {
      code: last.payload.length > 0 ? last.payload.readUInt16BE(0) : null,
      reason: last.payload.subarray(2).toString(),
      frames: rest.slice(0, -1),
    };
  }
}

const echo = (together) => new Socket(server).open("/test/echo", together);

function same(got, opcode, payload, what) {
  assert.ok(got, `${what}: nothing came`);
  assert.equal(got.opcode, opcode, what);
  assert.ok(got.fin, what);
  assert.ok(got.payload.equals(Buffer.from(payload)), what);
}

// Says pieces; gets these frames; and all is well with the connection.
async function echoes(pieces, expected) {
  const s = await echo();
  s.say(...pieces);
  const frames = await s.gets(expected.length);
  expected.forEach(([opcode, payload], i) =>
    same(frames[i], opcode, payload, `frame ${i}`));
  s.say(closing(1000));
  assert.equal((await s.closes()).code, 1000);
}

// Says pieces; gets these frames and then a close with this code.
async function fails(pieces, code, expected = []) {
  const s = await echo();
  s.say(...pieces);
  const end = await s.closes();
  assert.equal(end.code, code, end.reason);
  assert.equal(end.frames.length, expected.length);
  expected.forEach(([opcode, payload], i) =>
    same(end.frames[i], opcode, payload, `frame ${i}`));
}

function each(cases, run) {
  for (const [what, ...args] of cases) test(what, () => run(...args));
}

// ---- lengths --------------------------------------------------------------

describe("lengths, 5.2 [1.1, 1.2, 9.1, 9.2]", () => {
  for (const n of [0, 1, 125, 126, 127, 128, 65535, 65536, 65537, MiB])
    for (const [name, opcode] of [["text", TEXT], ["binary", BINARY]])
      test(`${name} of ${n} bytes`, () => {
        const payload = opcode === TEXT ? Buffer.alloc(n, "*")
          : randomBytes(n);
        return echoes([frame(opcode, payload)], [[opcode, payload]]);
      });

  test("16 MiB", () => {
    const payload = randomBytes(16 * MiB);
    return echoes([frame(BINARY, payload)], [[BINARY, payload]]);
  });

  test("16 MiB in fragments [9.4]", () => {
    const payload = randomBytes(16 * MiB);
    const pieces = [];
    for (let at = 0; at < payload.length; at += 65536)
      pieces.push(frame(at === 0 ? BINARY : 0, payload.subarray(at, at + 65536),
        { fin: at + 65536 === payload.length }));
    return echoes(pieces, [[BINARY, payload]]);
  });

  test("20,000 fragments of one message [9.3]", () => {
    const pieces = [text("*", { fin: false })];
    for (let i = 0; i < 19998; i++) pieces.push(more("*"));
    pieces.push(more("*", true));
    return echoes(pieces, [[TEXT, "*".repeat(20000)]]);
  });

  test("one byte above 16 MiB", async () => {
    const s = await echo();
    s.say(frame(BINARY, "x", { length: 16 * MiB + 1 }));
    assert.equal((await s.closes()).code, 1009);
  });

  test("fragments that add up to more than 16 MiB", async () => {
    const s = await echo();
    const half = Buffer.alloc(8 * MiB + 1);
    s.say(frame(BINARY, half, { fin: false }), frame(0, half));
    assert.equal((await s.closes()).code, 1009);
  });

  test("octet by octet [1.1.7]", async () => {
    const s = await echo();
    await s.drip(frame(TEXT, "drop by drop ÷ äöü".repeat(9)));
    same((await s.gets(1))[0], TEXT, "drop by drop ÷ äöü".repeat(9), "text");
    await s.drip(closing(1000, "schöner Tag"));
    assert.equal((await s.closes()).code, 1000);
  });

  each([
    ["125 in two bytes", text("x".repeat(125), { lengthBytes: 2 })],
    ["0 in two bytes", text("", { lengthBytes: 2 })],
    ["125 in eight bytes", text("x".repeat(125), { lengthBytes: 8 })],
    ["65535 in eight bytes", text("x".repeat(65535), { lengthBytes: 8 })],
  ], (bytes) => fails([bytes], 1002));

  test("a length with the highest bit set", () => {
    const bytes = frame(BINARY, "", { length: 65536 });
    bytes[2] = 0x80;
    return fails([bytes], 1002);
  });

  test("many messages in one packet", () => {
    const words = Array.from({ length: 2000 }, (_, i) => `message ${i}`);
    return echoes(words.map((w) => text(w)), words.map((w) => [TEXT, w]));
  });
});

// ---- pings and pongs ------------------------------------------------------

describe("pings and pongs, 5.5.2 [2]", () => {
  each([
    ["without payload [2.1]", ""],
    ["with text [2.2]", "Hello, world!"],
    ["with bytes [2.3]", Buffer.from([0, 255, 254, 253, 0])],
    ["of 125 bytes [2.4]", Buffer.alloc(125, 0xfe)],
  ], (payload) => echoes([ping(payload)], [[PONG, payload]]));

  test("of 126 bytes [2.5]", () => fails([ping("x".repeat(126))], 1002));

  test("octet by octet [2.6]", async () => {
    const s = await echo();
    await s.drip(ping(Buffer.alloc(125, 0xfe)));
    same((await s.gets(1))[0], PONG, Buffer.alloc(125, 0xfe), "pong");
    await s.end();
  });

  test("pongs that nobody asked for [2.7 to 2.9]", () =>
    echoes([frame(PONG), frame(PONG, "unasked"), ping("asked")],
      [[PONG, "asked"]]));

  test("ten pings, in order [2.10]", () => {
    const words = Array.from({ length: 10 }, (_, i) => `payload ${i}`);
    return echoes(words.map(ping), words.map((w) => [PONG, w]));
  });

  test("answered in the order of what came before", () =>
    echoes([text("a"), ping("b"), text("c")],
      [[TEXT, "a"], [PONG, "b"], [TEXT, "c"]]));

  test("a flood that nobody reads the answers of", async () => {
    const s = await echo();
    s.socket.pause();
    const flood = Buffer.concat(Array(1000).fill(ping("x".repeat(125))));
    let stuck = 0;
    for (let i = 0; i < 2000 && stuck < 20; i++) {
      const taken = s.socket.write(flood);
      await new Promise((done) => setTimeout(done, taken ? 0 : 5));
      stuck = taken ? 0 : stuck + 1;
    }
    assert.equal(stuck, 20, "it stops reading what it cannot answer");
    const other = await echo();
    other.say(text("others go on"));
    same((await other.gets(1))[0], TEXT, "others go on", "another client");
    await Promise.all([s.end(), other.end()]);
  });
});

// ---- reserved bits, opcodes, masks ----------------------------------------

describe("reserved bits, 5.2 [3]", () => {
  for (let rsv = 1; rsv < 8; rsv++)
    test(`rsv ${rsv} after a good message`, () =>
      fails([text("good"), text("bad", { rsv }), ping()], 1002,
        [[TEXT, "good"]]));

  each([
    ["of a ping", frame(PING, "", { rsv: 1 })],
    ["of a close", frame(CLOSE, "", { rsv: 7 })],
    ["of an empty message", text("", { rsv: 4 })],
  ], (bytes) => fails([bytes], 1002));
});

describe("reserved opcodes, 5.2 [4]", () => {
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
    test(`opcode ${opcode} after a good message`, () =>
      fails([text("good"), frame(opcode, "bad"), ping()], 1002,
        [[TEXT, "good"]]));
});

describe("masks, 5.3", () => {
  each([
    ["a message without", text("bare", { mask: null })],
    ["an empty one without", text("", { mask: null })],
    ["a ping without", frame(PING, "", { mask: null })],
    ["a close without", frame(CLOSE, "", { mask: null })],
  ], (bytes) => fails([bytes], 1002));

  test("a mask of zeros", () =>
    echoes([text("plain", { mask: Buffer.alloc(4) })], [[TEXT, "plain"]]));
});

// ---- fragments ------------------------------------------------------------

describe("fragments, 5.4 [5]", () => {
  const [a, b] = [text("one ", { fin: false }), more("two", true)];

  each([
    ["two [5.3]", [a, b], [[TEXT, "one two"]]],
    ["an empty middle", [a, more(""), b], [[TEXT, "one two"]]],
    ["all empty", [text("", { fin: false }), more(""), more("", true)],
      [[TEXT, ""]]],
    ["a ping between [5.6]", [a, ping("now"), b],
      [[PONG, "now"], [TEXT, "one two"]]],
    ["pings between all [5.19]",
      [a, ping("p1"), more("and "), ping("p2"), b],
      [[PONG, "p1"], [PONG, "p2"], [TEXT, "one and two"]]],
    ["two messages", [a, b, a, b], [[TEXT, "one two"], [TEXT, "one two"]]],
  ], echoes);

  each([
    ["a ping in fragments [5.1]", [frame(PING, "", { fin: false })]],
    ["a pong in fragments [5.2]", [frame(PONG, "", { fin: false })]],
    ["a close in fragments", [frame(CLOSE, "", { fin: false })]],
    ["an end without a beginning [5.9]", [more("x", true), text("good")]],
    ["a middle without a beginning [5.12]", [more("x"), text("good")]],
    ["a message inside a message [5.18]", [a, text("other")]],
    ["a fragment inside a message", [a, text("other", { fin: false })]],
  ], (pieces) => fails(pieces, 1002));

  test("a good one before a stray one [5.15]", () =>
    fails([a, b, more("stray"), text("x")], 1002, [[TEXT, "one two"]]));

  test("a close in the middle of a message", async () => {
    const s = await echo();
    s.say(a, closing(1000), b);
    assert.deepEqual((await s.closes()).frames, []);
  });
});

// ---- UTF-8 ----------------------------------------------------------------

const hex = (s) => Buffer.from(s, "hex");

describe("UTF-8, 8.1 [6]", () => {
  const greek = Buffer.from("Hello-µ@ßöäüàá-UTF-8!! κόσμε");

  each([
    ["of two bytes", "c280"], ["the last of two", "dfbf"],
    ["of three", "e0a080"], ["before the surrogates", "ed9fbf"],
    ["after the surrogates", "ee8080"], ["no character", "efbfbf"],
    ["of four", "f0908080"], ["the last of all", "f48fbfbf"],
    ["NUL", "00"],
  ], (s) => echoes([text(hex(s))], [[TEXT, hex(s)]]));

  test("cut at every place of a message [6.2]", async () => {
    for (let at = 0; at <= greek.length; at++)
      await echoes([text(greek.subarray(0, at), { fin: false }),
        more(greek.subarray(at), true)], [[TEXT, greek]]);
  });

  test("each byte a fragment", () => echoes(
    [text("", { fin: false }), ...Array.from(greek, (byte) =>
      more(Buffer.from([byte]))), more("", true)], [[TEXT, greek]]));

  each([
    ["a lone continuation", "80"], ["overlong of two", "c080"],
    ["overlong of two, last", "c1bf"], ["overlong of three", "e08080"],
    ["overlong of four", "f0808080"], ["a surrogate", "eda080"],
    ["the last surrogate", "edbfbf"], ["above the last", "f4908080"],
    ["five bytes", "f888808080"], ["fe", "fe"], ["ff", "ff"],
    ["cut off", "cebae1bdb9cf83cebcce"], ["cut off after one", "e2"],
    ["a gap in a character", "e228a1"],
    ["a bad byte after 8 good ones", "4142434445464748ff"],
  ], (s) => fails([text(hex(s))], 1007));

  test("cut off at the end of fragments", () =>
    fails([text("x", { fin: false }), more(hex("c3"), true)], 1007));

  // The rest of the message never comes: it fails as soon as it can.
  each([
    ["in a fragment [6.4.1]", [text(hex("cebaf490"), { fin: false })]],
    ["in the second one", [text(hex("cebaf4"), { fin: false }),
      more(hex("90"))]],
    ["inside a frame [6.4.3]",
      [text(hex("cebaf490"), { length: 20 })]],
    ["a surrogate's second byte", [text(hex("eda0"), { length: 3 })]],
  ], (pieces) => fails(pieces, 1007));

  test("binary may be anything", () =>
    echoes([frame(BINARY, hex("c080ff"))], [[BINARY, hex("c080ff")]]));
});

// ---- closes ---------------------------------------------------------------

describe("closes, 5.5.1 and 7.4 [7]", () => {
  test("without a code [7.3.1]", async () => {
    const s = await echo();
    s.say(closing());
    assert.equal((await s.closes()).code, null);
  });

  test("of one byte [7.3.2]", () => fails([frame(CLOSE, "x")], 1002));

  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011,
    1012, 1013, 1014, 3000, 3999, 4000, 4999])
    test(`code ${code} comes back [7.7]`, async () => {
      const s = await echo();
      s.say(closing(code, "because"));
      assert.equal((await s.closes()).code, code);
    });

  for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000,
    2999, 5000, 65535])
    test(`code ${code} may not be said [7.9, 7.13]`, () =>
      fails([closing(code)], 1002));

  test("a reason of 123 bytes [7.3.5]", async () => {
    const s = await echo();
    s.say(closing(1000, "x".repeat(123)));
    assert.equal((await s.closes()).code, 1000);
  });

  test("a reason of 124 bytes [7.3.6]", () =>
    fails([closing(1000, "x".repeat(124))], 1002));

  each([
    ["that is not UTF-8 [7.5.1]", hex("cebaf4908080")],
    ["that is cut off", hex("cebae1bd")],
  ], (reason) => fails([closing(1000, reason)], 1007));

  test("with a reason in two packets", async () => {
    const s = await echo();
    const bytes = closing(1000, "κόσμε");
    s.say(bytes.subarray(0, 9));
    await new Promise((done) => setTimeout(done, 30));
    s.say(bytes.subarray(9));
    assert.equal((await s.closes()).code, 1000);
  });

  each([
    ["a message after it [7.1.3]", text("late")],
    ["a ping after it [7.1.4]", ping()],
    ["another close after it [7.1.2]", closing(1000)],
  ], async (late) => {
    const s = await echo();
    s.say(text("in time"), closing(1000), late);
    const { code, frames } = await s.closes();
    assert.equal(code, 1000);
    assert.equal(frames.length, 1);
  });

  test("256 KiB and a close at once [7.1.6]", async () => {
    const s = await echo();
    const payload = Buffer.alloc(256 * 1024, "*");
    s.say(text(payload), closing(1000), text("late"));
    const { code, frames } = await s.closes();
    assert.equal(code, 1000);
    same(frames[0], TEXT, payload, "what came before");
  });

  test("a client that just goes", async () => {
    const s = await echo();
    s.say(text("half", { fin: false }));
    await s.end();
    const next = await echo();
    next.say(text("others go on"));
    same((await next.gets(1))[0], TEXT, "others go on", "another client");
    await next.end();
  });
});

// ---- the handshake --------------------------------------------------------

describe("the handshake, 4.2", () => {
  const lines = request("/test/echo").split("\r\n");
  const without = (name) => lines.filter((l) => !l.startsWith(name));
  const instead = (line) => lines.map((l) =>
    l.startsWith(line.split(":")[0]) ? line : l);

  async function answer(list) {
    const raw = new Raw(server).write(list.join("\r\n"));
    const found = await raw.until("an answer", (t) =>
      t.includes("\r\n\r\n") && t);
    await raw.end();
    return found;
  }

  function accept(key) {
    return createHash("sha1")
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  }

  each([
    ["as in the RFC", KEY], ["any bytes", randomBytes(16).toString("base64")],
    ["all ones", Buffer.alloc(16, 255).toString("base64")],
  ], async (key) => {
    const head = await answer(instead(`Sec-WebSocket-Key: ${key}`));
    assert.match(head, /^HTTP\/1\.1 101 /);
    const said = /^sec-websocket-accept: *(.*)\r$/im.exec(head)[1];
    assert.equal(said, accept(key));
  });

  each([
    ["words in any case", instead("Upgrade: WebSocket")],
    ["several upgrades", instead("Upgrade: h2c, websocket")],
    ["as Firefox says it", instead("Connection: keep-alive, Upgrade")],
  ], async (list) => assert.match(await answer(list), /^HTTP\/1\.1 101 /));

  each([
    ["no Upgrade", without("Upgrade"), 426],
    ["another Upgrade", instead("Upgrade: h2c"), 426],
    ["part of a word", instead("Upgrade: websockets"), 426],
    ["no Connection", without("Connection"), 400],
    ["another Connection", instead("Connection: keep-alive"), 400],
    ["no version", without("Sec-WebSocket-Version"), 426],
    ["version 8", instead("Sec-WebSocket-Version: 8"), 426],
    ["no key", without("Sec-WebSocket-Key"), 400],
    ["an empty key", instead("Sec-WebSocket-Key: "), 400],
    ["a key of 15 bytes",
      instead(`Sec-WebSocket-Key: ${randomBytes(15).toString("base64")}`),
      400],
    ["a key of 17 bytes",
      instead(`Sec-WebSocket-Key: ${randomBytes(17).toString("base64")}`),
      400],
    ["a key that is not base64",
      instead("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="), 400],
    ["POST", lines.map((l) => l.replace(/^GET/, "POST")), 405],
    ["HEAD", lines.map((l) => l.replace(/^GET/, "HEAD")), 405],
  ], async (list, status) =>
    assert.match(await answer(list), new RegExp(`^HTTP/1\\.1 ${status} `)));

  test("one subprotocol, if it is known", async () => {
    const offer = (list) => answer([...lines.slice(0, -2),
      `Sec-WebSocket-Protocol: ${list}`, "", ""]);
    assert.match(await offer("chat, frontdesk.v1"),
      /^sec-websocket-protocol: *frontdesk\.v1\r$/im);
    assert.doesNotMatch(await offer("chat"), /sec-websocket-protocol/i);
  });

  test("extensions are never agreed to", async () => {
    const head = await answer([...lines.slice(0, -2),
      "Sec-WebSocket-Extensions: permessage-deflate", "", ""]);
    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.doesNotMatch(head, /sec-websocket-extensions/i);
  });

  test("frames that come together with it", async () => {
    const s = await echo(Buffer.concat([text("at once"), ping("too")]));
    const frames = await s.gets(2);
    same(frames[0], TEXT, "at once", "the message");
    same(frames[1], PONG, "too", "the pong");
    await s.end();
  });
});

// ---- a visitor's socket ---------------------------------------------------

describe("a visitor's socket", () => {
  const hello = text(JSON.stringify({ type: "hello", company: "demo" }));
  const open = (together) =>
    new Socket(server).open("/v1/visitor/socket?company=demo", together);
  const json = (f) => JSON.parse(f.payload.toString());

  test("everything in one packet with the handshake", async () => {
    const s = await open(Buffer.concat([hello,
      ...Array.from({ length: 150 }, (_, i) => text(JSON.stringify(
        { type: "send", id: `m${i}`, text: `message ${i}` })))]));
    const acks = await until("150 acks", () => {
      const list = s.frames.map(json).filter((f) => f.type === "ack");
      return list.length === 150 && list;
    });
    assert.deepEqual(acks.map((a) => a.id),
      Array.from({ length: 150 }, (_, i) => `m${i}`));
    await s.end();
  });

  test("hello in fragments, with pings between", async () => {
    const words = Buffer.from(JSON.stringify(
      { type: "hello", company: "demo" }));
    const s = await open();
    s.say(text(words.subarray(0, 9), { fin: false }), ping("1"),
      more(words.subarray(9), true));
    const frames = await s.gets(2);
    same(frames[0], PONG, "1", "the pong");
    assert.equal(json(frames[1]).type, "welcome");
    await s.end();
  });

  each([
    ["a frame above 64 KiB", text("x", { length: 65537 }), 1009],
    ["fragments above 64 KiB", Buffer.concat([
      text("x".repeat(65536), { fin: false }), more("x", true)]), 1009],
    ["too many fragments", Buffer.concat([text("x", { fin: false }),
      ...Array(1100).fill(more(""))]), 1008],
    ["binary", frame(BINARY, "{}"), 1003],
    ["text that is not UTF-8", text(hex("22ff22")), 1007],
    ["a reserved bit", text("{}", { rsv: 4 }), 1002],
  ], async (bytes, code) => {
    const s = await open(hello);
    s.say(bytes);
    assert.equal((await s.closes()).code, code);
  });

  test("closes and is closed like any other", async () => {
    const s = await open(hello);
    await s.gets(2);
    s.say(closing(1001));
    assert.equal((await s.closes()).code, 1001);
  });
});
