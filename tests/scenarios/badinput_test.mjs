// badinput: what is wrong has a defined status or close code and a body that
// names the fault, and means nothing to anybody else: a bystander chats on
// through all of it.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import WebSocket from "ws";
import { Raw } from "../lib/raw.mjs";
import { openapi, valid } from "../lib/schema.mjs";
import { company, startServer } from "../lib/server.mjs";
import { until, within } from "../lib/until.mjs";
import { SocketVisitor, newId } from "../lib/visitor.mjs";
import { call } from "../lib/visitor_http.mjs";

const [hours] = company.faq;
const JSON_TYPE = { "content-type": "application/json" };

let server;
let bystander;
let token; // of a visitor who did nothing wrong
let foreign; // of another company

before(async () => {
  server = await startServer({
    companies: {
      demo: { ...company,
        web: { ...company.web, origins: ["https://shop.example"] } },
      other: company,
      open: { ...company, web: { origins: ["*"] } },
    },
    settings: {
      demo: "true", helloMs: "1s", requestMs: "2s", visitorBurst: 1000,
      visitorPerMinute: 0, sessionsPerMinute: 0, connectionsPerAddress: 40,
      listenOps: "127.0.0.1:0",
    },
  });
  bystander = await new SocketVisitor(server).open();
  token = (await new SocketVisitor(server).open()).token;
  foreign = (await new SocketVisitor(server, { company: "other" }).open())
    .token;
});

afterEach(async () => {
  if (bystander === undefined) return;
  const answer = await bystander.ask(hours.question);
  assert.equal(answer.body.text, hours.answer);
  bystander.checkDense();
  assert.equal(bystander.closed, null);
});

after(() => server?.stop());

function refused(what, answer, status, code, detail = /./) {
  assert.equal(`${answer.status} ${answer.body?.code}`, `${status} ${code}`,
    `${what}: ${JSON.stringify(answer.body)}`);
  assert.match(answer.body.detail ?? "", detail, what);
}

const post = (path, body, options = {}) =>
  call(server, "POST", `/v1/visitor/${path}`, { token, body, ...options });

// ---- HTTP ----------------------------------------------------------------

// [what, route, body, status, code, a piece of the detail]
const bodies = [
  ["no body", "messages", "", 400, "bad_json", /no text/],
  ["not JSON", "messages", "{", 400, "bad_json", /ends too early/],
  ["a number", "messages", "1", 400, "bad_json", /not an object/],
  ["an array", "messages", "[]", 400, "bad_json", /not an object/],
  ["two objects", "messages", "{}{}", 400, "bad_json", /goes on/],
  ["a doubled member", "messages", '{"id":"a","id":"a","text":"x"}', 400,
    "bad_json", /twice/],
  ["deep nesting", "messages", "[".repeat(60_000), 400, "bad_json", /deep/],
  ["no id", "messages", { text: "x" }, 400, "bad_frame", /id is missing/],
  ["a number as id", "messages", { id: 1, text: "x" }, 400, "bad_frame",
    /id is a number/],
  ["an id with a space", "messages", { id: "a b", text: "x" }, 400,
    "bad_frame", /id holds/],
  ["a long id", "messages", { id: "a".repeat(65), text: "x" }, 400,
    "bad_frame", /limit is 64/],
  ["no text", "messages", { id: "a" }, 400, "bad_frame", /text is missing/],
  ["blank text", "messages", { id: "a", text: " \n" }, 400, "bad_frame",
    /text is blank/],
  ["NUL in the text", "messages", { id: "a", text: "a\0b" }, 400, "bad_text",
    /U\+0000/],
  ["half a character", "messages", '{"id":"a","text":"\\ud83d"}', 400,
    "bad_json", /not JSON/],
  ["bytes that are not UTF-8", "messages",
    Buffer.from('{"id":"a","text":"\xff"}', "latin1"), 400, "bad_text",
    /not UTF-8/],
  ["a long text", "messages", { id: "a", text: "x".repeat(4001) }, 422,
    "too_long", /4001 characters; the limit is 4000/],
  ["a large body", "messages",
    { id: "a", text: "x", more: "x".repeat(70_000) }, 413, "too_big", /too long/],
  ["a word for typing", "typing", { on: "yes" }, 400, "bad_frame", /on is/],
  ["a negative mark", "seen", { seq: -1 }, 400, "bad_frame", /negative/],
  ["a fraction as mark", "seen", { seq: 1.5 }, 400, "bad_frame", /fraction/],
  ["a large mark", "seen", '{"seq":9007199254740992}', 400, "bad_frame",
    /too big/],
  ["half a proof", "identify", { user: "u", hmac: "00" }, 400, "bad_frame",
    /64 hex digits/],
  ["no company", "session", {}, 400, "bad_frame", /company is missing/],
  ["an unknown company", "session", { company: "nobody" }, 404,
    "unknown_company"],
  ["an impossible company", "session", { company: "../etc" }, 404,
    "unknown_company"],
  ["a forged token", "session", { company: "demo", token: "v1.forged" }, 401,
    "bad_token"],
];

describe("bodies", () => {
  for (const [what, route, body, status, code, detail] of bodies)
    test(what, async () => {
      refused(what, await post(route, body, { headers: JSON_TYPE }), status,
        code, detail);
    });

  test("another type of body", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", ""])
      refused(type, await post("messages", '{"id":"a","text":"x"}',
        { headers: { "content-type": type } }), 415, "bad_type");
  });
});

describe("who asks", () => {
  // The last byte of a token is not all signature: change one inside.
  const bent = () => {
    const at = token.length - 5;
    const other = token[at] === "A" ? "B" : "A";
    return token.slice(0, at) + other + token.slice(at + 1);
  };
  const tokens = {
    "no token": () => undefined,
    "nonsense as token": () => "nonsense",
    "a bent token": bent,
    "a cut token": () => token.slice(0, -1),
    "a long token": () => "a".repeat(3000),
  };
  const calls = [
    ["POST", "messages", { id: "a", text: "x" }], ["POST", "typing", { on: true }],
    ["POST", "seen", { seq: 1 }],
    ["POST", "identify", { user: "u", hmac: "0".repeat(64) }],
    ["GET", "events?after=0"], ["GET", "stream?after=0"],
  ];
  for (const [what, make] of Object.entries(tokens))
    test(what, async () => {
      for (const [method, path, body] of calls)
        refused(path, await call(server, method, `/v1/visitor/${path}`,
          { token: make(), body }), 401, "bad_token");
    });

  test("a token of another company opens no session", async () => {
    refused("session",
      await post("session", { company: "demo", token: foreign }), 401,
      "bad_token", /another company/);
  });

  test("a foreign origin", async () => {
    const from = (origin) => ({ headers: { origin } });
    const message = () => ({ id: newId(), text: "x" });
    for (const origin of ["https://evil.example", "null",
      "https://shop.example.evil.example", "http://shop.example"]) {
      refused(origin, await post("messages", message(), from(origin)), 403,
        "bad_origin");
      refused(origin, await post("session", { company: "demo" },
        from(origin)), 403, "bad_origin");
    }
    for (const origin of ["https://shop.example", server.base]) {
      const answer = await post("messages", message(), from(origin));
      assert.equal(answer.status, 200, origin);
    }
    const { status } = await post("session", { company: "open" },
      from("https://anybody.example"));
    assert.equal(status, 200);
  });
});

describe("routes", () => {
  test("what is not there", async () => {
    for (const path of ["/nothing", "/v1/visitor", "/v1/visitor/messages/",
      "/v1/visitor/%6dessages", "/index.html", "/../etc/passwd"]) {
      const raw = new Raw(server).write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const answer = await raw.answer();
      valid("problem", answer.body);
      refused(path, answer, 404, "not_found");
      await raw.end();
    }
  });

  test("another method", async () => {
    for (const [method, path] of [["GET", "/v1/visitor/messages"],
      ["DELETE", "/v1/visitor/messages"], ["POST", "/v1/visitor/events"],
      ["PUT", "/v1/visitor/socket"], ["POST", "/health"]]) {
      const answer = await call(server, method, path, { token });
      refused(`${method} ${path}`, answer, 405, "bad_method", /^/);
      assert.ok(answer.headers.get("allow"), `${path} has no Allow`);
    }
  });

  test("parameters that are no numbers", async () => {
    for (const query of ["after=x", "after=-1", "after=1.5", "after=",
      "after=99999999999999999999", "wait=x", "wait=31", "wait=-1"])
      refused(query, await call(server, "GET", `/v1/visitor/events?${query}`,
        { token }), 400, "bad_request");
  });
});

test("what openapi.json names is there, and takes those methods", async () => {
  for (const [path, methods] of Object.entries(openapi.paths))
    for (const method of Object.keys(methods)) {
      const raw = new Raw(server).write(
        `${method.toUpperCase()} ${path} HTTP/1.1\r\nHost: x\r\n` +
        "Content-Length: 0\r\nConnection: close\r\n\r\n");
      const { status } = await raw.answer();
      assert.ok(methods[method].responses[status],
        `${method} ${path} gave ${status}`);
      await raw.end();
    }
});

describe("requests that are not finished", () => {
  const pieces = {
    "nothing at all": "",
    "half a request line": "POST /v1/visi",
    "half a header":
      "POST /v1/visitor/messages HTTP/1.1\r\nHost: x\r\nContent-",
    "half a body": "POST /v1/visitor/messages HTTP/1.1\r\nHost: x\r\n" +
      "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  };
  test("are ended", async () => {
    await Promise.all(Object.entries(pieces).map(async ([what, text]) => {
      const raw = new Raw(server).write(text);
      await within(`the end of ${what}`, raw.over, 40_000);
      if (raw.bytes.length > 0) assert.match(raw.text, /^HTTP\/1\.1 408 /);
    }));
  });

  test("a client that leaves in the middle", async () => {
    for (let i = 0; i < 50; i++)
      await new Raw(server).write(pieces["half a body"]).end();
  });
});

// ---- WebSocket -----------------------------------------------------------

const hello = { type: "hello", company: "demo" };

// Opens, sends, and gives the last error frame and the close.
async function converse(frames, { path, headers } = {}) {
  const url = new URL(path ?? "/v1/visitor/socket?company=demo",
    server.socketBase);
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  let error = null;
  socket.on("message", (data) => {
    const frame = valid("toVisitor", JSON.parse(data.toString()));
    if (frame.type === "error") error = frame;
  });
  const over = new Promise((resolve) => {
    socket.on("close", (code, reason) =>
      resolve({ code, reason: reason.toString() }));
    socket.on("unexpected-response", (_, response) => {
      let text = "";
      response.on("data", (d) => { text += d; });
      response.on("end", () => resolve({ status: response.statusCode,
        body: JSON.parse(text), headers: response.headers }));
    });
    socket.on("error", () => undefined);
  });
  socket.on("open", () => frames.forEach((f) => socket.send(
    Buffer.isBuffer(f) || typeof f === "string" ? f : JSON.stringify(f))));
  const end = await within("the close", over);
  return { ...end, error };
}

// [what, frames, close code, fault]
const closes = [
  ["something before hello", [{ type: "ping" }], 1008, "no_hello"],
  ["hello twice", [hello, hello], 1008, "hello_again"],
  ["an unknown company", [{ ...hello, company: "nobody" }], 1008,
    "unknown_company"],
  ["another company", [{ ...hello, company: "other" }], 1008,
    "unknown_company"],
  ["a forged token", [{ ...hello, token: "v1.forged" }], 1008, "bad_token"],
  ["a binary message", [hello, Buffer.from([1, 2, 3])], 1003, "not_binary"],
  ["a large message", [hello, "x".repeat(70_000)], 1009, null],
  ["silence", [], 1008, "too_slow"],
];

describe("a WebSocket is closed for", () => {
  for (const [what, frames, code, fault] of closes)
    test(what, async () => {
      const end = await converse(frames);
      assert.equal(end.code, code, JSON.stringify(end));
      if (fault !== null) assert.equal(end.error?.code ?? end.reason, fault);
    });

  test("text that is not UTF-8", async () => {
    const v = await new SocketVisitor(server).open();
    v.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    await until("the close", () => v.closed);
    assert.equal(v.closed.code, 1007);
  });

  test("a token of another company", async () => {
    const end = await converse([{ ...hello, token: foreign }]);
    assert.equal(end.error.code, "bad_token");
    assert.equal(end.code, 1008);
  });
});

// What is refused without an end: the next message still arrives.
const refusals = [
  ["not JSON", "{", "bad_json"],
  ["an empty message", "", "bad_json"],
  ["an array", "[]", "bad_json"],
  ["no type", "{}", "bad_frame"],
  ["an unknown type", '{"type":"shout"}', "bad_frame"],
  ["a frame of the other side", '{"type":"pong"}', "bad_frame"],
  ["a missing member", '{"type":"send","id":"a"}', "bad_frame"],
  ["a wrong member", '{"type":"typing","on":1}', "bad_frame"],
  ["NUL in the text", '{"type":"send","id":"a","text":"\\u0000"}', "bad_text"],
  ["a long text",
    JSON.stringify({ type: "send", id: "a", text: "x".repeat(4001) }),
    "too_long"],
];

describe("a WebSocket goes on after", () => {
  for (const [what, text, code] of refusals)
    test(what, async () => {
      const v = await new SocketVisitor(server).open();
      v.sendRaw(text);
      const fault = await v.wait("the fault", (f) => f.type === "error");
      assert.equal(fault.code, code);
      const answer = await v.ask(hours.question);
      assert.equal(answer.body.text, hours.answer);
      v.checkDense();
      await v.close();
    });
});

describe("a handshake is refused for", () => {
  const head = (lines) => ["GET /v1/visitor/socket?company=demo HTTP/1.1",
    "Host: x", "Upgrade: websocket", "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", ...lines, "", ""];
  const without = (name) => head([]).filter((l) => !l.startsWith(name));
  const instead = (line) =>
    head([]).map((l) => (l.startsWith(line.split(":")[0]) ? line : l));
  const cases = [
    ["no Upgrade", without("Upgrade"), 426, "no_upgrade"],
    ["another Upgrade", instead("Upgrade: h2c"), 426, "no_upgrade"],
    ["no Connection", without("Connection"), 400, "bad_request"],
    ["an old version", instead("Sec-WebSocket-Version: 8"), 426,
      "no_upgrade"],
    ["no key", without("Sec-WebSocket-Key"), 400, "bad_request"],
    ["a short key", instead("Sec-WebSocket-Key: AAAA"), 400, "bad_request"],
    ["a foreign origin", head(["Origin: https://evil.example"]), 403,
      "bad_origin"],
    ["no company",
      head([]).map((l) => l.replace("?company=demo", "")), 400, "bad_request"],
    ["an unknown company",
      head([]).map((l) => l.replace("=demo", "=nobody")), 404,
      "unknown_company"],
  ];
  for (const [what, lines, status, code] of cases)
    test(what, async () => {
      const raw = new Raw(server).write(lines.join("\r\n"));
      const answer = await raw.answer();
      valid("problem", answer.body);
      refused(what, answer, status, code);
      if (status === 426)
        assert.match(answer.head, /^sec-websocket-version: *13\r?$/im);
      await raw.end();
    });

  test("nothing: a good one, to be sure", async () => {
    const raw = new Raw(server).write(
      head(["Origin: https://shop.example"]).join("\r\n"));
    const { status, head: answer } = await raw.answer();
    assert.equal(status, 101);
    assert.match(answer, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
    await raw.end();
  });
});

// ---- too much ------------------------------------------------------------

describe("too much", () => {
  test("more connections from one address than it may have", async () => {
    const visitors = [];
    let refusal = null;
    while (refusal === null && visitors.length < 100) {
      const v = new SocketVisitor(server);
      try {
        visitors.push(await v.open());
      } catch (error) {
        refusal = error;
      }
    }
    assert.match(String(refusal), /429|503|socket hang up|ECONNRESET/);
    assert.ok(visitors.length >= 10, `${visitors.length} were let in`);
    await Promise.all(visitors.map((v) => v.close()));
    await until("room again", async () => {
      const v = new SocketVisitor(server);
      const opened = await v.open().catch(() => null);
      await opened?.close();
      return opened !== null;
    });
  });

  test("more messages than a visitor may send", async () => {
    const tight = await startServer({
      settings: { visitorBurst: 5, visitorPerMinute: 60 },
    });
    try {
      const [v, other] = [await new SocketVisitor(tight).open(),
        await new SocketVisitor(tight).open()];
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => v.say(`message ${i}`)));
      const bad = outcomes.filter((o) => o.status === "rejected");
      assert.ok(bad.length >= 6 && bad.length <= 7, `${bad.length} refused`);
      for (const { reason } of bad)
        assert.equal(reason.fault?.code, "too_many", reason);
      assert.equal(v.closed, null);
      await other.ask(hours.question);
      const last = outcomes.findLast((o) => o.status === "fulfilled").value;
      await v.answerTo(last.seq);
      v.checkDense();
      await Promise.all([v.close(), other.close()]);
    } finally {
      await tight.stop();
    }
  });

  // It fills what the kernel and the gateway hold for it, and is cut off.
  test("a client that never reads", async () => {
    const cuts = () => server.figure("websockets_slow_total");
    const before = await cuts();
    const v = await new SocketVisitor(server).open();
    v.socket.pause();
    const writer = await new SocketVisitor(server, { token: v.token }).open();
    for (let i = 0; i < 700 && await cuts() === before; i++)
      await writer.say("y".repeat(4000));
    await until("the cut", async () => await cuts() > before);
    v.socket.resume();
    await within("the close", v.over);
    await writer.close();
    assert.deepEqual(v.closed, { code: 1008, reason: "too_slow" });
    // Else there is no rest to wait for.
    assert.ok(v.newest < writer.newest, `it had all ${v.newest}`);
    const again = await new SocketVisitor(server,
      { token: v.token, after: v.newest }).open();
    await again.waitEvent("the rest", (e) => e.seq >= writer.newest);
    again.checkDense();
    await again.close();
  });
});
