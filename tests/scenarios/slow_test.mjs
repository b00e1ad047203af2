// slow: clients that trickle, clients that never read, and more clients than
// there is room for. They are cut off or turned away within a stated time;
// everybody else, and the second door, is served as if they were not there.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer } from "../lib/server.mjs";
import { until, within } from "../lib/until.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";

const MANY = 200; // slow clients at once
const ROOM = 300; // HTTP connections there may be
const REQUEST_MS = 3_000;
// A tick of the reaper comes on top, and a slow machine under a sanitizer.
const CUT_MS = REQUEST_MS + 2_000;
// Less than that, so nobody has waited for one of them to be cut.
const QUICK_MS = 2_500;

let server;
let door; // of operations
let visitor;

before(async () => {
  server = await startServer({
    settings: {
      requestMs: `${REQUEST_MS}ms`, idleMs: "20s", connectionsMax: ROOM,
      connectionsPerAddress: 0, visitorPerMinute: 0,
      listenOps: "127.0.0.1:0",
    },
  });
  door = await server.door();
  visitor = await new SocketVisitor(server).open();
});

after(() => server?.stop());

// A socket that counts what it gets and knows when it ended.
function open(first = "") {
  const { hostname, port } = new URL(server.base);
  const socket = connect({ host: hostname, port: Number(port) });
  const client = { socket, got: "", ended: null, begin: Date.now() };
  socket.on("data", (data) => { client.got += data.toString("latin1"); });
  socket.on("error", () => undefined);
  client.over = new Promise((resolve) => socket.on("close", () => {
    client.ended = Date.now() - client.begin;
    resolve();
  }));
  socket.on("connect", () => { if (first !== "") socket.write(first); });
  return client;
}

const ms = async (act) => {
  const begin = Date.now();
  await act();
  return Date.now() - begin;
};

const health = (base) => fetch(new URL("/health", base),
  { headers: { connection: "close" } });

// While `act` runs, the front, the second door and a chat answer promptly.
async function bystanders(act) {
  let done = false;
  const slowest = { front: 0, door: 0, chat: 0 };
  const watch = async (name, ask) => {
    while (!done) {
      slowest[name] = Math.max(slowest[name], await ms(ask));
      await sleep(20);
    }
  };
  const ok = async (base) => assert.equal((await health(base)).status, 200);
  const watches = [watch("front", () => ok(server.base)),
    watch("door", () => ok(door)),
    watch("chat", () => visitor.say("How are you?"))];
  try {
    await act();
  } finally {
    done = true;
    await Promise.all(watches);
  }
  for (const [name, slow] of Object.entries(slowest))
    assert.ok(slow < QUICK_MS, `${name} took ${slow} ms`);
}

// Each sends a byte now and then; all are gone in time.
async function trickle(first) {
  const clients = Array.from({ length: MANY }, () => open(first));
  const drip = setInterval(() => {
    for (const { socket, ended } of clients)
      if (ended === null && socket.writable) socket.write("x");
  }, 100);
  try {
    await within("the end of all of them",
      Promise.all(clients.map((c) => c.over)));
  } finally {
    clearInterval(drip);
  }
  const longest = Math.max(...clients.map((c) => c.ended));
  assert.ok(longest < CUT_MS, `the last one was cut after ${longest} ms`);
  return clients;
}

const told = (clients) => clients.filter((c) =>
  /^HTTP\/1\.1 408 [^]*"too_slow"/.test(c.got)).length;

describe("clients that trickle", () => {
  test("a request line", () => bystanders(() => trickle("GET /")));

  test("a header", () => bystanders(async () => {
    const before = await server.figure("http_reaped_total");
    const clients = await trickle("GET /health HTTP/1.1\r\nHost: t\r\nX: ");
    assert.equal(told(clients), MANY);
    assert.equal(await server.figure("http_reaped_total") - before, MANY);
  }));

  test("a body", () => bystanders(async () => {
    const clients = await trickle("POST /v1/visitor/messages HTTP/1.1\r\n" +
      "Host: t\r\nContent-Type: application/json\r\n" +
      `Authorization: Bearer ${visitor.token}\r\n` +
      "Content-Length: 60000\r\n\r\n");
    assert.equal(told(clients), MANY);
  }));
});

// They ask and ask, and read nothing of what is answered.
test("clients that never read", () => bystanders(async () => {
  const before = await server.figure("http_reaped_total");
  const page = "GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n".repeat(500);
  const clients = Array.from({ length: 20 }, () => open(page));
  for (const { socket } of clients) socket.pause();
  await until("all are cut", async () =>
    await server.figure("http_reaped_total") - before >= clients.length);
  for (const { socket } of clients) socket.destroy();
}));

describe("more clients than there is room for", () => {
  const ask = "GET /health HTTP/1.1\r\nHost: t\r\n\r\n";
  const inside = [];

  // Until one is turned away: then all places are taken.
  before(async () => {
    await until("the front is full", async () => {
      const client = open(ask);
      await Promise.race([client.over,
        until("an answer", () => client.got.includes("\r\n\r\n"))]);
      if (/^HTTP\/1\.1 200/.test(client.got)) inside.push(client);
      return !/^HTTP\/1\.1 200/.test(client.got);
    });
  });

  after(() => inside.forEach(({ socket }) => socket.destroy()));

  test("a thousand are turned away at once", async () => {
    assert.ok(inside.length > ROOM - 20 && inside.length <= ROOM,
      `${inside.length} are inside`);
    let slowest = 0;
    const watch = (async () => {
      for (let i = 0; i < 20; i++) {
        slowest = Math.max(slowest, await ms(async () =>
          assert.equal((await health(door)).status, 200)));
        await sleep(10);
      }
    })();
    const clients = [];
    for (let i = 0; i < 20; i++) {
      const some = Array.from({ length: 50 }, () => open(ask));
      await within("they are turned away",
        Promise.all(some.map((c) => c.over)));
      clients.push(...some);
    }
    await watch;
    assert.ok(slowest < QUICK_MS, `the second door took ${slowest} ms`);
    const busy = clients.filter((c) =>
      /^HTTP\/1\.1 503 [^]*"busy"/.test(c.got)).length;
    // Some may lose the answer to the reset that follows it, none waits.
    assert.ok(busy > clients.length * 0.9, `${busy} were told why`);
    const longest = Math.max(...clients.map((c) => c.ended));
    assert.ok(longest < CUT_MS, `one waited ${longest} ms`);
  });

  test("those inside are served on", async () => {
    const [client] = inside;
    client.got = "";
    client.socket.write(ask);
    await until("an answer", () => /^HTTP\/1\.1 200/.test(client.got));
    await visitor.say("And here?");
  });

  test("when they leave there is room again", async () => {
    inside.forEach(({ socket }) => socket.destroy());
    const took = await ms(() => until("a place", async () =>
      (await health(server.base).catch(() => null))?.status === 200));
    assert.ok(took < 2_000, `it took ${took} ms`);
    visitor.checkDense();
  });
});
