// A seller without a WebSocket: a program, or somebody behind a proxy that
// takes none. Whoever does things keeps their customers; who falls silent loses
// them once, and the customer is told one thing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESK, inShop } from "../lib/shop.mjs";
import { checkHeard, checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const SECOND = 1000;
const GRACE = 60 * SECOND;
const routing = { offer_seconds: 30, grace_seconds: GRACE / SECOND,
  queue_minutes: 10, notice_minutes: 1, sticky_seconds: 0 };
const how = { sellers: ["sam", "ann"], movable: true, company: { routing } };

const holders = (events) => events.filter((e) => e.kind === "holder")
  .map((e) => e.agent ?? e.holder);
const notices = (events) => events.filter((e) => e.body.notice)
  .map((e) => e.body.notice);
const mails = async (shop, conversation) => (await shop.mail.to(DESK))
  .filter((m) => m.subject.endsWith(`(#${conversation})`)).length;

// A customer whom nobody was there for.
async function mailed(shop, seller) {
  const customer = shop.whatsapp();
  const mark = newId();
  await customer.say(`Can I talk to a human? ${mark}`);
  const { id } = await until("the desk has it", async () =>
    (await seller.rows("mail")).find((r) => r.message?.text.includes(mark)));
  await until("the mail", async () => await mails(shop, id) === 1);
  return { conversation: id, customer };
}

const acts = (seller, conversation, act, body = {}) =>
  seller.ask("POST", `conversations/${conversation}/${act}`, body);
const says = async (seller, conversation, text) =>
  acts(seller, conversation, "messages", { id: newId(), text,
    seen_seq: (await seller.row(conversation)).seq });

async function isMailedAgain(seller, conversation) {
  return until("the desk has it again", async () => {
    const events = await seller.log(conversation);
    return holders(events).at(-1) === "email" && events;
  });
}

// Another asks while the clock goes on, for who asks is seen to be there.
async function silent(shop, watcher, ms) {
  shop.later(ms);
  await watcher.rows("open");
}

for (const kill of [false, true])
  test(`who works by requests alone keeps a chat${
    kill ? ", though the server is killed" : ""}, and loses it by silence`,
  inShop(how, async (shop) => {
    const { sam, ann } = shop.sellers;
    await Promise.all([sam.login(), ann.login()]);
    const { conversation, customer } = await mailed(shop, sam);
    await acts(sam, conversation, "pull");
    if (kill) await shop.kill();
    await says(sam, conversation, "Sam here.");
    await customer.hears("Sam here.");
    // Reading is enough, as long as the customer thinks.
    for (let i = 0; i < 4; i++) {
      await silent(shop, ann, GRACE - 10 * SECOND);
      assert.equal((await sam.row(conversation)).agent, sam.id);
    }
    await acts(sam, conversation, "notes", { id: newId(), text: "Well..." });
    if (kill) await shop.kill();
    await silent(shop, ann, GRACE - 10 * SECOND);
    await says(sam, conversation, "Still here.");
    await customer.hears("Still here.");
    await silent(shop, ann, GRACE + SECOND);
    const events = await isMailedAgain(ann, conversation);
    checkLog(events);
    assert.deepEqual(holders(events),
      ["queue", "email", sam.id, "queue", "email"], tell(events));
    assert.deepEqual(notices(events), ["nobody", "nobody"], tell(events));
    await until("the mail on what was said", async () =>
      await mails(shop, conversation) === 2);
    await until("all of it", async () =>
      (await customer.heard()).length === 4);
    checkHeard(events, await customer.heard());
  }));

test("what a silent one had goes to the front of the line, and to who is there",
  inShop(how, async (shop) => {
    const { sam, ann } = shop.sellers;
    await sam.login();
    const { conversation, customer } = await mailed(shop, sam);
    await acts(sam, conversation, "pull");
    await says(sam, conversation, "Sam here.");
    await ann.open();
    const from = ann.frames.length;
    shop.later(GRACE + SECOND);
    const offer = await ann.offer(conversation, from);
    assert.equal(offer.row.front, true);
    await ann.takes(conversation, from);
    await ann.say(conversation, "Ann here.",
      { seen: Number.MAX_SAFE_INTEGER });
    await customer.hears("Ann here.");
    const events = await ann.log(conversation);
    checkLog(events);
    assert.deepEqual(holders(events),
      ["queue", "email", sam.id, "queue", ann.id], tell(events));
    assert.deepEqual(notices(events), ["nobody", "passed"], tell(events));
    assert.equal(await mails(shop, conversation), 1);
  }));

test("who takes it again and again and says nothing causes no mails",
  inShop(how, async (shop) => {
    const { sam, ann } = shop.sellers;
    await Promise.all([sam.login(), ann.login()]);
    const { conversation, customer } = await mailed(shop, sam);
    for (let i = 0; i < 4; i++) {
      await acts(sam, conversation, "pull");
      await silent(shop, ann, GRACE + SECOND);
      await isMailedAgain(ann, conversation);
    }
    // Something new is written about, once.
    await customer.say("Hello?");
    await until("the mail on it", async () =>
      await mails(shop, conversation) === 2);
    const events = await ann.log(conversation);
    checkLog(events);
    assert.equal(events.filter((e) => e.kind === "mailed").length, 2,
      tell(events));
  }));

test("who does not come back after a crash is offline in the end",
  inShop(how, async (shop) => {
    const { sam, ann } = shop.sellers;
    await ann.open({ away: true });
    await sam.open();
    const online = async () => (await ann.ask("GET", "agents")).agents
      .find((a) => a.id === sam.id).online;
    await until("he is there", online);
    sam.steady = false;
    await shop.kill();
    await until("she is back", () => ann.isOpen);
    assert.equal(await online(), true);
    const from = ann.frames.length;
    shop.later(61 * SECOND);
    await ann.wait("it is told", (f) => f.type === "staff" &&
      f.agent === sam.id && !f.online, from);
    assert.equal(await online(), false);
    await sam.open();
    await until("he is there again", online);
  }));

test("one with a socket who goes loses a chat once, with one word",
  inShop(how, async (shop) => {
    const { sam, ann } = shop.sellers;
    await ann.login();
    await sam.open();
    const customer = shop.whatsapp();
    await customer.say("Can I talk to a human?");
    const { conversation } = await sam.offer();
    await sam.takes(conversation);
    await sam.drop();
    await until("he is gone", async () => !(await ann.ask("GET", "agents"))
      .agents.find((a) => a.id === sam.id).online);
    // The grace begins when the desk has heard of it, too.
    const events = await until("the desk has it", async () => {
      shop.later(GRACE / 4);
      const all = await ann.log(conversation);
      return holders(all).at(-1) === "email" && all;
    });
    checkLog(events);
    assert.deepEqual(notices(events), ["waiting", "nobody"], tell(events));
    await until("the mail", async () => await mails(shop, conversation) === 1);
  }));
