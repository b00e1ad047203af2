// Where nobody is who could take a chat, or nobody but who has just given it
// away; and where there is no support desk to write to. The customer is told
// the truth, once, and what is done twice is done once. Time is moved.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inShop } from "../lib/shop.mjs";
import { checkHeard, checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ANY = Number.MAX_SAFE_INTEGER;
const EVE = "eve@mail.example";
const HUMAN = "Can I talk to a human?";

const routing = { offer_seconds: 30, grace_seconds: 30, relax_seconds: 60,
  queue_minutes: 5, notice_minutes: 1, ignore_max: 0, sticky_seconds: 20,
  keep_hours: 24 };
const handoff = { team: "sales", unread_minutes: 1 };
const one = { sellers: [{ name: "sam", teams: ["sales", "repairs"] }],
  movable: true, company: { routing } };
const lonely = { sellers: ["sam"], movable: true,
  company: { routing, handoff, support: undefined } };

const noticesOf = (events) => events.filter((e) => e.kind === "message" &&
  e.author === "system").map((e) => e.body.notice);
const holders = (events) => events.filter((e) => e.kind === "holder")
  .map((e) => e.holder);
const offers = (events) => events.filter((e) => e.kind === "offer");

const conversationOf = (page) => Number(page.token.split(".")[2]);

const noticed = (page, notice) => page.waitEvent(notice, (e) =>
  e.author === "system" && e.body.notice === notice);

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

// ---- who gave it away -------------------------------------------------------

for (const to of ["repairs", "sales"])
  test(`what is given to ${to}, where nobody else is, does not come back at ` +
    "once, and the customer hears of it once", inShop(one, async (shop) => {
    const sam = await shop.seller("sam");
    const bo = shop.whatsapp();
    await bo.say(HUMAN);
    const { conversation } = await sam.offer();
    await sam.takes(conversation);
    await sam.say(conversation, "Sam here.", { seen: ANY });
    await sam.act("transfer", conversation, { team: to });
    await bo.hears(to === "repairs" ? "passing you on to Repairs"
      : "passing you on to Sales");
    shop.later(routing.relax_seconds * SECOND - 20 * SECOND);
    // Whoever comes now is offered to him, and stands behind it.
    const from = sam.frames.length;
    await shop.slack().say(HUMAN);
    const next = await sam.offer(undefined, from);
    assert.notEqual(next.conversation, conversation);
    assert.equal(offers(await sam.log(conversation)).length, 1);
    shop.later(20 * SECOND);
    await sam.offer(conversation, from);
    const events = await sam.log(conversation);
    assert.equal(offers(events).at(-1).body.why, "returned", tell(events));
    assert.deepEqual(noticesOf(events), ["waiting", "passed"], tell(events));
    checkLog(events);
    checkHeard(events, await bo.heard());
  }));

test("what nobody else can take of two teams goes round, and is told once",
  inShop({ ...one, company: { routing, teams: [
    { key: "sales", name: "Sales" },
    { key: "repairs", name: "Repairs", overflow: "sales" }] },
  sellers: ["sam"] }, async (shop) => {
    const sam = await shop.seller("sam");
    const bo = shop.whatsapp();
    await bo.say(HUMAN);
    const { conversation } = await sam.offer();
    await sam.takes(conversation);
    await sam.say(conversation, "Sam here.", { seen: ANY });
    const from = sam.frames.length;
    // Nobody of that team is there: Sales is to help out, which is Sam.
    await sam.act("transfer", conversation, { team: "repairs" });
    await bo.hears("passing you on to Sales");
    shop.later((routing.relax_seconds + 1) * SECOND);
    await sam.offer(conversation, from);
    const events = await sam.log(conversation);
    assert.equal(offers(events).at(-1).body.why, "returned", tell(events));
    assert.deepEqual(noticesOf(events), ["waiting", "passed"], tell(events));
  }));

// ---- who lacks what it takes ------------------------------------------------

test("nobody is number 1 in a line for which nobody has the skill",
  inShop({ sellers: ["sam"], company: { routing, handoff: { ...handoff,
    rules: [{ words: ["espresso"], skills: ["espresso"] }] } } },
  async (shop) => {
    const sam = await shop.seller("sam");
    const bo = shop.whatsapp();
    await bo.say("My espresso machine leaks. Can I talk to a human?");
    const { id } = await until("the desk has it", async () =>
      (await sam.rows("mail"))[0]);
    await bo.hears("by e-mail");
    const events = await sam.log(id);
    assert.deepEqual(noticesOf(events), ["nobody"], tell(events));
    assert.deepEqual(holders(events), ["queue", "email"], tell(events));
    assert.equal(offers(events).length, 0);
  }));

// ---- without a support desk --------------------------------------------------

test("without a support desk it waits for who comes, and the address that " +
  "they leave is written to", inShop(lonely, async (shop) => {
  const { sam } = shop.sellers;
  await sam.login();
  const page = await shop.page();
  const conversation = conversationOf(page);
  await page.say(HUMAN);
  const { body } = await noticed(page, "nobody");
  assert.match(body.text, /stays here.*leave your e-mail address/);
  assert.ok(!body.text.includes("passed"), body.text);
  await page.say(`I am ${EVE}`);
  shop.later(20 * MINUTE);
  await sam.open();
  await sam.takes(conversation);
  assert.equal((await sam.row(conversation)).contact.email, EVE);
  await page.say(`no, do not write to support@shop.example but x${EVE}`);
  await page.say(`sorry: ${EVE}`);
  await until("the newest word", async () =>
    (await sam.row(conversation)).contact.email === EVE);
  await page.close();
  await sam.say(conversation, "The red one is here.", { seen: ANY });
  shop.later(MINUTE + SECOND);
  const mail = await shop.mail.next(EVE);
  assert.ok(mail.text.includes("The red one is here."), mail.text);
  const events = await sam.log(conversation);
  checkLog(events);
  assert.deepEqual(noticesOf(events), ["nobody"], tell(events));
  assert.deepEqual(holders(events), ["queue", "agent"], tell(events));
}));

test("without a support desk what nobody takes ends, with a word",
  inShop(lonely, async (shop) => {
    const { sam } = shop.sellers;
    const page = await shop.page();
    const conversation = conversationOf(page);
    await page.say(HUMAN);
    await noticed(page, "nobody");
    shop.later(routing.keep_hours * HOUR / 2);
    await page.say("Hello?");
    shop.later(routing.keep_hours * HOUR / 2 - MINUTE);
    await shop.kill();
    await sam.login();
    assert.deepEqual(holders(await sam.log(conversation)), ["queue"]);
    shop.later(2 * MINUTE);
    const events = await logWhere(sam, conversation, "its end", (all) =>
      all.some((e) => e.kind === "resolved"));
    checkLog(events);
    assert.deepEqual(noticesOf(events), ["nobody", "ended"], tell(events));
    assert.deepEqual(events.slice(-3).map((e) => e.kind),
      ["message", "holder", "resolved"], tell(events));
    await noticed(page, "ended");
    await page.ask("When are you open?");
    await page.close();
  }));

test("outside hours, without a support desk, it is offered in the morning",
  inShop({ ...lonely, company: { ...lonely.company,
    routing: { ...routing, keep_hours: 96 },
    hours: [{ key: "office", zone: "Europe/Berlin",
      week: ["mon-fri 09:00-17:00"], holidays: [] }],
    teams: [{ key: "sales", name: "Sales", hours: "office" }] } },
  async (shop) => {
    const { sam } = shop.sellers;
    const weekday = () => new Intl.DateTimeFormat("en-GB", { hour: "numeric",
      timeZone: "Europe/Berlin", weekday: "short", hourCycle: "h23" })
      .format(shop.now());
    while (weekday() !== "Sat, 12") shop.later(30 * MINUTE);
    const bo = shop.whatsapp();
    await bo.say(HUMAN);
    const text = await bo.hears("Our team is back on Monday at 09:00.");
    assert.match(text.text, /stays here/);
    while (weekday() !== "Mon, 09") shop.later(30 * MINUTE);
    await sam.open();
    const { conversation } = await sam.offer();
    const events = await sam.log(conversation);
    assert.deepEqual(noticesOf(events), ["closed"], tell(events));
    assert.deepEqual(holders(events), ["queue"], tell(events));
  }));

// ---- once -----------------------------------------------------------------------

test("what is sent again with the same id is answered as the first time",
  inShop({ sellers: ["sam", { name: "uma", role: "supervisor", teams: [] }] },
    async (shop) => {
      const { sam, uma } = shop.sellers;
      await sam.open();
      await uma.open({ away: true });
      await shop.slack().say(HUMAN);
      const { conversation } = await sam.offer();
      await sam.takes(conversation);
      const deeds = [
        [sam, { type: "note", text: "VIP" }],
        [uma, { type: "whisper", text: "Be kind." }],
        [uma, { type: "barge", text: "I am here, too.", seen_seq: ANY }],
        [sam, { type: "act", act: "label", add: ["vip"] }],
        [sam, { type: "act", act: "priority", priority: 2 }],
        [sam, { type: "act", act: "transfer", team: "repairs" }],
        [uma, { type: "act", act: "take_over" }],
        [uma, { type: "act", act: "resolve" }],
      ];
      for (const [who, deed] of deeds) {
        const frame = { ...deed, id: newId(), conversation };
        // The desk may have something to do with it meanwhile.
        const deedsOf = async () => (await sam.log(conversation))
          .filter((e) => e.author === "agent").length;
        const first = await who.does(frame);
        const done = await deedsOf();
        const again = await who.does(frame);
        assert.deepEqual([again.seq, again.at, again.duplicate],
          [first.seq, first.at, true], deed.act ?? deed.type);
        assert.equal(await deedsOf(), done);
      }
      const notes = (await sam.log(conversation))
        .filter((e) => e.kind === "note");
      assert.deepEqual(notes.map((e) => e.note), ["plain", "whisper"]);
    }));
