// A support desk as large as the document allows: each of them gets the mail,
// and one of them answers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answer } from "../lib/mail.mjs";
import { inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const schema = JSON.parse(readFileSync(
  new URL("../../schemas/company.schema.json", import.meta.url), "utf8"));
const MOST = schema.properties.support.properties.to.maxItems;

const to = Array.from({ length: MOST }, (_, i) =>
  ({ address: `d${i}@desk.example`, name: `Number ${i}` }));

test("each of the desk gets the mail", inShop(
  { sellers: [], company: { support: { account: "support", to } } },
  async (shop) => {
    const bo = shop.whatsapp();
    await bo.say("Can I talk to a real person?");
    const mails = await until(`${MOST} mails`, async () => {
      const all = await shop.mail.all();
      return all.length >= MOST && all;
    });
    assert.deepEqual(mails.map((mail) => mail.to[0]).sort(),
      to.map((one) => one.address).sort());
    const last = mails.find((mail) => mail.to[0] === to.at(-1).address);
    await shop.mail.deliver(answer(last, { text: "Here I am." }),
      { from: to.at(-1).address });
    await bo.hears("Here I am.");
  }));
