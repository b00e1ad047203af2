// Mails of people that look a little like a machine's, for they come through a
// list, or from a program that says so of all it sends: none is lost, and the
// bot answers none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../lib/mail.mjs";
import { company } from "../lib/server.mjs";
import { DESK, inShop, part } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const admin = { sellers: [{ name: "sam", role: "admin" }] };
const question = company.faq[0];

const marks = {
  "a list": { "list-id": "<all.desk.example>", precedence: "list",
    "list-unsubscribe": "<mailto:leave@desk.example>" },
  "a program for sales": { "list-unsubscribe": "<https://x.example/1>",
    "feedback-id": "1:x:ses" },
  "a program for support": { "x-auto-response-suppress": "All" },
  "another one like us": { "x-frontdesk-row": "12",
    "x-auto-response-suppress": "All" },
  "bulk": { precedence: "bulk" },
};

const mailOf = (from, text, more = {}) => Object.entries({ from,
  to: "support@shop.example", subject: "Hello",
  "message-id": `<${newId()}@mail.example>`, ...more })
  .map(([name, value]) => `${name}: ${value}\r\n`).join("") +
  `\r\n${text}\r\n`;

// All conversations of somebody, by their address.
const of = async (sam, address) => {
  const rows = [...await sam.rows("bot"), ...await sam.rows("mail"),
    ...await sam.rows("queue")];
  return rows.filter((r) => JSON.stringify(r).includes(address));
};

test("what the desk answers so reaches the customer", inShop(admin,
  async (shop, t) => {
    const bo = shop.whatsapp();
    await bo.say("Can I talk to a real person?");
    const mail = await shop.mail.next(DESK);
    for (const [name, fields] of Object.entries(marks))
      await t.test(name, part(shop, async () => {
        const text = `Yes. ${newId()}`;
        await shop.mail.deliver(answer(mail, { text, ...fields }));
        await bo.hears(text);
      }));
  }));

test("who writes so gets to people, and no answer of the bot", inShop(admin,
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const eve = "eve@mail.example";
    await shop.mail.drop(mailOf(eve, question.question,
      marks["a program for support"]));
    const mail = await shop.mail.next(DESK);
    assert.ok(mail.text.includes(question.question));
    const [row] = await of(sam, eve);
    const events = await sam.log(row.id);
    assert.equal(events.find((e) => e.author === "customer").body.automatic,
      "suppress", tell(events));
    assert.ok(!events.some((e) => e.author === "bot"), tell(events));
    await shop.mail.deliver(answer(mail, { text: "From nine to five." }));
    await until("the answer", async () => (await shop.mail.to(eve))
      .find((one) => one.text.includes("From nine to five.")));
  }));

test("the company's own list is none", inShop({ sellers: [] },
  async (shop) => {
    await shop.mail.drop(mailOf("ann@mail.example", question.question, {
      "list-id": "Support <support.shop.example>", precedence: "list" }));
    const mail = await shop.mail.next("ann@mail.example");
    assert.ok(mail.text.includes(question.answer), mail.text);
  }));

test("news that answers nothing is refused, and that is said", inShop(admin,
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    await shop.mail.drop(mailOf("news@mail.example", "News!", marks["a list"]));
    const line = await until("a line of the audit", async () =>
      (await sam.audit()).find((one) => one.what === "mail"));
    assert.equal(line.outcome, "list");
    assert.deepEqual(await of(sam, "news@mail.example"), []);
  }));
