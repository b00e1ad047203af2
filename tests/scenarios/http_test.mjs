// http: requests that a proxy and we might read in two ways, byte by byte to
// the real binary. Each is refused once, the connection ends, and the request
// that hides behind it is never carried out. gateway/guard.h names what the
// library below us does not let us see.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Raw } from "../lib/raw.mjs";
import { valid } from "../lib/schema.mjs";
import { startServer } from "../lib/server.mjs";
import { until, within } from "../lib/until.mjs";
import { SocketVisitor, newId } from "../lib/visitor.mjs";

let server;
let visitor;

before(async () => {
  server = await startServer({ settings: { listenOps: "127.0.0.1:0" } });
  visitor = await new SocketVisitor(server).open();
});

after(() => server?.stop());

// A message, as a request line, headers, an empty line and a body.
function post({ headers = [], body = "", version = "HTTP/1.1",
  host = ["Host: t"] }) {
  return [`POST /v1/visitor/messages ${version}`, ...host,
    "Content-Type: application/json", `Authorization: Bearer ${visitor.token}`,
    ...headers, "", body].join("\r\n");
}

const message = (text) => JSON.stringify({ id: newId(), text });

// What must never be stored: a message inside or behind another request.
const hidden = () => {
  const body = message("hidden");
  return post({ headers: [`Content-Length: ${body.length}`], body });
};

const get = (...lines) => ["GET /health HTTP/1.1", ...lines, "", ""]
  .join("\r\n");

// Everything that comes, until the server ends it.
async function converse(bytes) {
  const raw = new Raw(server).write(bytes);
  await within("the end", raw.over);
  return raw.text;
}

// The library below us says some of its own refusals twice, head and all;
// what counts is that nothing else is said.
function refused(what, text, status) {
  const answers = text.match(/HTTP\/1\.[01] \d{3} /g) ?? [];
  assert.ok(answers.length > 0, `${what}: no answer`);
  for (const answer of answers)
    assert.equal(answer.slice(9, 12), String(status),
      `${what}: ${JSON.stringify(text)}`);
  return answers.length;
}

// The visitor's log has what it said itself and nothing more.
async function nothingStored() {
  await visitor.say("still here");
  visitor.checkDense();
  const texts = visitor.events.map((e) => e.body?.text);
  assert.ok(!texts.includes("hidden"), "a hidden message was stored");
}

// [what, bytes, status]; those with 400 and a function are ours, and say so.
const length = (n) => `Content-Length: ${n}`;
const chunked = "Transfer-Encoding: chunked";
const two = (...headers) => () => post({ headers, body: "{}" }) + hidden();
const ours = [
  ["a length and a coding", () =>
    post({ headers: [length(6), chunked], body: "0\r\n\r\nX" }) + hidden()],
  ["a coding and a length", () =>
    post({ headers: [chunked, length(6)], body: "0\r\n\r\nX" }) + hidden()],
  ["a space before the colon", two("Transfer-Encoding : chunked", length(2))],
  ["two lengths", () => post({ headers: [length(2),
    length(2 + hidden().length)], body: "{}" }) + hidden()],
  ["the same length twice", two(length(2), length(2))],
  ["an unknown coding", two("Transfer-Encoding: xchunked")],
  ["two codings", two("Transfer-Encoding: chunked, identity")],
  ["a coding twice", two(chunked, chunked)],
  ["a coding in HTTP/1.0", () =>
    post({ headers: [chunked], version: "HTTP/1.0" }) + hidden()],
  ["two hosts", () => post({ host: ["Host: t", "Host: u"],
    headers: [length(2)], body: "{}" })],
  ["no host", () => post({ host: [], headers: [length(2)], body: "{}" })],
  ["a host that is none", () => get("Host: a/b")],
  ["a version that is none", () => post({ version: "HTTP/1.9",
    headers: [length(2)], body: "{}" })],
  ["a bare CR in a value", () => get("Host: t", "X-A: b\rc")],
  ["a control byte in a value", () => get("Host: t", "X-A: b\x01")],
  ["a NUL in a value", () => get("Host: t", "X-A: b\0c")],
  ["a space in a name", () => get("Host: t", "X A: b")],
  ["no name", () => get("Host: t", ": b")],
  ["a folded header", () => get("Host: t", "X-A: b", " c")],
  ["a control byte in the path", () =>
    "GET /health\x01 HTTP/1.1\r\nHost: t\r\n\r\n"],
  ["a NUL in the path", () =>
    "GET /health\0/public HTTP/1.1\r\nHost: t\r\n\r\n"],
  ["a space in the path", () => "GET /hea lth HTTP/1.1\r\nHost: t\r\n\r\n"],
  ["bare line ends", () => get("Host: t").replaceAll("\r", "")],
  ["one bare line end", () => get("Host: t\nX-A: b")],
  ["too many headers", () => get("Host: t",
    ...Array.from({ length: 70 }, (_, i) => `X-${i}: y`))],
];

const theirs = [
  ["a length with a sign", two("Content-Length: +2"), 400],
  ["a length that is a list", two("Content-Length: 2, 2"), 400],
  ["a length in hex", two("Content-Length: 0x2"), 400],
  ["a length below nothing", two("Content-Length: -1"), 400],
  ["a length above 64 bits", two("Content-Length: 18446744073709551620"), 413],
  ["a chunk size that is none", () =>
    post({ headers: [chunked], body: "zz\r\n" }) + hidden(), 400],
  ["HTTP/0.9", () => "GET /health\r\n\r\n", 400],
  ["a line without a colon", () => get("Host: t", "no colon"), 400],
  ["a head of 64 KiB", () => get("Host: t", `X-A: ${"x".repeat(65536)}`), 431],
  ["a path of 64 KiB", () =>
    `GET /${"x".repeat(65536)} HTTP/1.1\r\nHost: t\r\n\r\n`, 414],
];

describe("requests with two meanings", () => {
  for (const [what, bytes] of ours)
    test(what, async () => {
      const text = await converse(bytes());
      assert.equal(refused(what, text, 400), 1, "answered twice");
      const problem = valid("problem", JSON.parse(text.split("\r\n\r\n")[1]));
      assert.equal(problem.code, "bad_request");
      assert.match(text, /^connection: close/im);
    });
  for (const [what, bytes, status] of theirs)
    test(what, async () => {
      refused(what, await converse(bytes()), status);
    });
  test("nothing that was hidden is in the log", nothingStored);
});

describe("requests that are right", () => {
  test("several in one piece, in order", async () => {
    const bodies = ["one", "two", "three"].map(message);
    const text = await converse([
      post({ headers: [length(bodies[0].length)], body: bodies[0] }),
      post({ headers: [chunked], body:
        `${bodies[1].length.toString(16)}\r\n${bodies[1]}\r\n0\r\n\r\n` }),
      post({ headers: [length(bodies[2].length), "Connection: close"],
        body: bodies[2] }),
    ].join(""));
    const seqs = [...text.matchAll(/"type":"ack".*?"seq":(\d+)/g)]
      .map((m) => Number(m[1]));
    assert.equal(seqs.length, 3, text);
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
  });

  test("byte by byte", async () => {
    const body = message("slowly");
    const raw = new Raw(server);
    for (const byte of post({ headers: [length(body.length)], body }))
      raw.write(byte);
    const answer = await raw.answer();
    assert.equal(answer.status, 200);
    await raw.end();
  });

  test("HEAD is GET without a body", async () => {
    const text = await converse(
      "HEAD /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert.match(text, /^HTTP\/1\.1 200 [^]*content-length: \d\d/im);
    assert.ok(text.endsWith("\r\n\r\n"));
  });

  test("a page on another site may ask", async () => {
    const text = await converse([
      "OPTIONS /v1/visitor/messages HTTP/1.1", "Host: t",
      "Origin: https://shop.example", "Access-Control-Request-Method: POST",
      "Connection: close", "", ""].join("\r\n"));
    assert.match(text, /^HTTP\/1\.1 204 /);
    assert.match(text, /^access-control-allow-origin: \*/im);
    assert.match(text, /^access-control-allow-headers: .*authorization/im);
  });
});

describe("operations", () => {
  const doors = async () => [server.base, await until("the second door", () =>
    /^operations on (\S+)$/m.exec(server.processes.serve.said)?.[1])];

  test("health at both doors", async () => {
    for (const door of await doors()) {
      const response = await fetch(new URL("/health", door));
      assert.equal(response.status, 200);
      const health = await response.json();
      assert.equal(health.status, "ok");
      for (const part of ["store", "http", "bus", "hubs"])
        assert.equal(health.checks[part].ok, true, part);
      assert.ok(Math.abs(health.at - Date.now()) < 60_000);
    }
  });

  test("metrics at both doors, each named, explained and a number", async () => {
    for (const door of await doors()) {
      const response = await fetch(new URL("/metrics", door));
      assert.match(response.headers.get("content-type"), /^text\/plain/);
      const lines = (await response.text()).trimEnd().split("\n");
      const names = lines.filter((l) => !l.startsWith("#"))
        .map((l) => /^(frontdesk_[a-z_]+) \d+$/.exec(l)?.[1]);
      assert.ok(names.length > 30 && names.every(Boolean), lines.join("\n"));
      assert.equal(new Set(names).size, names.length, "a name comes twice");
      for (const name of names)
        for (const word of ["HELP", "TYPE"])
          assert.ok(lines.some((l) => l.startsWith(`# ${word} ${name} `)));
    }
  });

  test("the second door leads nowhere else", async () => {
    const [, door] = await doors();
    for (const path of ["/", "/v1/visitor/session"])
      assert.equal((await fetch(new URL(path, door))).status, 404);
  });
});
