// The support desk is taken out of the company's document while it has
// conversations: they find another way, and nobody waits for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company } from "../lib/server.mjs";
import { DESK, inShop } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";

// A running server hears of it within seconds; a new one knows it.
async function without(shop) {
  const { support, ...rest } = shop.document;
  await shop.server.apply("shop", rest);
  await shop.server.restart();
}

test("sellers get what the support desk had", inShop({}, async (shop) => {
  const bo = shop.whatsapp();
  await bo.say("Can I talk to a real person?");
  await shop.mail.next(DESK);
  await without(shop);
  const sam = await shop.seller("sam");
  await bo.say("Are you still there?");
  const { conversation } = await sam.offer();
  await sam.act("accept", conversation);
  await sam.say(conversation, "Yes, I am.");
  await bo.hears("Yes, I am.");
  const events = await sam.log(conversation);
  assert.deepEqual(events.filter((e) => e.kind === "mailed").length, 1,
    tell(events));
  assert.equal((await shop.mail.to(DESK)).length, 1);
}));

test("sellers get it though the customer says nothing more", inShop(
  { sellers: ["sam", { name: "vera", role: "admin", teams: [] }] },
  async (shop) => {
    const { vera } = shop.sellers;
    const bo = shop.whatsapp();
    await bo.say("Can I talk to a real person?");
    await shop.mail.next(DESK);
    const { support, ...rest } = shop.document;
    await shop.server.apply("shop", rest);
    await vera.login();
    const sam = await shop.seller("sam");
    const { conversation } = await sam.offer();
    const holders = (await vera.log(conversation))
      .filter((e) => e.kind === "holder");
    assert.deepEqual(holders.map((e) => [e.holder, e.body.why]).slice(0, 3),
      [["queue", "asked"], ["email", "nobody"], ["queue", "recall"]]);
  }));

test("the bot goes on where there is nobody else", inShop({ sellers: [] },
  async (shop) => {
    const bo = shop.whatsapp();
    await bo.say("Can I talk to a real person?");
    await shop.mail.next(DESK);
    await without(shop);
    await bo.say(company.faq[0].question);
    await bo.hears("Our assistant is here for you again.");
    await bo.hears(company.faq[0].answer);
    assert.equal((await shop.mail.to(DESK)).length, 1);
  }));
