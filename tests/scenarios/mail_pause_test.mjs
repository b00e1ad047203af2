// Mails to the support desk keep a distance: the first goes at once, and what a
// customer writes on comes together, whatever happens to the server meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESK, inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const SECOND = 1000;
const PAUSE = 300;

const support = { account: "support", pause_seconds: PAUSE,
  to: [{ address: DESK, name: "Robin from the desk" }] };

const count = async (shop) => (await shop.mail.to(DESK)).length;

// All is in the log, and the worker has looked at it.
async function writes(shop, bo, conversation, words) {
  for (const text of words) await bo.say(text);
  await until("all is there", async () => {
    const texts = (await shop.sellers.sam.log(conversation))
      .map((e) => e.body.text);
    return words.every((text) => texts.includes(text));
  });
}

test("who writes a line at a time fills no mailbox", inShop(
  { sellers: [{ name: "sam", role: "admin" }], movable: true,
    company: { support } }, async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const bo = shop.whatsapp();
    await bo.say("Can I talk to a real person?");
    const first = await shop.mail.next(DESK);
    const conversation = Number(/\(#(\d+)\)$/.exec(first.subject)[1]);

    const lines = Array.from({ length: 12 }, (_, i) => `And line ${i}.`);
    await writes(shop, bo, conversation, lines.slice(0, 6));
    await shop.kill();
    await sam.login();
    await writes(shop, bo, conversation, lines.slice(6));
    assert.equal(await count(shop), 1);
    const health = await (await fetch(`${shop.server.base}/health`)).json();
    assert.equal(health.status, "ok", JSON.stringify(health));

    shop.later((PAUSE + 1) * SECOND);
    const second = await shop.mail.next(DESK);
    for (const line of lines) assert.ok(second.text.includes(line), line);

    // After a quiet time the next word waits for a moment only.
    shop.later((PAUSE + 1) * SECOND);
    await sam.login();
    await writes(shop, bo, conversation, ["One more.", "And one."]);
    assert.equal(await count(shop), 2);
    shop.later(31 * SECOND);
    const third = await shop.mail.next(DESK);
    for (const line of ["One more.", "And one."])
      assert.ok(third.text.includes(line), line);
    assert.equal(await count(shop), 3);
  }));
