// The line: sellers who vanish, sellers who ignore, hours in which nobody is
// there. Nobody is forgotten, and nobody is told the same thing twice. Time is
// moved, not waited for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESK, inShop, part } from "../lib/shop.mjs";
import { checkHeard, checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const OFFER = 30 * SECOND;
const GRACE = 90 * SECOND;

const routing = { offer_seconds: OFFER / SECOND, grace_seconds: GRACE / SECOND,
  queue_minutes: 5, notice_minutes: 1, ignore_max: 2, sticky_seconds: 0 };
const two = { sellers: ["sam", "ann"], movable: true, company: { routing } };
const pinged = { ...two, settings: { pingMs: "300ms", pongMs: "2s" } };

const noticesOf = (events) => events.filter((e) => e.kind === "message" &&
  e.author === "system").map((e) => e.body.notice);
const holders = (events) => events.filter((e) => e.kind === "holder")
  .map((e) => e.holder + (e.agent ? ` ${e.agent}` : ""));

// A customer asks for a person. Which conversation that is, some seller sees.
async function asks(shop, watcher, customer = shop.slack()) {
  const mark = newId();
  await customer.say(`Can I talk to a human? ${mark}`);
  const row = await until("the conversation", async () =>
    (await watcher.rows("open")).concat(await watcher.rows("mail"))
      .find((r) => r.message?.text.includes(mark)));
  return { customer, conversation: row.id };
}

async function logWhere(seller, conversation, what, wanted) {
  let events = [];
  try {
    return await until(what, async () => {
      events = await seller.log(conversation);
      return wanted(events) ? events : undefined;
    });
  } catch (error) {
    throw new Error(`${error.message}:\n${tell(events)}`);
  }
}

const isHeld = (agent) => (events) =>
  events.findLast((e) => e.kind === "holder")?.agent === agent;

// ---- a seller who vanishes ------------------------------------------------

// How the line to a seller ends without a word.
const ends = {
  "is cut": (seller) => seller.drop(),
  "falls silent": (seller) => seller.sleep(),
};

async function held(shop, sam) {
  const from = sam.frames.length;
  const chat = await asks(shop, sam);
  await sam.takes(chat.conversation, from);
  await sam.say(chat.conversation, "Sam here.",
    { seen: Number.MAX_SAFE_INTEGER });
  return chat;
}

const goesOffline = (watcher, seller, from) => watcher.wait("they go",
  (f) => f.type === "staff" && f.agent === seller.id && !f.online, from);

for (const [how, end] of Object.entries(ends))
  for (const kill of [false, true])
    test(`a seller's line ${how}${kill ? ", and the server is killed" : ""}: ` +
      "their chat waits for them, then goes to the next", inShop(pinged,
      async (shop) => {
        const { sam, ann } = shop.sellers;
        await ann.open({ away: true });
        await sam.open();
        const { conversation, customer } = await held(shop, sam);
        const from = ann.frames.length;
        await end(sam);
        await goesOffline(ann, sam, from);
        shop.later(GRACE - 10 * SECOND);
        if (kill) await shop.kill();
        // Who would be next is there, but it is not time yet.
        await until("ann is back", () => ann.isOpen);
        ann.presence(false);
        const other = await asks(shop, ann);
        await ann.takes(other.conversation, from);
        assert.ok(isHeld(sam.id)(await ann.log(conversation)));
        shop.later(20 * SECOND);
        const offer = await ann.offer(conversation, from);
        assert.equal(offer.row.front, true);
        await ann.takes(conversation, from);
        await ann.say(conversation, "Ann here.",
          { seen: Number.MAX_SAFE_INTEGER });
        await customer.hears("Ann here.");
        const events = await ann.log(conversation);
        checkLog(events);
        checkHeard(events, await customer.heard());
        assert.deepEqual(holders(events), ["queue", `agent ${sam.id}`, "queue",
          `agent ${ann.id}`], tell(events));
        assert.deepEqual(noticesOf(events), ["waiting", "passed"],
          tell(events));
      }));

const inTime = "who comes back in time keeps their chats";
test(inTime, inShop(pinged, async (shop) => {
  const { sam, ann } = shop.sellers;
  await ann.open();
  ann.presence(true);
  await sam.open();
  const { conversation, customer } = await held(shop, sam);
  for (const end of Object.values(ends)) {
    const from = ann.frames.length;
    await end(sam);
    await goesOffline(ann, sam, from);
    shop.later(GRACE - 10 * SECOND);
    await sam.open();
    shop.later(20 * SECOND);
    await sam.say(conversation, `Still here: ${from}.`,
      { seen: Number.MAX_SAFE_INTEGER });
    await customer.hears(`Still here: ${from}.`);
  }
  const events = await sam.log(conversation);
  checkLog(events);
  assert.deepEqual(holders(events), ["queue", `agent ${sam.id}`], tell(events));
}));

test("what comes back to the line is first in it", inShop(two,
  async (shop) => {
    const { sam, ann } = shop.sellers;
    await ann.open({ away: true });
    await sam.open();
    const waits = [];
    const { conversation } = await held(shop, sam);
    sam.presence(true);
    for (let i = 0; i < 3; i++) waits.push(await asks(shop, ann));
    shop.later(MINUTE);
    const from = ann.frames.length;
    await sam.drop();
    await goesOffline(ann, sam, from);
    shop.later(GRACE + SECOND);
    await logWhere(ann, conversation, "it is back in the line", (events) =>
      holders(events).length === 3);
    ann.presence(false);
    const first = await ann.offer(undefined, from);
    assert.equal(first.conversation, conversation);
    // She can have three at once.
    await ann.offer(waits[1].conversation, from);
    assert.deepEqual(ann.frames.slice(from).filter((f) => f.type === "offer")
      .map((f) => f.conversation),
    [conversation, waits[0].conversation, waits[1].conversation]);
  }));

// ---- sellers who ignore ---------------------------------------------------

const offers = (events) => events.filter((e) => e.kind === "offer");
const isMailed = (events) => events.some((e) => e.kind === "mailed");

// Nobody takes what is offered, until it goes by mail.
async function ignored(shop) {
  const { sam, ann } = shop.sellers;
  const { conversation, customer } = await asks(shop, sam);
  const happens = (what, wanted) => logWhere(sam, conversation, what, wanted);
  await happens("an offer", (events) => offers(events).length === 1);
  shop.later(OFFER + SECOND);
  const [first, second] = offers(await happens("the next is asked", (events) =>
    offers(events).length === 2));
  assert.deepEqual(new Set([first.agent, second.agent]),
    new Set([sam.id, ann.id]));
  shop.later(OFFER + SECOND);
  await happens("both are over", (events) =>
    events.filter((e) => e.kind === "offer_end").length === 2);
  shop.later(routing.queue_minutes * MINUTE);
  await happens("the desk has it", isMailed);
  return { conversation, customer };
}

// The same, and the server is killed when so many offers have run out. Who
// comes back is asked anew, so there may be more offers.
async function ignoredAndKilled(shop, when) {
  const { sam } = shop.sellers;
  const { conversation, customer } = await asks(shop, sam);
  const happens = (what, wanted) => logWhere(sam, conversation, what, wanted);
  await happens("an offer", (events) => offers(events).length > 0);
  for (let step = 0; step < 3; step++) {
    if (step === when) await shop.kill();
    const { length } = await sam.log(conversation);
    shop.later(OFFER + SECOND);
    await happens("something", (events) => events.length > length);
  }
  shop.later(routing.queue_minutes * MINUTE);
  if (when === 3) await shop.kill();
  await happens("the desk has it", isMailed);
  return { conversation, customer };
}

async function areThere(sellers) {
  sellers.forEach((s) => s.presence(false));
  const [watcher] = sellers;
  await until("all are there", async () =>
    (await watcher.ask("GET", "agents")).agents
      .every((a) => a.online && !a.away));
}

async function checkIgnored(shop, { conversation, customer }) {
  const { sam } = shop.sellers;
  const events = await sam.log(conversation);
  assert.deepEqual(holders(events), ["queue", "email"], tell(events));
  assert.deepEqual(noticesOf(events), ["waiting", "mailed"], tell(events));
  assert.equal(checkLog(events).holder, "email", tell(events));
  await customer.hears(/by e-mail/);
  checkHeard(events, await customer.heard());
  const mails = async () => (await shop.mail.to(DESK))
    .filter((m) => m.subject.endsWith(`(#${conversation})`));
  await until("the mail", async () => (await mails()).length > 0);
  assert.equal((await mails()).length, 1);
}

test("what nobody takes goes from one to the next, and then to the desk",
  inShop(two, async (shop, t) => {
    const { sam, ann } = shop.sellers;
    await Promise.all([sam, ann].map((s) => s.open()));
    await checkIgnored(shop, await ignored(shop));
    const killed = (when) => part(shop, async () => {
      await until("both are back", () => sam.isOpen && ann.isOpen);
      await areThere([sam, ann]);
      await checkIgnored(shop, await ignoredAndKilled(shop, when));
    });
    for (let when = 0; when <= 3; when++)
      await t.test(`killed when ${when} offers have run out`, killed(when));
  }));

test("who ignores offers again and again is set away", inShop(
  { ...two, sellers: ["sam"] }, async (shop) => {
    const { sam } = shop.sellers;
    await sam.open();
    const chats = [await asks(shop, sam), await asks(shop, sam)];
    for (const { conversation } of chats) await sam.offer(conversation);
    const from = sam.frames.length;
    shop.later(OFFER + SECOND);
    await sam.wait("to be away", (f) => f.type === "staff" &&
      f.agent === sam.id && f.away, from);
    shop.later(routing.queue_minutes * MINUTE);
    for (const { conversation } of chats)
      await logWhere(sam, conversation, "the desk has it", (events) =>
        holders(events).at(-1) === "email");
    // Nothing is offered to who is away, and all is when they are back.
    sam.presence(false);
    const next = await asks(shop, sam);
    await sam.offer(next.conversation, from);
    for (const { conversation } of chats)
      assert.equal(sam.find((f) => f.type === "offer" &&
        f.conversation === conversation, from), undefined);
  }));

// ---- hours ----------------------------------------------------------------

const closed = { sellers: ["sam"], movable: true, company: { routing,
  hours: [{ key: "office", zone: "Europe/Berlin", week: ["mon-fri 09:00-17:00"],
    holidays: [] }],
  teams: [{ key: "sales", name: "Sales", hours: "office" }] } };

// To that time of the coming week, by the office's clock.
function goTo(shop, weekday, hour) {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin",
    weekday: "short", hour: "numeric", hourCycle: "h23" });
  const now = () => Object.fromEntries(clock.formatToParts(shop.now())
    .map(({ type, value }) => [type, value]));
  do shop.later(30 * MINUTE);
  while (now().weekday !== weekday || Number(now().hour) !== hour);
}

test("outside hours it goes by mail, and the customer knows when we are back",
  inShop(closed, async (shop) => {
    const { sam } = shop.sellers;
    goTo(shop, "Sat", 12);
    await sam.open();
    const bo = shop.whatsapp();
    const { conversation } = await asks(shop, sam, bo);
    await bo.hears("Our team is back on Monday at 09:00.");
    await bo.say("Are you there?");
    await logWhere(sam, conversation, "the desk has both", (events) =>
      events.filter((e) => e.kind === "mailed").length === 2);
    await shop.kill();
    await bo.say("Hello?");
    const events = await logWhere(sam, conversation, "the desk has all",
      (all) => all.filter((e) => e.kind === "mailed").length === 3);
    checkLog(events);
    assert.deepEqual(holders(events), ["queue", "email"], tell(events));
    assert.deepEqual(noticesOf(events), ["closed"], tell(events));
    checkHeard(events, await bo.heard());
    assert.equal(sam.find((f) => f.type === "offer"), undefined);
  }));

test("in hours it is offered, and on a holiday it is not", inShop(closed,
  async (shop) => {
    const { sam } = shop.sellers;
    goTo(shop, "Tue", 10);
    await sam.open();
    const { conversation } = await asks(shop, sam);
    await sam.offer(conversation);
    const [office] = closed.company.hours;
    const today = new Intl.DateTimeFormat("en-CA", { timeZone: office.zone })
      .format(shop.now());
    await shop.server.apply("shop", { ...shop.document,
      hours: [{ ...office, holidays: [today] }],
      texts: { closed: "Wir sind {open} zurück.", open_at: "am {day} um {time}",
        days: ["Mo", "Di", "Mittwoch", "Do", "Fr", "Sa", "So"] } });
    await shop.kill();
    const bo = shop.slack();
    const later = await asks(shop, sam, bo);
    await bo.hears("Wir sind am Mittwoch um 09:00 zurück.");
    const events = await sam.log(later.conversation);
    assert.deepEqual(holders(events), ["queue", "email"], tell(events));
  }));
