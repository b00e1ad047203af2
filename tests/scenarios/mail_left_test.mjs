// Who has closed the page, and left an address, gets by mail what a seller
// answers: whatever becomes of the conversation then, and nothing twice. An
// address that they only speak of gets nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inShop } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";

const MINUTE = 60_000;
const EVE = "eve@mail.example";
const how = { movable: true,
  company: { handoff: { team: "sales", unread_minutes: 1 } } };

// A customer of the website whom sam gets, and who goes then.
async function left(shop, sam, said = `My address is ${EVE}.`) {
  const from = sam.frames.length;
  const page = await shop.page();
  await page.say(`${said} Can I talk to a human?`);
  const { conversation } = await sam.offer(undefined, from);
  await sam.act("accept", conversation);
  await page.close();
  return conversation;
}

const mailed = (events) => events.filter((e) => e.timer === "unread").length;

test("an answer reaches them also when the seller ends it at once", inShop(how,
  async (shop) => {
    const sam = await shop.seller("sam");
    const conversation = await left(shop, sam);
    await sam.say(conversation, "The red one is here.");
    await sam.act("resolve", conversation);
    shop.later(MINUTE + 1000);
    const mail = await shop.mail.next(EVE);
    assert.match(mail.text, /The red one is here\./);
  }));

test("each answer is told in one mail only", inShop(how, async (shop) => {
  const sam = await shop.seller("sam");
  const conversation = await left(shop, sam);
  const answers = ["First answer.", "Second answer.", "Third answer."];
  for (const [i, text] of answers.entries()) {
    await sam.say(conversation, text);
    shop.later(MINUTE + 1000);
    const { text: said } = await shop.mail.next(EVE);
    for (const one of answers)
      assert.equal(said.includes(one), one === text, said);
    await sam.login();
    await until("it is noted", async () =>
      mailed(await sam.log(conversation)) === i + 1);
  }
  const events = await sam.log(conversation);
  assert.equal(mailed(events), answers.length, tell(events));
  assert.equal((await shop.mail.to(EVE)).length, answers.length);
}));

const others = {
  "press@other.example": "I have written to press@other.example three times.",
  "support@shop.example": "My address is support@shop.example.",
  "robin@desk.example": "Cc: robin@desk.example",
  "ann@mail.example": "It is ann@mail.example or bob@mail.example.",
};

test("who is only mentioned gets nothing", inShop(how, async (shop) => {
  const sam = await shop.seller("sam");
  for (const [address, said] of Object.entries(others)) {
    const conversation = await left(shop, sam, said);
    assert.equal((await sam.row(conversation)).contact.email, undefined);
    const { body } = (await sam.log(conversation))
      .find((e) => e.kind === "pack");
    assert.ok(body.mentioned.includes(address), JSON.stringify(body));
    await sam.say(conversation, "Your order goes to Main Street 5.");
    await sam.act("resolve", conversation); // there is room for three
  }
  await sam.say(await left(shop, sam), "Yours, too.");
  shop.later(MINUTE + 1000);
  await shop.mail.next(EVE); // whoever came before her has had their turn
  assert.deepEqual((await shop.mail.all()).map((mail) => mail.to[0]), [EVE]);
}));

test("what a colleague has asked for is theirs", inShop(how, async (shop) => {
  const sam = await shop.seller("sam");
  const conversation = await left(shop, sam,
    "My wife has eve@mail.example, as you know.");
  await sam.act("contact", conversation, { email: EVE });
  assert.equal((await sam.row(conversation)).contact.email, EVE);
  await sam.say(conversation, "The red one is here.");
  shop.later(MINUTE + 1000);
  const mail = await shop.mail.next(EVE);
  assert.match(mail.text, /The red one is here\./);
  assert.doesNotMatch(mail.text, /The customer's address/);
}));
