// Mails to the support desk that reach nobody: refused by its mail server, or
// sent back. Nobody waits for an answer that nobody was asked for; and
// operators learn of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bounce } from "../lib/mail.mjs";
import { company } from "../lib/server.mjs";
import { DESK, inShop } from "../lib/shop.mjs";
import { checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// Two who are not there, and one who sees everything.
const settings = { listenOps: "127.0.0.1:0" };
const watched = { settings,
  sellers: ["sam", { name: "vera", role: "admin", teams: [] }] };
// Who goes is gone at once.
const hasty = { ...watched, company: { routing: { grace_seconds: 0 } } };
const movable = { ...watched, movable: true, company: {
  routing: { keep_hours: 1, queue_minutes: 5, notice_minutes: 1 } } };

const refuse = (shop, status = 550) => shop.control("faults", { rules: [
  { vendor: "mail", path: "/smtp/rcpt", kind: "status", status }] });
const mend = (shop) => shop.control("faults", { rules: [] });

const kinds = (events, kind) => events.filter((e) => e.kind === kind);
const holders = (events) => kinds(events, "holder").map((e) => e.holder);
const notices = (events) => events.filter((e) => e.author === "system" &&
  e.kind === "message").map((e) => e.body.notice);

// The log of a conversation, by its number or a word in it, when it is as
// wanted.
async function logWhere(vera, which, what, wanted) {
  let events = [], id = Number.isInteger(which) ? which : undefined;
  try {
    return await until(what, async () => {
      for (const view of id === undefined ? ["open", "mail", "bot"] : [])
        id ??= (await vera.rows(view)).find((r) =>
          JSON.stringify(r).includes(which))?.id;
      if (id === undefined) return undefined;
      events = await vera.log(id);
      return wanted(events) ? { id, events } : undefined;
    });
  } catch (error) {
    throw new Error(`${error.message}:\n${tell(events)}`);
  }
}

const isBack = (events) => holders(events).at(-1) === "queue" &&
  holders(events).includes("email");

// A customer who asks for a person, whose mail reaches nobody.
async function asks(shop, name) {
  const bo = shop.whatsapp(name);
  const mark = newId();
  await bo.say(`Can I talk to a real person? ${mark}`);
  return { bo, mark };
}

const door = (shop) => until("the second door", () =>
  /^operations on (\S+)$/m.exec(shop.server.processes.serve.said)?.[1]);

async function health(shop) {
  const answer = await fetch(new URL("/health", await door(shop)));
  assert.equal(answer.status, 200);
  return answer.json();
}

async function metric(shop, name) {
  const answer = await fetch(new URL("/metrics", await door(shop)));
  const text = await answer.text();
  return Number(new RegExp(`^\\w*${name} (\\d+)$`, "m").exec(text)?.[1]);
}

const status = (shop, wanted) => until(`it is ${wanted}`, async () => {
  const said = await health(shop);
  return said.status === wanted ? said : undefined;
});

test("a seller who comes gets what the desk was not reached with",
  inShop(hasty, async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    await refuse(shop);
    const { bo, mark } = await asks(shop);
    const { id } = await logWhere(vera, mark, "it is back in line", isBack);
    const ill = await status(shop, "degraded");
    assert.equal(ill.checks.channels.ok, false);
    const account = ill.checks.channels.accounts.find((a) =>
      a.channel === "email" && a.account === "support");
    assert.equal(account.state, "flows");
    assert.match(account.desk_unreached.detail, /a rule says so/);
    assert.equal(await metric(shop, "desk_unreached_total"), 1);
    assert.equal(await metric(shop, "channel_accounts_desk_unreached"), 1);

    const sam = await shop.seller("sam");
    const { conversation } = await sam.offer();
    assert.equal(conversation, id);
    await sam.act("accept", conversation);
    await sam.say(conversation, "I am here now.");
    await bo.hears("I am here now.");
    const events = await sam.log(conversation);
    checkLog(events);
    assert.deepEqual(holders(events), ["queue", "email", "queue", "agent"],
      tell(events));
    assert.equal(kinds(events, "mailed").length, 1, tell(events));
    const [note] = kinds(events, "note");
    assert.equal(note.note, "unreached");
    assert.match(note.body.text,
      /^No mail gets through to the support desk\. .*a rule says so/);
    assert.deepEqual(notices(events), ["nobody", "waiting"], tell(events));

    // What is new tries the desk again; that works now.
    await sam.act("resolve", conversation);
    await sam.close();
    await mend(shop);
    await bo.say("I need a human again.");
    await shop.mail.next(DESK);
    await status(shop, "ok");
    assert.equal(await metric(shop, "desk_unreached_total"), 1);
  }));

for (const kill of [false, true])
  test("where nobody comes it ends in time" +
    (kill ? ", and a server that is killed forgets nothing" : ""),
  inShop(movable, async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    await refuse(shop);
    const { bo, mark } = await asks(shop);
    const { id } = await logWhere(vera, mark, "it is back in line", isBack);
    if (kill) await shop.kill();
    await vera.login();
    // The desk looks at its line again and again: it goes nowhere.
    for (let i = 0; i < 4; i++) {
      shop.later(6 * MINUTE);
      await vera.login();
      await bo.say(`Still there? ${i}`);
      await logWhere(vera, id, "it was said", (events) =>
        events.some((e) => e.body?.text === `Still there? ${i}`));
    }
    if (kill) await shop.kill();
    await vera.login();
    const waits = await logWhere(vera, id, "it waits", () => true);
    assert.deepEqual(holders(waits.events), ["queue", "email", "queue"],
      tell(waits.events));
    shop.later(HOUR);
    await vera.login();
    const { events } = await logWhere(vera, id, "it has ended", (all) =>
      all.some((e) => e.kind === "resolved"));
    checkLog(events);
    assert.deepEqual(holders(events), ["queue", "email", "queue", "bot"],
      tell(events));
    assert.equal(kinds(events, "mailed").length, 1, tell(events));
    assert.equal(notices(events).at(-1), "ended", tell(events));
    assert.equal(notices(events).filter((n) => n === "ended").length, 1);
    assert.ok(notices(events).length <= 3, tell(events));
    await bo.hears("We are sorry");
    assert.equal((await shop.mail.to(DESK)).length, 0);
  }));

test("a server that is killed before it could act does so then",
  inShop(watched, async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    await refuse(shop);
    const { mark } = await asks(shop);
    await logWhere(vera, mark, "it failed", (events) =>
      kinds(events, "delivery").length > 0);
    await shop.kill();
    await vera.login();
    const { events } = await logWhere(vera, mark, "it is back in line", isBack);
    assert.equal(kinds(events, "note").length, 1, tell(events));
    await status(shop, "degraded");
  }));

for (const [how, hand] of Object.entries({
  "posted": (shop, raw) => shop.mailIn(raw),
  "in the mailbox": (shop, raw) => shop.mail.deliver(raw, { from: "" }) }))
  test(`a mail that is sent back, ${how}`, inShop(watched, async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    const { mark } = await asks(shop);
    const mail = await shop.mail.next(DESK);
    await hand(shop, bounce(mail, mail.from));
    const { id, events } = await logWhere(vera, mark, "it is back in line",
      isBack);
    assert.match(kinds(events, "note")[0].body.text, /^No mail gets through/);
    await hand(shop, bounce(mail, mail.from));
    const sam = await shop.seller("sam");
    assert.equal((await sam.offer()).conversation, id);
    assert.equal(kinds(await vera.log(id), "note").length, 1);
    assert.equal((await shop.mail.to(DESK)).length, 1);
  }));

const nobody = { address: "gone@nowhere.example", name: "Who left" };
const several = { ...watched, company: { support: { account: "support",
  pause_seconds: 0, to: [nobody, { address: DESK, name: "Robin" }] } } };

test("one of the desk who gets it is enough", inShop(several,
  async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    const { bo, mark } = await asks(shop);
    await shop.mail.next(DESK);
    const { id } = await logWhere(vera, mark, "one failed", (events) =>
      kinds(events, "delivery").length === 1);
    await shop.seller("sam");
    // What comes after it goes to the desk as well.
    await bo.say("And one thing more.");
    await until("the desk reads on", async () =>
      (await shop.mail.next(DESK)).text.includes("And one thing more."));
    await status(shop, "ok");
    const events = await vera.log(id);
    assert.deepEqual(holders(events), ["queue", "email"], tell(events));
    assert.deepEqual(kinds(events, "offer"), [], tell(events));
  }));

const none = { ...watched, company: { support: { account: "support",
  pause_seconds: 0, to: [{ address: "x@-desk.example", name: "Wrong" }] } } };

test("nor is a desk reached whose addresses are none", inShop(none,
  async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    const { mark } = await asks(shop);
    const { id, events } = await logWhere(vera, mark, "it is back in line",
      isBack);
    assert.equal(kinds(events, "mailed").length, 0, tell(events));
    assert.match(kinds(events, "note")[0].body.text, /Correct `support\.to`/);
    const sam = await shop.seller("sam");
    assert.equal((await sam.offer()).conversation, id);
  }));

test("without sellers the bot goes on", inShop({ settings, sellers: [],
  company: { support: { account: "support", pause_seconds: 0,
    to: [nobody] } } },
async (shop) => {
  const bo = shop.whatsapp();
  await bo.say("Can I talk to a real person?");
  await bo.hears("Our assistant is here for you again.");
  assert.equal(await metric(shop, "desk_unreached_total"), 1);
  // The desk is not tried again with every word.
  await bo.say(`But can I talk to a real person? ${company.faq[0].question}`);
  await bo.hears(company.faq[0].answer);
  assert.equal(await metric(shop, "desk_unreached_total"), 1);
}));
