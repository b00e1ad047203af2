// Who has closed the page gets by mail what a seller answers: whatever becomes
// of the conversation then, and nothing twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inShop } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";

const MINUTE = 60_000;
const EVE = "eve@mail.example";
const how = { movable: true,
  company: { handoff: { team: "sales", unread_minutes: 1 } } };

// A customer of the website whom sam has, and who has gone.
async function left(shop) {
  const sam = await shop.seller("sam");
  const page = await shop.page();
  await page.say(`Can I talk to a human? My address is ${EVE}`);
  const { conversation } = await sam.offer();
  await sam.act("accept", conversation);
  await page.close();
  return { sam, conversation };
}

const mailed = (events) => events.filter((e) => e.timer === "unread").length;

test("an answer reaches them also when the seller ends it at once", inShop(how,
  async (shop) => {
    const { sam, conversation } = await left(shop);
    await sam.say(conversation, "The red one is here.");
    await sam.act("resolve", conversation);
    shop.later(MINUTE + 1000);
    const mail = await shop.mail.next(EVE);
    assert.match(mail.text, /The red one is here\./);
  }));

test("each answer is told in one mail only", inShop(how, async (shop) => {
  const { sam, conversation } = await left(shop);
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
