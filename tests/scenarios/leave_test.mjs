// A customer of the website ends the chat: sellers see it, what is answered
// then goes by mail without the usual wait, and who writes again is back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const EVE = "eve@mail.example";
const SOON = 21_000; // the usual wait is half an hour
const how = { movable: true,
  company: { handoff: { team: "sales", unread_minutes: 30 } } };

test("who ends the chat gets the answer by mail, and may come back",
  inShop(how, async (shop) => {
    const sam = await shop.seller("sam");
    const page = await shop.page();
    await page.say(`My address is ${EVE}. Can I talk to a human?`);
    const { conversation } = await sam.offer();
    await sam.act("accept", conversation);

    page.send({ type: "leave" });
    page.send({ type: "leave" });
    await until("sam sees it", async () => (await sam.row(conversation)).gone);
    await sam.say(conversation, "The red one is here.");
    shop.later(SOON);
    const mail = await shop.mail.next(EVE);
    assert.match(mail.text, /The red one is here\./);
    const gone = (await sam.log(conversation)).filter((e) => e.kind === "gone");
    assert.deepEqual(gone.map((e) => e.author), ["customer"]);

    await page.say("One more thing.");
    assert.equal((await sam.row(conversation)).gone, undefined);

    await sam.act("resolve", conversation);
    page.send({ type: "leave" });
    await page.wait("a refusal",
      (f) => f.type === "error" && f.code === "ended");
    await page.close();
  }));
