// seller_socket: consoles on the real server: several tabs, lines that break,
// laptops that sleep, clients that do not read, sockets from elsewhere. What a
// visitor may not see does not reach them, whatever happens.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { Seller } from "../lib/seller.mjs";
import { startServer } from "../lib/server.mjs";
import { addSeller, is, newSeller } from "../lib/staff.mjs";
import { until, within } from "../lib/until.mjs";
import { SocketVisitor, newId } from "../lib/visitor.mjs";

const MANY = 60; // messages each way while lines break

for (const mode of ["serve", "split"]) {
  describe(mode, () => {
    let server;
    before(async () => {
      server = await startServer({ mode, settings: {
        connectionsPerAddress: 0, sessionsPerMinute: 0, visitorPerMinute: 0,
        staffBurst: 0, pingMs: "1s", pongMs: "2s", hubThreads: 2,
        listenOps: "127.0.0.1:0",
      } });
    });
    after(() => server?.stop());
    consoles(() => server);
  });
}

const conversationOf = (visitor) => Number(visitor.token.split(".")[2]);

// A frame that shows it in that list; one by which it is in it no more. Where
// news was lost, lists come anew.
const lists = (id, list, holder) => (f) =>
  (f.type === "row" && f.row.id === id && f.row.holder === holder && f[list]) ||
  (f.type === "view" && f.list === list &&
    f.rows.some((r) => r.id === id && r.holder === holder));
const drops = (id, list) => (f) => (f.type === "row_gone" && f.id === id) ||
  (f.type === "view" && f.list === list && !f.rows.some((r) => r.id === id));

async function inLine(server) {
  const v = await new SocketVisitor(server).open();
  await v.say("hello");
  await v.send({ type: "handoff" });
  await v.waitEvent("a place in line", (e) => e.holder === "queue");
  return v;
}

function consoles(server) {
  const seller = async (options, where) => new Seller(server(),
    await addSeller(server(), options)).open(where);

  test("an offer is told in every tab, and so is its end", async () => {
    const ann = await seller({ name: "Ann" }, { away: false });
    const tab = new Seller(server(), ann);
    await tab.open();
    const v = await inLine(server());
    const c = conversationOf(v);
    for (const s of [ann, tab]) {
      const offer = await s.offer(c);
      assert.equal(offer.row.id, c);
      assert.ok(offer.until > Date.now());
      assert.equal(typeof offer.reason.why, "string");
    }
    await tab.act("accept", c);
    for (const s of [ann, tab]) {
      await s.wait("the end", (f) => f.type === "offer_end" &&
        f.conversation === c && f.end === "accepted");
      await s.wait("the row", lists(c, "mine", "agent"));
    }
    const from = tab.frames.length;
    await ann.act("resolve", c);
    await tab.wait("that it is gone", drops(c, "mine"), from);
    await Promise.all([ann.close(), tab.close(), v.close()]);
  });

  test("one is there until the last tab has gone", async () => {
    const boss = await seller({ name: "Boss", role: "supervisor" },
      { away: true });
    const ben = await seller({ name: "Ben" }, { away: true });
    const tab = await new Seller(server(), ben).open();
    const told = (online, from) => boss.wait(`that ben is ${online}`,
      (f) => f.type === "staff" && f.agent === ben.id && f.online === online,
      from);
    await told(true, 0);
    const from = boss.frames.length;
    await ben.close();
    await sleep(300);
    assert.equal(boss.find((f) => f.type === "staff" && f.agent === ben.id &&
      !f.online, from), undefined);
    await tab.drop();
    await told(false, from);
    await boss.close();
  });

  test("whose laptop sleeps is offline soon, and nobody else is", async () => {
    const boss = await seller({ role: "supervisor" }, { away: true });
    const sam = await seller({ name: "Sam" }, { away: true });
    const from = boss.frames.length;
    sam.sleep();
    await boss.wait("that sam has gone", (f) => f.type === "staff" &&
      f.agent === sam.id && !f.online, from);
    assert.ok(boss.isOpen);
    await sam.drop();
    await boss.close();
  });

  test("nothing is missed while lines break, and nothing shown that is hidden",
    async () => {
      const ann = await seller({ name: "Ann" }, { away: true });
      const v = await inLine(server());
      const c = conversationOf(v);
      await ann.act("pull", c);
      await ann.watch(c);
      let done = false;
      const breaks = (async () => {
        while (!done) {
          await sleep(20 + Math.random() * 60);
          ann.socket.terminate();
        }
      })();
      const secrets = [];
      const writer = new Seller(server(), ann);
      await writer.login();
      for (let i = 0; i < MANY; i++) {
        const said = await v.say(`question ${i}`);
        secrets.push(`secret ${i} ${newId()}`);
        is(await writer.call("POST", `conversations/${c}/notes`,
          { id: newId(), text: secrets.at(-1) }), 200);
        is(await writer.call("POST", `conversations/${c}/messages`,
          { id: newId(), text: `answer ${i}`, seen_seq: said.seq }), 200);
      }
      done = true;
      await breaks;
      const log = await writer.log(c);
      const { events } = ann.watched.get(c);
      await until("all of it has come", () => {
        if (ann.failure) throw ann.failure;
        return events.length === log.length;
      });
      assert.deepEqual(events, log);
      await v.waitEvent("the last answer",
        (e) => e.body?.text === `answer ${MANY - 1}`);
      v.checkDense();
      const shown = JSON.stringify(v.frames);
      for (const secret of secrets) assert.ok(!shown.includes(secret));
      assert.ok(!shown.includes("\"note\""));
      await writer.call("POST", `conversations/${c}/resolve`, {});
      await Promise.all([ann.close(), v.close()]);
    });

  test("who does not read is cut off, and comes back without a gap", async () => {
    const ann = await seller({ name: "Ann" }, { away: true });
    const v = await inLine(server());
    const c = conversationOf(v);
    await ann.act("pull", c);
    await ann.watch(c);
    const slow = await server().figure("websockets_slow_total");
    ann.socket.pause();
    const text = "x".repeat(3900);
    for (let i = 0; i < 700; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => v.say(text)));
    await until("it is cut off", async () =>
      await server().figure("websockets_slow_total") > slow);
    ann.socket.resume();
    await within("the end of it", ann.over);
    const { seq } = await ann.row(c);
    const watched = ann.watched.get(c);
    await until("everything", () => watched.newest >= seq);
    await ann.ask("POST", `conversations/${c}/resolve`, {});
    await Promise.all([ann.close(), v.close()]);
  });

  test("lists are whole again after the line broke", async () => {
    const ann = await seller({ name: "Ann", role: "supervisor" },
      { away: true });
    ann.put({ type: "view", view: "queue", limit: 100 });
    await ann.wait("the list", (f) => f.type === "view" && f.list === "view");
    const v = await inLine(server());
    const c = conversationOf(v);
    const f = await ann.wait("the row", lists(c, "view", "queue"));
    const row = f.row ?? f.rows.find((r) => r.id === c);
    assert.ok(row.message.text.length > 0);
    await ann.wait("the counts", (f) => f.type === "counts" && f.queue > 0);
    const from = ann.frames.length;
    await ann.act("pull", c);
    await ann.act("resolve", c);
    await ann.wait("that it is gone", drops(c, "view"), from);
    await Promise.all([ann.close(), v.close()]);
  });

  // ---- from elsewhere

  // The HTTP status that the handshake gets.
  const knock = (headers) => new Promise((resolve) => {
    const socket = new WebSocket(
      new URL("/v1/staff/socket", server().socketBase), { headers });
    socket.on("unexpected-response", (_, { statusCode }) => {
      resolve(statusCode);
      socket.terminate();
    });
    socket.on("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("error", () => undefined);
  });

  test("pages of others open no socket with a seller's cookie", async () => {
    const { cookie } = await newSeller(server());
    const origin = server().base;
    assert.equal(await knock({ cookie, origin }), 101);
    for (const other of ["https://evil.example", "null",
      `${origin}.evil.example`, origin.replace("http:", "https:"),
      origin.replace(/\d$/, (d) => (Number(d) + 1) % 10)])
      assert.equal(await knock({ cookie, origin: other }), 403, other);
    assert.equal(await knock({ cookie }), 403, "no origin");
    assert.equal(await knock({ origin: "https://evil.example" }), 403);
    assert.equal(await knock({ origin,
      cookie: cookie.replace(/.$/, (x) => x === "A" ? "B" : "A") }), 401);
    assert.equal(await knock({ origin, authorization: "Bearer fdk_none" }),
      401);
  });

  test("a session that ends takes its sockets with it", async () => {
    const one = await newSeller(server());
    const open = async (cookie) => {
      const s = new Seller(server(), one.seller);
      s.browser.cookie = cookie;
      await s.open({ away: true });
      s.steady = false;
      return s;
    };
    const other = await one.again();
    const [a, b] = [await open(one.cookie), await open(other.cookie)];
    is(await one.post("/v1/staff/logout"), 204);
    await within("the end", a.over);
    assert.deepEqual(a.closed, { code: 1008, reason: "session_over" });
    assert.ok(b.isOpen);
    await b.close();
  });

  test("who is disabled is sent away", async () => {
    const boss = await newSeller(server(), { role: "admin" });
    const sam = await seller({ name: "Sam" }, { away: true });
    sam.steady = false;
    const { version } = is(await boss.get(`/v1/staff/agents/${sam.id}`), 200);
    is(await boss.ask("PATCH", `/v1/staff/agents/${sam.id}`,
      { version, state: "disabled" }), 200);
    await within("the end", sam.over);
    assert.equal(sam.closed.code, 1008);
    assert.equal(await knock({ cookie: sam.browser.cookie, origin: server().base }),
      401);
  });

  test("programs bring a key in hello", async () => {
    const boss = await newSeller(server(), { role: "admin" });
    const { key } = is(await boss.post("/v1/staff/keys",
      { name: "a program", role: "supervisor" }), 200);
    const socket = new WebSocket(
      new URL("/v1/staff/socket", server().socketBase));
    const frames = [];
    socket.on("message", (data) => frames.push(JSON.parse(data)));
    await new Promise((resolve) => socket.on("open", resolve));
    socket.send(JSON.stringify({ type: "hello", key }));
    const welcome = await until("a welcome",
      () => frames.find((f) => f.type === "welcome"));
    assert.equal(welcome.agent.id, 0);
    assert.ok(welcome.permissions.includes("supervise"));
    // Nobody in particular says nothing to customers.
    const v = await inLine(server());
    socket.send(JSON.stringify({ type: "act", act: "pull", id: "p",
      conversation: conversationOf(v) }));
    const answer = await until("an answer", () =>
      frames.find((f) => f.id === "p"));
    assert.equal(answer.type, "error");
    socket.terminate();
    await v.close();
  });
}
