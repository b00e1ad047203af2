// A customer on the website: the bot and a person at once; a chat that goes
// from hand to hand, of which the customer sees what is meant for them; and
// who has closed the page gets the answer by mail.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { addressOf, answer } from "../lib/mail.mjs";
import { surely } from "../lib/seller.mjs";
import { SECRET, company } from "../lib/server.mjs";
import { below, inShop } from "../lib/shop.mjs";
import { checkLog, checkSeen, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { SocketVisitor, newId } from "../lib/visitor.mjs";
import { PollVisitor, StreamVisitor } from "../lib/visitor_http.mjs";

const [hours] = company.faq;
const RACES = 100;
const AT_ONCE = 10;
const ANY = Number.MAX_SAFE_INTEGER;

const conversationOf = (page) => Number(page.token.split(".")[2]);

// ---- the bot and a person at once -------------------------------------------

// The bot types so fast, and its answer has seven words.
const WORDS = 40;
const TYPING_MS = 7 / WORDS * 1000;
const typing = { bot: { ...company.bot, words_per_second: WORDS } };

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// A person takes the chat at some moment while the bot types; behind the ack
// the bot says nothing, and shows nothing of what it was about to say.
async function race(shop, boss, how) {
  const page = await shop.page();
  const conversation = conversationOf(page);
  const { seq: asked } = await page.say(hours.question);
  await pause(below(TYPING_MS * 3));
  const ack = await boss.act(how, conversation);
  const seen = page.frames.length;
  await boss.say(conversation, "A person here.", { seen: ANY })
    .catch((error) => { if (how === "take_over") throw error; });
  const holds = await page.waitEvent("who holds", (e) => e.kind === "holder");
  if (how === "take_over")
    await page.waitEvent("a word", (e) => e.body?.text === "A person here.");
  const events = await boss.log(conversation);
  checkLog(events, [boss.id]);
  const late = events.filter((e) => e.author === "bot" && e.seq > holds.seq);
  assert.deepEqual(late, [], tell(events));
  assert.ok(holds.seq <= ack.seq);
  const at = page.frames.findIndex((f) => f.event?.seq === holds.seq);
  assert.equal(page.frames.slice(Math.max(at, seen))
    .find((f) => f.type === "draft"), undefined);
  checkSeen(events, page.events);
  await page.close();
  await boss.act("resolve", conversation);
  return events.some((e) => e.author === "bot" && e.ref >= asked);
}

test(`a person takes over while the bot answers, ${RACES} times`,
  inShop({ sellers: [{ name: "sam", role: "supervisor", capacity: 10000 }],
    company: { ...typing, handoff: { team: "repairs" } } },
  async (shop, t) => {
    const boss = await shop.seller("sam", { away: true });
    let left = RACES, answered = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0)
        answered += await race(shop, boss, left % 2 ? "take_over" : "queue");
    }));
    t.diagnostic(`the bot was first ${answered} times`);
    assert.ok(answered > 0 && answered < RACES, String(answered));
  }));

// ---- who has closed the page ------------------------------------------------

const EVE = "eve@mail.example";
const MINUTE = 60_000;
const unread = { movable: true,
  company: { handoff: { team: "sales", unread_minutes: 1 } } };

// On the website, with Sam; who they are the shop's own page has told.
async function withSam(shop, sam, email) {
  const from = sam.frames.length;
  const page = await shop.page();
  const user = `u${conversationOf(page)}`;
  const hmac = createHmac("sha256", SECRET).update(user).digest("hex");
  await page.send({ type: "identify", user, hmac, name: "Eve",
    ...(email ? { email } : {}) });
  await page.say("Can I talk to a human?");
  const { conversation } = await sam.offer(undefined, from);
  await sam.takes(conversation, from);
  await sam.watch(conversation);
  return { page, conversation };
}

const says = (sam, conversation, text) => {
  const id = newId();
  return surely(text, () => sam.say(conversation, text, { id, seen: ANY }));
};

for (const kill of [false, true])
  test("who has closed the page gets the answer by mail, and answers by mail" +
    (kill ? "; the server is killed at each step" : ""),
  inShop(unread, async (shop) => {
    const step = async () => { if (kill) await shop.kill(); };
    const sam = await shop.seller("sam");
    const { page, conversation } = await withSam(shop, sam, EVE);
    const { seq } = await says(sam, conversation, "Hello, Eve.");
    await page.waitEvent("hello", (e) => e.body?.text === "Hello, Eve.");
    page.send({ type: "seen", seq });
    await sam.wait("that it was read", (f) => f.type === "seen" &&
      f.author === "customer" && f.seq === seq);
    await page.close();
    await says(sam, conversation, "The red one is here.");
    await step();
    shop.later(MINUTE + 1000);
    const first = await shop.mail.next(EVE);
    assert.equal(addressOf(first.field("from")), "support@shop.example");
    assert.match(first.field("from"), /Sam/);
    assert.ok(first.text.includes("The red one is here."));
    assert.ok(!first.text.includes("Hello, Eve."), first.text);
    assert.ok(first.text.includes("Can I talk to a human?"), first.text);
    assert.equal(first.type, "multipart/alternative");
    await step();
    await shop.mail.deliver(answer(first,
      { text: "I take it!", from: `Eve <${EVE}>` }), { from: EVE });
    await sam.seen(conversation, "their answer", (e) =>
      e.author === "customer" && e.body.text === "I take it!");
    await step();
    await says(sam, conversation, "It is yours.");
    shop.later(MINUTE + 1000);
    // One that went out as the server was killed may come once more.
    const second = await until("the second mail", async () =>
      (await shop.mail.to(EVE)).find((m) => m.id !== first.id));
    assert.ok(second.text.includes("It is yours."));
    assert.ok(second.references.includes(first.id));
    const events = await sam.log(conversation);
    checkLog(events);
    checkSeen(events, page.events);
    const ids = (await shop.mail.to(EVE)).map((m) => m.id);
    assert.equal(new Set(ids).size, 2);
    assert.ok(kill || ids.length === 2, String(ids));
    // Nobody else answers in their name.
    await shop.mail.deliver(answer(second, { text: "Cancel it.",
      from: "Mallory <mallory@mail.example>" }));
    await until("it was looked at", async () =>
      (await shop.mail.inbox()).messages.every((m) => m.seen));
    assert.deepEqual(await sam.log(conversation), events);
  }));

test("who has read it, or left no address, gets no mail", inShop(unread,
  async (shop) => {
    const sam = await shop.seller("sam");
    const reads = await withSam(shop, sam, "reads@mail.example");
    const silent = await withSam(shop, sam);
    const { seq } = await says(sam, reads.conversation, "You read this.");
    reads.page.send({ type: "seen", seq });
    await sam.wait("that it was read", (f) => f.type === "seen" &&
      f.conversation === reads.conversation && f.author === "customer");
    await says(sam, silent.conversation, "You do not.");
    const last = await withSam(shop, sam, EVE);
    await says(sam, last.conversation, "And you get a mail.");
    for (const { page } of [reads, silent, last]) await page.close();
    shop.later(MINUTE + 1000);
    await shop.mail.next(EVE);
    assert.equal((await shop.mail.all()).length, 1);
  }));

// ---- what is the company's own business -------------------------------------

// Handed over as they were angry, spoken of among sellers, and ended.
async function throughHands(sam, boss, page) {
  for (const text of ["This is an outrage, you are useless!",
    "You idiots, I am furious! Worst company ever!"])
    await page.say(text);
  const { conversation } = await sam.offer();
  await sam.takes(conversation);
  await sam.note(conversation, "Careful with this one.");
  await sam.act("label", conversation, { add: ["angry"] });
  await sam.act("priority", conversation, { priority: 2 });
  await boss.note(conversation, "Offer them a refund.", { type: "whisper" });
  await sam.say(conversation, "I am sorry.", { seen: ANY });
  await sam.act("resolve", conversation);
  return conversation;
}

test("a customer reads who answers, and nothing of why, on each way",
  inShop({ sellers: ["sam", { name: "bo", role: "supervisor" }],
    company: { handoff: { team: "sales", mood_after: 2 } } },
  async (shop) => {
    const sam = await shop.seller("sam");
    const boss = await shop.seller("bo", { away: true });
    const page = await shop.page();
    const others = await Promise.all([StreamVisitor, PollVisitor].map((Way) =>
      new Way(shop.server, { company: "shop", token: page.token }).open()));
    const conversation = await throughHands(sam, boss, page);
    const events = await sam.log(conversation);
    const whole = JSON.stringify(events);
    for (const word of ["mood", "Careful", "refund", "angry", "confidence"])
      assert.ok(whole.includes(word), word);
    // Who comes back reads it all from the store.
    const later = await new SocketVisitor(shop.server,
      { company: "shop", token: page.token }).open();
    for (const visitor of [page, ...others, later]) {
      const last = await visitor.waitEvent("the end",
        (e) => e.seq === events.length);
      assert.equal(last.seq, events.length);
      checkSeen(events, visitor.events);
      assert.deepEqual(visitor.events.filter((e) => e.kind === "holder")
        .map((e) => [e.holder, e.body]),
      [["queue", {}], ["agent", { name: "Sam" }], ["bot", {}]]);
      const seen = JSON.stringify(visitor.frames);
      // With quotes what is short: a token may have such letters in a row.
      for (const word of ["\"mood\"", "Careful", "refund", "\"angry\"",
        "\"why\"", "confidence", "\"cites\"", "\"agent\":", "\"team",
        "source", "priority"])
        assert.ok(!seen.includes(word), `${word}: ${seen}`);
      await visitor.close();
    }
  }));
