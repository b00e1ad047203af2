// seller_api: what the company's people do over HTTP: every route against
// openapi.json, and what must be refused: other companies, forged cookies and
// origins, what one does not hold, what nobody can be.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { openapi } from "../lib/schema.mjs";
import { Seller } from "../lib/seller.mjs";
import { SECRET, startServer } from "../lib/server.mjs";
import { Browser, is, newSeller } from "../lib/staff.mjs";
import { until } from "../lib/until.mjs";
import { SocketVisitor, newId } from "../lib/visitor.mjs";

const V = "/v1/staff";
const people = {
  name: "Larkspur Cycles",
  teams: [{ key: "sales", name: "Sales" }, { key: "repairs", name: "Repairs" }],
  handoff: { team: "sales" },
  web: { identity_secret: SECRET },
};

let server, anna, ben, cleo, zoe;
const desks = []; // those who hold something must be there

before(async () => {
  server = await startServer({
    companies: { demo: people, others: { name: "Others" } },
    settings: { connectionsPerAddress: 0, sessionsPerMinute: 0 },
  });
  anna = await newSeller(server, { name: "Anna" });
  ben = await newSeller(server, { name: "Ben" });
  cleo = await newSeller(server, { name: "Cleo", role: "admin" });
  zoe = await newSeller(server, { name: "Zoe", role: "admin",
    company: "others" });
  for (const { seller } of [anna, ben, cleo])
    desks.push(await new Seller(server, seller).open({ away: true }));
});

after(async () => {
  await Promise.all(desks.map((d) => d.close()));
  await server?.stop();
});

const at = (conversation, what = "") =>
  `${V}/conversations/${conversation}${what && `/${what}`}`;

// Conversations that were begun; their visitors are closed in the end.
const visitors = [];
after(() => Promise.all(visitors.map((v) => v.close())));

async function begun(...words) {
  const v = await new SocketVisitor(server).open();
  visitors.push(v);
  for (const text of words) await v.say(text);
  v.conversation = Number(v.token.split(".")[2]);
  return v;
}

async function inLine(...words) {
  const v = await begun(...words);
  await v.send({ type: "handoff" });
  await v.waitEvent("a place in line", (e) => e.holder === "queue");
  return v;
}

async function held(by, ...words) {
  const v = await inLine(...words);
  is(await by.post(at(v.conversation, "pull")), 200);
  return v;
}

// Until everybody knows it.
async function away(i, on) {
  const from = desks[i].frames.length;
  desks[i].presence(on);
  await desks[i].wait("that it is so", (f) => f.type === "staff" &&
    f.agent === desks[i].id && f.away === on, from);
}

const seqOf = async (by, conversation) =>
  (await by.get(at(conversation))).body.row.seq;

const say = async (by, conversation, text, more = {}) =>
  by.post(at(conversation, "messages"), { id: newId(), text,
    seen_seq: await seqOf(by, conversation), ...more });

const auditOf = async (what) =>
  (await cleo.get(`${V}/audit?limit=200`)).body.lines
    .filter((l) => l.what === what);

// ---- reading ---------------------------------------------------------------

describe("lists", () => {
  test("a conversation is in the lists it belongs to", async () => {
    const { conversation } = await inLine("Where is my order?");
    const inView = async (view, more = "") =>
      (await anna.get(`${V}/conversations?view=${view}${more}`)).body.rows
        .some((r) => r.id === conversation);
    for (const view of ["queue", "open"]) assert.ok(await inView(view), view);
    for (const view of ["mine", "bot", "resolved", "mail", "snoozed"])
      assert.ok(!await inView(view), view);
    assert.ok(await inView("queue", "&team=sales"));
    assert.ok(!await inView("queue", "&team=repairs"));
    is(await anna.post(at(conversation, "pull")), 200);
    assert.ok(await inView("mine"));
    const counts = is(await anna.get(`${V}/counts`), 200);
    assert.equal(counts.mine, 1);
    is(await anna.post(at(conversation, "label"), { add: ["vip"] }), 200);
    assert.ok(await inView("open", "&label=vip"));
    assert.ok(!await inView("open", "&label=new"));
    is(await anna.post(at(conversation, "resolve")), 200);
    assert.ok(await inView("resolved"));
  });

  test("pages go on where the last one ended", async () => {
    const mine = [];
    for (let i = 0; i < 5; i++) mine.push((await inLine()).conversation);
    const found = [];
    let before = "";
    do {
      const page = is(await anna.get(
        `${V}/conversations?view=queue&limit=2${before}`), 200);
      found.push(...page.rows.map((r) => r.id));
      before = page.next && `&before=${page.next}`;
    } while (before);
    // Who waits longest is first.
    assert.deepEqual(found.filter((id) => mine.includes(id)), mine);
    for (const id of mine) await cleo.post(at(id, "block"));
  });

  test("events are whole, hidden ones too", async () => {
    const v = await held(anna, "hello");
    is(await anna.post(at(v.conversation, "notes"),
      { id: newId(), text: "a regular" }), 200);
    const { events, seq } = is(await anna.get(at(v.conversation,
      "events?after=1&limit=500")), 200);
    events.forEach((e, i) => assert.equal(e.seq, i + 2));
    assert.equal(seq, events.at(-1).seq);
    assert.ok(events.some((e) => e.kind === "note" &&
      e.body.text === "a regular" && e.body.name === "Anna"));
    await v.waitEvent("the note's place", (e) => e.seq === seq);
    assert.ok(!JSON.stringify(v.frames).includes("regular"));
    is(await anna.post(at(v.conversation, "resolve")), 200);
  });

  test("one conversation says what its channel takes", async () => {
    const v = await begun("hello");
    const { row, channel } = is(await anna.get(at(v.conversation)), 200);
    assert.equal(row.id, v.conversation);
    assert.equal(channel.name, "web");
    assert.equal(channel.text, 4000);
  });

  test("what was said is found", async () => {
    const v = await begun("My zeppelin is broken");
    const found = await until("it is found", async () => {
      const answer = is(await anna.get(`${V}/search?q=zepp`), 200);
      return answer.found[0];
    });
    assert.equal(found.conversation, v.conversation);
    assert.equal(found.text, "My zeppelin is broken");
    assert.equal(found.row.id, v.conversation);
    assert.deepEqual((await zoe.get(`${V}/search?q=zepp`)).body.found, []);
  });

  for (const bad of ["view=all", "limit=many", "limit=0", "limit=201",
    "before=x", "before=-1", "team=nobodys"])
    test(`?${bad} is refused`, async () => {
      const { detail } = is(await anna.get(`${V}/conversations?${bad}`), 400,
        "bad_request");
      assert.match(detail, new RegExp(`^${bad.split("=")[0]}: `));
    });

  test("so many are given as were asked for, or none", async () => {
    const { conversation } = await begun("hello");
    const lists = { conversations: 200, search: 100, audit: 200,
      [`conversations/${conversation}/events`]: 500 };
    for (const [list, most] of Object.entries(lists)) {
      const ask = (n) => cleo.get(`${V}/${list}?q=hello&limit=${n}`);
      is(await ask(most), 200);
      for (const n of [0, -1, 1.5, most + 1, 1e9]) {
        const { detail } = is(await ask(n), 400, "bad_request");
        assert.match(detail, /^limit: write a /, `${list} ${n}`);
      }
      assert.match((await ask(most + 1)).body.detail, new RegExp(`1 to ${most}`));
    }
  });

  test("a cursor goes on in its own view", async () => {
    const mine = [];
    for (let i = 0; i < 2; i++) mine.push((await inLine()).conversation);
    const page = (view, before = "") =>
      anna.get(`${V}/conversations?view=${view}&limit=1${before}`);
    const { next } = is(await page("queue"), 200);
    is(await page("queue", `&before=${next}`), 200);
    for (const view of ["mine", "open", "mail", "bot", "resolved"])
      assert.match(is(await page(view, `&before=${next}`), 400,
        "bad_request").detail, /before: .*the same view/);
    for (const id of mine) await cleo.post(at(id, "block"));
  });
});

// ---- acts ------------------------------------------------------------------

describe("acts", () => {
  test("what a seller says reaches the visitor with their name", async () => {
    const v = await held(anna, "hello");
    const id = newId();
    const ack = is(await say(anna, v.conversation, "Good day!", { id }), 200);
    assert.equal(ack.id, id);
    const event = await v.waitEvent("the words",
      (e) => e.author === "agent" && e.kind === "message");
    assert.equal(event.seq, ack.seq);
    assert.equal(event.body.text, "Good day!");
    assert.equal(event.body.name, "Anna");
    // The same id is the same message.
    const again = is(await say(anna, v.conversation, "Other words", { id }), 200);
    assert.deepEqual(again, { ...ack, duplicate: true });
    is(await anna.post(at(v.conversation, "resolve")), 200);
  });

  test("nobody talks over what they have not read", async () => {
    const v = await held(anna, "hello");
    const seen = await seqOf(anna, v.conversation);
    const { seq } = await v.say("wait, there is more");
    const fault = is(await anna.post(at(v.conversation, "messages"),
      { id: newId(), text: "Bye!", seen_seq: seen }), 409, "spoken");
    assert.deepEqual(fault.events.map((e) => e.seq), [seq]);
    assert.equal(fault.events[0].body.text, "wait, there is more");
    assert.equal(fault.name, "Anna");
    assert.equal((await auditOf("say"))[0].outcome, "spoken");
    is(await anna.post(at(v.conversation, "messages"),
      { id: newId(), text: "I see.", seen_seq: seq }), 200);
    is(await anna.post(at(v.conversation, "resolve")), 200);
  });

  test("what one does not hold is refused, with who does", async () => {
    const v = await held(anna, "hello");
    const c = v.conversation;
    for (const [what, body] of [["pull", {}], ["give_back", {}],
      ["resolve", {}], ["snooze", { until: Date.now() + 60_000 }]]) {
      const fault = (await ben.post(at(c, what), body)).body;
      assert.equal(fault.code, "held", what);
      assert.equal(fault.name, "Anna");
      assert.equal(fault.agent, anna.account.agent.id);
    }
    is(await say(ben, c, "me too"), 409, "held");
    is(await ben.post(at(c, "take_over")), 403, "forbidden");
    is(await ben.post(at(c, "whisper"), { id: newId(), text: "x" }), 403,
      "forbidden");
    is(await anna.post(at(c, "accept")), 409, "no_change");
    is(await ben.post(at(c, "accept")), 409, "held");
    is(await ben.post(at(c, "decline")), 409, "over");
    is(await cleo.post(at(c, "whisper"), { id: newId(), text: "be kind" }),
      200);
    is(await cleo.post(at(c, "barge"), { id: newId(), text: "I am here, too.",
      seen_seq: await seqOf(cleo, c) }), 200);
    is(await cleo.post(at(c, "take_over")), 200);
    assert.equal((await ben.get(at(c))).body.row.agent, cleo.account.agent.id);
    is(await cleo.post(at(c, "resolve")), 200);
  });

  test("a conversation goes on to a team, a colleague, the bot", async () => {
    const v = await held(anna, "hello");
    const c = v.conversation;
    is(await anna.post(at(c, "transfer"), {}), 409, "nobody");
    is(await anna.post(at(c, "transfer"), { agent: 99_999 }), 404, "not_found");
    is(await anna.post(at(c, "transfer"), { team: "none" }), 404, "not_found");
    is(await anna.post(at(c, "transfer"), { team: "sales",
      agent: ben.account.agent.id }), 400, "malformed");
    is(await anna.post(at(c, "transfer"),
      { agent: zoe.account.agent.id }), 404, "not_found");
    is(await anna.post(at(c, "transfer"), { team: "repairs",
      note: "a bent wheel" }), 200);
    const { row } = (await anna.get(at(c))).body;
    assert.deepEqual([row.holder, row.team, row.front],
      ["queue", "repairs", true]);
    is(await ben.post(at(c, "pull")), 200);
    await away(0, false);
    is(await ben.post(at(c, "transfer"), { agent: anna.account.agent.id }), 200);
    is(await anna.post(at(c, "accept")), 200);
    await away(0, true);
    is(await anna.post(at(c, "give_back")), 200);
    await v.waitEvent("the bot again", (e) => e.holder === "bot");
    assert.ok(!JSON.stringify(v.frames).includes("bent wheel"));
  });

  test("put off, taken up again, ended, reopened", async () => {
    const v = await held(anna, "hello");
    const c = v.conversation;
    is(await anna.post(at(c, "snooze"), { until: 5 }), 400, "malformed");
    is(await anna.post(at(c, "snooze"), { until: Date.now() + 3_600_000 }), 200);
    assert.equal((await anna.get(at(c))).body.row.status, "snoozed");
    is(await anna.post(at(c, "wake")), 200);
    is(await anna.post(at(c, "wake")), 409, "no_change");
    is(await anna.post(at(c, "resolve")), 200);
    is(await say(anna, c, "still here?"), 409, "resolved");
    is(await ben.post(at(c, "reopen")), 200);
    assert.equal((await anna.get(at(c))).body.row.agent,
      ben.account.agent.id);
    is(await ben.post(at(c, "priority"), { priority: 3 }), 200);
    is(await ben.post(at(c, "block")), 200);
  });

  test("a company's people hand over from outside", async () => {
    const v = await begun("hello");
    const c = v.conversation;
    is(await anna.post(at(c, "queue"), { team: "repairs", priority: 1,
      wanted: ben.account.agent.id }), 200);
    const { row } = (await anna.get(at(c))).body;
    assert.deepEqual([row.holder, row.team, row.priority, row.wanted],
      ["queue", "repairs", 1, ben.account.agent.id]);
    is(await anna.post(at(c, "queue"), {}), 409);
    is(await cleo.post(at(c, "block")), 200);
  });

  test("typing and reading pass on", async () => {
    const v = await held(anna, "hello");
    const c = v.conversation;
    is(await anna.post(at(c, "typing"), { on: true }), 204);
    await v.wait("that she types", (f) => f.type === "typing" &&
      f.author === "agent" && f.on);
    assert.equal((await anna.get(at(c))).body.row.unread, true);
    is(await anna.post(at(c, "seen"), { seq: 99 }), 204);
    await v.wait("that it was read", (f) => f.type === "seen" &&
      f.author === "company");
    assert.equal((await anna.get(at(c))).body.row.unread, undefined);
    is(await anna.post(at(c, "resolve")), 200);
  });

  test("what was answered was read", async () => {
    const v = await held(anna, "hello");
    const c = v.conversation;
    const unread = async () => (await ben.get(at(c))).body.row.unread;
    assert.equal(await unread(), true);
    is(await say(anna, c, "Good day!"), 200);
    assert.equal(await unread(), undefined);
    await v.say("and another thing");
    assert.equal(await unread(), true);
    is(await anna.post(at(c, "resolve")), 200);
  });

  test("what cannot be says why", async () => {
    const v = await held(anna, "hello");
    const c = v.conversation;
    const { key } = is(await cleo.post(`${V}/keys`,
      { name: "crm", role: "supervisor" }), 200);
    const program = new Browser(server, { key });
    const detailOf = async (by, what, body) => is(await by.post(at(c, what),
      body), 400, "malformed").detail;
    assert.match(await detailOf(anna, "transfer", { team: "sales",
      agent: ben.account.agent.id }), /either agent or team/);
    assert.match(await detailOf(anna, "snooze", { until: 5 }), /until: /);
    assert.match(await detailOf(anna, "priority", { priority: 4 }),
      /from 0 to 3/);
    assert.match(await detailOf(anna, "label", { add: ["x".repeat(40),
      "\u{1F6B2}".repeat(20)] }), /50 labels/);
    for (const [what, body] of [["take_over", {}], ["pull", {}],
      ["messages", { id: newId(), text: "x", seen_seq: 99 }]])
      assert.match(await detailOf(program, what, body), /personal/);
    is(await anna.post(at(c, "resolve")), 200);
  });

  test("an address is set by hand", async () => {
    const v = await held(anna, "write to me");
    const c = v.conversation;
    const contact = async (by) => (await by.get(at(c))).body.row.contact;
    const set = (by, email, more = {}) => by.post(at(c, "contact"),
      { email, ...more });
    const { seq } = is(await set(ben, "ann@mail.example"), 200);
    assert.equal((await contact(anna)).email, "ann@mail.example");
    const { events } = is(await anna.get(at(c, `events?after=${seq - 1}`)),
      200);
    assert.equal(events[0].kind, "note");
    assert.match(events[0].body.text, /ann@mail\.example/);
    is(await set(anna, "ann@mail.example"), 409, "no_change");
    is(await set(anna, "ann@new.example"), 200);
    assert.equal((await contact(anna)).email, "ann@new.example");
    const lines = (await auditOf("contact")).filter((l) =>
      l.conversation === c);
    assert.deepEqual(lines.map((l) => [l.outcome, l.detail?.email]),
      [["ok", "ann@new.example"], ["no_change", "ann@mail.example"],
        ["ok", "ann@mail.example"]]);
    assert.ok(!v.events.some((e) => /mail\.example/.test(e.body?.text)));
    await v.send({ type: "identify", user: "u7", email: "ann@true.example",
      hmac: createHmac("sha256", SECRET).update("u7").digest("hex") });
    await v.waitEvent("the proof", (e) => e.kind === "identified");
    assert.match(is(await set(anna, "ann@new.example"), 403, "forbidden")
      .detail, /proven/);
    assert.equal((await contact(anna)).email, "ann@true.example");
    is(await anna.post(at(c, "resolve")), 200);
  });

  test("each limit of a channel is named", async () => {
    const v = await held(anna, "hello");
    const fault = is(await say(anna, v.conversation, "x".repeat(4001)), 422,
      "channel");
    assert.equal(fault.faults[0].where, "text");
    assert.match(fault.faults[0].what, /4001/);
    is(await anna.post(at(v.conversation, "resolve")), 200);
  });
});

// ---- small things ----------------------------------------------------------

describe("small things", () => {
  test("replies at hand: one's own, and everybody's", async () => {
    const own = is(await anna.ask("PUT", `${V}/canned/hi`,
      { text: "Hello there!" }), 200);
    is(await anna.ask("PUT", `${V}/canned/hi`,
      { text: "Hello!", shared: true }), 403, "forbidden");
    is(await cleo.ask("PUT", `${V}/canned/bye`,
      { text: "Goodbye!", shared: true }), 200);
    is(await anna.ask("PUT", `${V}/canned/hi`, { text: "Hey!",
      version: own.version }), 200);
    is(await anna.ask("PUT", `${V}/canned/hi`, { text: "Late.",
      version: own.version }), 409, "changed");
    const keys = async (who) => is(await who.get(`${V}/canned`), 200).items
      .map((i) => `${i.key}: ${i.text}`);
    assert.deepEqual(await keys(anna), ["bye: Goodbye!", "hi: Hey!"]);
    assert.deepEqual(await keys(ben), ["bye: Goodbye!"]);
    assert.deepEqual(await keys(zoe), []);
    is(await anna.ask("DELETE", `${V}/canned/bye?shared=true`), 403,
      "forbidden");
    is(await anna.ask("DELETE", `${V}/canned/hi`), 204);
    is(await cleo.ask("DELETE", `${V}/canned/bye?shared=true`), 204);
    assert.deepEqual(await keys(anna), []);
  });

  test("what labels look like", async () => {
    const name = encodeURIComponent("très cher");
    is(await anna.ask("PUT", `${V}/labels/${name}`, { colour: "#a00" }), 403);
    is(await cleo.ask("PUT", `${V}/labels/${name}`,
      { colour: "#a00", text: "Give them tea." }), 200);
    const [label] = is(await anna.get(`${V}/labels`), 200).items;
    assert.deepEqual([label.key, label.colour], ["très cher", "#a00"]);
    is(await cleo.ask("DELETE", `${V}/labels/${name}`), 204);
    is(await cleo.ask("PUT", `${V}/labels/${"x".repeat(41)}`, {},
      { loose: true }), 404);
  });

  test("what somebody was about to say is kept for them", async () => {
    const v = await begun("hello");
    const c = v.conversation;
    assert.equal(is(await anna.get(at(c, "draft")), 200).text, "");
    is(await anna.ask("PUT", at(c, "draft"), { text: "Dear" }), 200);
    assert.equal(is(await anna.get(at(c, "draft")), 200).text, "Dear");
    assert.equal(is(await ben.get(at(c, "draft")), 200).text, "");
    is(await anna.ask("PUT", at(c, "draft"), { text: "" }), 200);
    assert.equal(is(await anna.get(at(c, "draft")), 200).text, "");
    is(await zoe.get(at(c, "draft")), 404, "not_found");
  });

  test("who did what can be read by few", async () => {
    is(await anna.get(`${V}/audit`), 403, "forbidden");
    for (const before of ["-1", "0", "x", "queue-1-2"])
      assert.match(is(await cleo.get(`${V}/audit?before=${before}`), 400,
        "bad_request").detail, /^before: .*"next"/);
    const { lines, next } = is(await cleo.get(`${V}/audit?limit=3`), 200);
    assert.equal(lines.length, 3);
    const more = is(await cleo.get(`${V}/audit?limit=3&before=${next}`), 200);
    assert.ok(more.lines[0].id < lines[2].id);
    const [of] = lines.filter((l) => l.conversation);
    if (of)
      for (const l of is(await cleo.get(
        `${V}/audit?conversation=${of.conversation}`), 200).lines)
        assert.equal(l.conversation, of.conversation);
  });

  test("what goes out, and how accounts do", async () => {
    const v = await begun("hello");
    assert.deepEqual(is(await anna.get(at(v.conversation, "outbox?seq=2")),
      200).rows, []);
    assert.deepEqual(is(await cleo.get(`${V}/lanes`), 200).lanes, []);
    is(await anna.get(`${V}/lanes`), 403, "forbidden");
    is(await cleo.get(`${V}/lanes/1/outbox`), 404);
    is(await cleo.post(`${V}/outbox/1/replay`), 404);
    is(await cleo.post(`${V}/lanes/1/replay`), 404);
  });
});

// ---- bad input -------------------------------------------------------------

describe("what must be refused", () => {
  test("another company's ids, as if they never were", async () => {
    const v = await held(anna, "a secret");
    const c = v.conversation;
    const before = await seqOf(anna, c);
    for (const path of [at(c), at(c, "events"), at(c, "draft"),
      at(c, "outbox?seq=1")])
      is(await zoe.get(path), 404, "not_found");
    const bodies = { messages: { id: "a", text: "x", seen_seq: 9 },
      notes: { id: "a", text: "x" }, whisper: { id: "a", text: "x" },
      barge: { id: "a", text: "x", seen_seq: 9 }, transfer: { team: "sales" },
      snooze: { until: Date.now() + 9999 }, label: { add: ["x"] },
      priority: { priority: 1 },
      contact: { email: "ann@x.example" }, typing: { on: true }, seen: { seq: 1 } };
    const deeds = Object.keys(openapi.paths).map((p) =>
      /conversations\/\{id\}\/(\w+)$/.exec(p)?.[1]).filter((what) =>
      openapi.paths[at("{id}", what ?? "")]?.post);
    assert.ok(deeds.length >= 20);
    for (const what of deeds)
      is(await zoe.post(at(c, what), bodies[what] ?? {}), 404, "not_found");
    assert.equal(await seqOf(anna, c), before);
    const tried = (await zoe.get(`${V}/audit?conversation=${c}`)).body.lines;
    assert.ok(tried.some((l) => l.what === "accept" &&
      l.outcome === "not_found"));
    is(await anna.post(at(c, "resolve")), 200);
  });

  test("who is not let in, or only from elsewhere", async () => {
    const v = await begun("hello");
    const c = v.conversation;
    const nobody = new Browser(server);
    is(await nobody.get(at(c)), 401, "not_logged_in");
    is(await nobody.post(at(c, "pull")), 401, "not_logged_in");
    nobody.cookie = anna.cookie.replace(/.$/, (x) => x === "A" ? "B" : "A");
    is(await nobody.post(at(c, "pull")), 401, "not_logged_in");
    for (const origin of ["https://evil.example", "null",
      server.base.replace("http:", "https:"), `${server.base}.evil.example`])
      is(await anna.ask("POST", at(c, "pull"), {}, { headers: { origin } }),
        403, "bad_origin");
    nobody.cookie = undefined;
    nobody.key = v.token; // a visitor's
    is(await nobody.post(at(c, "pull")), 401, "not_logged_in");
  });

  for (const [what, body, status, code] of [
    ["messages", { id: "a b", text: "x", seen_seq: 1 }, 400, "bad_frame"],
    ["messages", { id: "a", text: "  ", seen_seq: 1 }, 400, "bad_frame"],
    ["messages", { id: "a", text: "x" }, 400, "bad_frame"],
    ["messages", "{", 400, "bad_json"],
    ["messages", "{\"id\":\"a\",\"id\":\"b\"}", 400, "bad_json"],
    ["messages", "x".repeat(70_000), 413, "too_big"],
    ["snooze", {}, 400, "bad_frame"],
    ["label", { add: "vip" }, 400, "bad_frame"],
    ["priority", { priority: -1 }, 400, "bad_frame"],
    ["contact", {}, 400, "bad_frame"],
    ["contact", { email: "no address" }, 400, "malformed"],
    ["contact", { email: "a@x.example, b@x.example" }, 400, "malformed"],
    ["nonsense", {}, 404, "not_found"],
  ])
    test(`${what} ${JSON.stringify(body).slice(0, 40)}`, async () => {
      const v = visitors[0];
      is(await anna.ask("POST", at(v.conversation, what), body,
        { loose: true }), status, code);
    });

  test("numbers that are none", async () => {
    for (const id of ["0", "-1", "1.5", "99999999999999999999", "x", "1x"])
      is(await anna.get(`${V}/conversations/${id}`, { loose: true }), 404);
    is(await anna.get(at(999_999)), 404, "not_found");
  });
});

test("a seller may say only so much", async () => {
  const tight = await startServer({ companies: { demo: people },
    settings: { staffBurst: 3, staffPerMinute: 60 } });
  try {
    const one = await newSeller(tight);
    const v = await new SocketVisitor(tight).open();
    const c = Number(v.token.split(".")[2]);
    const codes = [];
    for (let i = 0; i < 6; i++)
      codes.push((await one.post(at(c, "notes"),
        { id: newId(), text: "x" })).status);
    assert.deepEqual(codes.slice(0, 3), [200, 200, 200]);
    assert.ok(codes.includes(429), String(codes));
    await v.close();
  } finally {
    await tight.stop();
  }
});
