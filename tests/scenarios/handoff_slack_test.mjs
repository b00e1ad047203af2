// A customer on Slack asks for a human: waits, is offered to a seller, talks
// with them, is given back to the bot; whatever is killed in between.

import assert from "node:assert/strict";
import { test } from "node:test";
import { surely } from "../lib/seller.mjs";
import { company } from "../lib/server.mjs";
import { inShop, part } from "../lib/shop.mjs";
import { checkHeard, checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const [hours] = company.faq;
const WAITING = "A person will be with you. You are number 1 in line.";

// Where the server is killed: right behind each step, before it is known what
// came of it.
const STEPS = ["asked", "offered", "accepting", "accepted", "saying", "said",
  "answered", "returning", "returned", "asked the bot"];

// A seller's word that may be cut off: surely said, and once.
function says(seller, conversation, text) {
  const id = newId();
  return surely(`"${text}"`, () => seller.say(conversation, text,
    { id, seen: Number.MAX_SAFE_INTEGER }));
}

const holder = async (seller, conversation) =>
  (await seller.row(conversation)).holder;

async function tellStory(shop, sam, at) {
  const ann = shop.slack();
  const mark = newId();
  const from = sam.frames.length;

  await ann.say(`I want to talk to a human, please! ${mark}`);
  await at("asked");
  const { conversation } = await sam.offer(undefined, from);
  await at("offered");
  const accepted = sam.takes(conversation, from);
  await at("accepting");
  await accepted;
  await at("accepted");
  await sam.watch(conversation);
  const hello = says(sam, conversation, `Sam here. ${mark}`);
  await at("saying");
  await hello;
  await at("said");
  await ann.hears(`Sam here. ${mark}`);
  await ann.say(`Is the red one there? ${mark}`);
  await at("answered");
  await sam.seen(conversation, "their answer", (e) =>
    e.author === "customer" && e.body.text.startsWith("Is the red one"));
  await says(sam, conversation, `It is. ${mark}`);
  await ann.hears(`It is. ${mark}`);
  const back = surely("give_back", () => sam.act("give_back", conversation),
    async () => await holder(sam, conversation) === "bot");
  await at("returning");
  await back;
  await at("returned");
  await ann.say(hours.question);
  await at("asked the bot");
  await ann.hears(hours.answer);
  return { ann, conversation };
}

async function checkStory(sam, { ann, conversation }) {
  const events = await sam.log(conversation);
  assert.equal(checkLog(events).holder, "bot", tell(events));
  checkHeard(events, await ann.heard());
  const told = events.filter((e) => e.author === "system" &&
    e.kind === "message").map((e) => e.body.notice);
  assert.deepEqual(told, ["waiting", "back"], tell(events));
  assert.equal((await ann.texts())[0], WAITING);
  assert.deepEqual(
    events.filter((e) => e.kind === "holder").map((e) => e.holder),
    ["queue", "agent", "bot"], tell(events));
  await until("what they watched", () =>
    sam.watched.get(conversation).newest === events.length);
  assert.deepEqual(sam.watched.get(conversation).events, events);
}

test("a Slack customer, a seller, and back to the bot",
  inShop({}, async (shop) => {
    const sam = await shop.seller("sam");
    await checkStory(sam, await tellStory(shop, sam, () => undefined));
  }));

test("the same, and the server is killed at each step",
  inShop({}, async (shop, t) => {
    const sam = await shop.seller("sam");
    const killed = (step) => part(shop, async () => {
      const at = async (now) => {
        if (now === step) await shop.kill();
      };
      await checkStory(sam, await tellStory(shop, sam, at));
    });
    for (const step of STEPS) {
      await t.test(`killed when ${step}`, killed(step));
      await sam.clear();
    }
  }));
