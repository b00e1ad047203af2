// Whoever takes a chat from the bot: the customer by the button, over
// WebSocket or where that is blocked, or a seller. What was said goes with it,
// and the company's rules say who gets it, as when they ask in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company } from "../lib/server.mjs";
import { DESK, inShop, Page } from "../lib/shop.mjs";
import { checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { Refused } from "../lib/visitor.mjs";
import { PollVisitor, StreamVisitor } from "../lib/visitor_http.mjs";

const [hours] = company.faq;
const LEAKS = "My espresso machine leaks, what can I do?";
const HUMAN = "Can I talk to a human?";

const shopOf = {
  company: { handoff: { team: "sales", rules: [{ words: ["espresso"],
    when: "handed", team: "repairs", skills: ["coffee"], priority: 2 }] } },
  sellers: [{ name: "sam" }, { name: "lee", teams: ["repairs"] },
    { name: "kim", teams: ["repairs"], skills: ["coffee"] },
    { name: "uma", role: "supervisor", teams: [] }],
};

const conversationOf = (page) => Number(page.token.split(".")[2]);
const kindOf = (events, kind) => events.filter((e) => e.kind === kind);

const page = (shop) => shop.page();
const onHttp = (Way) => (shop) =>
  new Way(shop.server, { company: "shop" }).open();
const press = (visitor) => visitor.send({ type: "handoff" });

// How the customer is there, who takes it from the bot, and why it is then so.
const ways = {
  "in words": { open: page, take: (v) => v.say(HUMAN), why: "asked" },
  "by the button": { open: page, take: press, why: "asked" },
  "by POST, beside a stream": { open: onHttp(StreamVisitor), take: press,
    why: "asked" },
  "by POST, between polls": { open: onHttp(PollVisitor), take: press,
    why: "asked" },
  "by the button, for a seller": { open: page, why: "seller",
    take: (v, { kim }) => v.send({ type: "handoff", seller: kim.id }) },
  "by a seller": { open: page, why: "colleague",
    take: (v, { uma }) => uma.act("queue", conversationOf(v)) },
  "by a seller's POST": { open: page, why: "colleague",
    take: (v, { uma }) => uma.ask("POST",
      `conversations/${conversationOf(v)}/queue`, {}) },
};

function checkPack(events, why) {
  const [pack, ...more] = kindOf(events, "pack");
  assert.deepEqual(more, [], tell(events));
  assert.equal(pack.body.why, why, tell(events));
  assert.ok(pack.body.summary.includes(LEAKS), tell(events));
  const tried = pack.body.tried.at(-1);
  assert.deepEqual([tried.question, tried.answer], [LEAKS, "unknown"]);
  assert.equal(pack.body.language, "en");
}

function checkRoute(events, why) {
  const [route, ...more] = kindOf(events, "route");
  assert.deepEqual(more, [], tell(events));
  assert.deepEqual(route.body.skills, ["coffee"]);
  assert.equal(route.ref, 2);
  assert.equal(kindOf(events, "holder")[0].body.why, why, tell(events));
}

for (const [way, { open, take, why }] of Object.entries(ways))
  test(`${way}: who can help gets it, and knows what was said`,
    inShop(shopOf, async (shop) => {
      const { sam, lee, kim, uma } = shop.sellers;
      for (const seller of [sam, lee, kim]) await seller.open();
      await uma.open({ away: true });
      const visitor = await open(shop);
      const conversation = conversationOf(visitor);
      await visitor.ask(LEAKS);
      await take(visitor, shop.sellers);
      await kim.offer(conversation);
      await kim.takes(conversation);
      const row = await kim.row(conversation);
      assert.deepEqual([row.team, row.priority], ["repairs", 2]);
      const events = await kim.log(conversation);
      checkLog(events);
      checkPack(events, why);
      checkRoute(events, why);
      assert.deepEqual(kindOf(events, "offer").map((e) => e.agent), [kim.id]);
      await visitor.close();
    }));

const reasons = { asked: "The customer asked for a person.",
  seller: "The customer asked for a certain person.",
  colleague: "A colleague handed it over." };

test("where nobody is, the desk reads what was said and why",
  inShop(shopOf, async (shop) => {
    const { kim, uma } = shop.sellers;
    await kim.login();
    await uma.open({ away: true });
    for (const [way, { open, take, why }] of Object.entries(ways)) {
      const visitor = await open(shop);
      const conversation = conversationOf(visitor);
      await visitor.ask(hours.question);
      await visitor.ask(LEAKS);
      await take(visitor, shop.sellers);
      const mail = await until(`a mail, ${way}`, async () =>
        (await shop.mail.to(DESK)).find((m) =>
          m.subject.endsWith(`(#${conversation})`)));
      assert.ok(mail.text.includes(reasons[why]), mail.text);
      const summary = mail.text.split("Summary")[1].split("Conversation")[0];
      assert.ok(summary.includes(LEAKS), mail.text);
      const events = await uma.log(conversation);
      checkPack(events, why);
      checkRoute(events, why);
      await visitor.close();
    }
  }));

// Whoever has the skills is there in both teams, and in no hurry: a chat stays
// in the line of the team that it was given to.
const calm = { ...shopOf,
  company: { ...shopOf.company, routing: { offer_seconds: 3600 } },
  sellers: [{ name: "sam", skills: ["coffee"] },
    { name: "kim", teams: ["repairs"], skills: ["coffee"] },
    { name: "uma", role: "supervisor", teams: [] }] };

test("what a seller says themselves stands before the rule",
  inShop(calm, async (shop) => {
    const { sam, kim, uma } = shop.sellers;
    for (const seller of [sam, kim]) await seller.open();
    await uma.open({ away: true });
    for (const [said, team, priority] of [[{}, "repairs", 2],
      [{ team: "sales" }, "sales", 2], [{ priority: 0 }, "repairs", 0],
      [{ priority: 3 }, "repairs", 3]]) {
      const visitor = await shop.page();
      const conversation = conversationOf(visitor);
      await visitor.ask(LEAKS);
      await uma.act("queue", conversation, said);
      const queued = kindOf(await uma.log(conversation), "holder")[0];
      assert.equal(queued.holder, "queue");
      const [route] = kindOf(await uma.log(conversation), "route");
      assert.equal(route.ref ?? 0, priority, JSON.stringify(said));
      const row = await uma.row(conversation);
      assert.deepEqual([row.holder, row.team], ["queue", team]);
      await (team === "sales" ? sam : kim).offer(conversation);
      await visitor.close();
    }
  }));

// Nothing was said by then, so only a rule that asks for no words can fit.
const anybody = {
  company: { handoff: { team: "sales", rules: [
    { words: ["espresso"], when: "handed", team: "sales" },
    { channel: "sms", when: "handed", team: "sales" },
    { channel: "web", when: "handed", team: "repairs", skills: ["coffee"],
      priority: 2 }] } },
  sellers: shopOf.sellers,
};

for (const [way, Way] of Object.entries({ "with hello": Page,
  "with a session": StreamVisitor }))
  test(`who comes for a seller, ${way}, comes by the rules as well`,
    inShop(anybody, async (shop) => {
      const { sam, kim } = shop.sellers;
      for (const seller of [sam, kim]) await seller.open();
      const visitor = await new Way(shop.server,
        { company: "shop", seller: kim.id }).open();
      const conversation = conversationOf(visitor);
      await kim.offer(conversation);
      await kim.takes(conversation);
      const row = await kim.row(conversation);
      assert.deepEqual([row.team, row.priority], ["repairs", 2]);
      const events = await kim.log(conversation);
      checkLog(events);
      checkRoute(events, "seller");
      assert.deepEqual(kindOf(events, "pack").map((e) => e.body.why),
        ["seller"], tell(events));
      await visitor.close();
    }));

test("who waits already changes nothing by asking again",
  inShop(shopOf, async (shop) => {
    const { kim, uma } = shop.sellers;
    await kim.open();
    await uma.open({ away: true });
    for (const open of [page, onHttp(StreamVisitor)]) {
      const visitor = await open(shop);
      const conversation = conversationOf(visitor);
      await visitor.ask(LEAKS);
      await press(visitor);
      await kim.offer(conversation);
      const before = await kim.log(conversation);
      if (open === page) await press(visitor);
      else
        assert.equal((await visitor.post({ type: "handoff" })).status, 204);
      await assert.rejects(uma.act("queue", conversation), (error) =>
        error instanceof Refused && error.fault.code === "no_change");
      const { seq } = await visitor.say("Hello?");
      await until("it is stored", async () =>
        (await kim.log(conversation)).length >= seq);
      assert.deepEqual((await kim.log(conversation)).slice(0, seq - 1),
        before);
      await kim.takes(conversation);
      await visitor.close();
    }
  }));
