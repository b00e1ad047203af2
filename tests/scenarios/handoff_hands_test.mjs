// A chat that goes through many hands: passed on with a note to a colleague and
// to a team, labelled, put off, ended, taken up again. The customer sees what
// is meant for them, each event once, and never a word among colleagues.

import assert from "node:assert/strict";
import { test } from "node:test";
import { surely } from "../lib/seller.mjs";
import { company } from "../lib/server.mjs";
import { inShop, part } from "../lib/shop.mjs";
import { checkLog, checkSeen, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const [hours] = company.faq;
const MINUTE = 60_000;
const ANY = Number.MAX_SAFE_INTEGER;
const STEPS = ["noted", "passed to ann", "passed to repairs", "put off",
  "awake", "ended", "taken up"];

const how = { movable: true, sellers: ["sam", "ann",
  { name: "bea", teams: ["repairs"] },
  { name: "uma", role: "supervisor", teams: [] }] };

function isLike(found, wanted) {
  return Object.entries(wanted).every(([name, value]) =>
    JSON.stringify(found[name]) === JSON.stringify(value));
}

// An act that is surely done, whatever breaks: what came of it is `wanted`.
const does = (seller, conversation, act, more, wanted) =>
  surely(act, () => seller.act(act, conversation, more),
    async () => isLike(await seller.row(conversation), wanted));

const says = (seller, conversation, text, type = "send") => {
  const id = newId();
  return surely(text, () => type === "send"
    ? seller.say(conversation, text, { id, seen: ANY })
    : seller.note(conversation, text, { id, type }));
};

// What the customer says, however often the line breaks.
async function tells(page, text) {
  const id = newId();
  await until(text, () => page.say(text, id).catch(() => undefined));
}

async function throughHands(shop, at) {
  const { sam, ann, bea, uma } = shop.sellers;
  await until("all are there", () =>
    [sam, ann, bea, uma].every((s) => s.isOpen));
  const mark = newId();
  const secret = (word) => `${word} ${mark}-secret`;
  const from = Object.fromEntries([sam, ann, bea].map((s) =>
    [s.name, s.frames.length]));
  ann.presence(true);
  const page = await shop.page();
  await tells(page, "Can I talk to a human?");
  const { conversation } = await sam.offer(undefined, from.Sam);
  await sam.takes(conversation, from.Sam);
  await says(sam, conversation, `Sam here. ${mark}`);
  await says(sam, conversation, secret("VIP, be nice."), "note");
  await says(uma, conversation, secret("Offer ten percent."), "whisper");
  await does(sam, conversation, "label", { add: ["vip"] }, { labels: ["vip"] });
  await does(sam, conversation, "priority", { priority: 2 }, { priority: 2 });
  await at("noted");

  await until("ann is there", () => ann.isOpen);
  ann.presence(false);
  await does(sam, conversation, "transfer",
    { agent: ann.id, note: secret("Wants the red one.") }, { holder: "queue" });
  await at("passed to ann");
  await ann.takes(conversation, from.Ann);
  await says(ann, conversation, `Ann here. ${mark}`);

  await does(ann, conversation, "transfer",
    { team: "repairs", note: secret("It is broken.") }, { team: "repairs" });
  await at("passed to repairs");
  await bea.takes(conversation, from.Bea);
  await says(bea, conversation, `Bea here. ${mark}`);

  const wakes = shop.now() + 10 * MINUTE;
  await does(bea, conversation, "snooze", { until: wakes },
    { status: "snoozed", snoozed_until: wakes });
  await at("put off");
  shop.later(10 * MINUTE + 1000);
  await until("it is open again", async () =>
    (await bea.row(conversation)).status === "open");
  await at("awake");

  await does(bea, conversation, "resolve", {}, { status: "resolved" });
  await at("ended");
  await tells(page, hours.question);
  await until("the bot's answer", () =>
    page.said.at(-1) === `bot: ${hours.answer}`);
  await does(uma, conversation, "take_over", {}, { agent: uma.id });
  await says(uma, conversation, secret("Look at this again."), "note");
  await does(uma, conversation, "resolve", {}, { status: "resolved" });
  await does(sam, conversation, "reopen", {}, { holder: "agent" });
  await at("taken up");
  await says(sam, conversation, `Sam again. ${mark}`);
  await page.waitEvent("a last word", (e) =>
    e.body?.text === `Sam again. ${mark}`);
  return { page, conversation, mark };
}

async function checkHands(shop, { page, conversation, mark }) {
  const { sam, ann, bea, uma } = shop.sellers;
  const events = await sam.log(conversation);
  checkLog(events, [uma.id]);
  assert.deepEqual(events.filter((e) => e.kind === "holder")
    .map((e) => e.agent ?? e.holder),
  ["queue", sam.id, "queue", ann.id, "queue", bea.id, "bot", uma.id, "bot",
    sam.id], tell(events));
  // All that was said among colleagues is there, and nobody else saw it.
  assert.deepEqual(events.filter((e) => e.kind === "note").map((e) => e.note),
    ["plain", "whisper", "transfer", "transfer", "plain"], tell(events));
  await until("all has come", () => page.newest === events.length);
  checkSeen(events, page.events);
  const all = JSON.stringify(page.frames);
  assert.ok(!all.includes("secret"), all);
  assert.ok(!all.includes("vip"), all);
  assert.deepEqual(page.said.filter((said) => said.includes(mark)),
    ["Sam here.", "Ann here.", "Bea here.", "Sam again."]
      .map((said) => `agent: ${said} ${mark}`));
}

test("a chat goes through many hands", inShop(how, async (shop, t) => {
  const { sam, ann, bea, uma } = shop.sellers;
  await Promise.all([sam, ann, bea].map((s) => s.open()));
  await uma.open({ away: true });
  const story = (step) => part(shop, async () => {
    const done = await throughHands(shop, async (now) => {
      if (now === step) await shop.kill();
    });
    await checkHands(shop, done);
    await sam.act("resolve", done.conversation);
    await done.page.close();
  });
  await t.test("and nothing is killed", story());
  for (const step of STEPS)
    await t.test(`and the server is killed when it is ${step}`, story(step));
}));
