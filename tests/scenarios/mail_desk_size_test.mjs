// A support desk as large as the document allows, and one with an address that
// is none.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answer } from "../lib/mail.mjs";
import { DESK, inShop } from "../lib/shop.mjs";
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

test("an address that is none stops nobody else's mail, and is told", inShop({
  sellers: [{ name: "sam", role: "admin" }],
  company: { support: { account: "support", to: [
    { address: "x@-desk.example", name: "Wrong" },
    { address: DESK, name: "Robin" }] } } }, async (shop) => {
  const { sam } = shop.sellers;
  await sam.login();
  const bo = shop.whatsapp();
  await bo.say("Can I talk to a real person?");
  const mail = await shop.mail.next(DESK);
  const conversation = Number(/\(#(\d+)\)$/.exec(mail.subject)[1]);
  const failed = (await sam.log(conversation))
    .filter((e) => e.kind === "delivery");
  assert.equal(failed.length, 1);
  assert.equal(failed[0].body.state, "failed");
  assert.match(failed[0].body.reason, /support\.to.* x@-desk\.example$/);
  assert.equal((await shop.mail.all()).length, 1);
}));
