// Mails without end: somebody's machine answers ours and does not say that it
// is one. Both sides of it come to an end, and people see that and why.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../lib/mail.mjs";
import { DESK, inShop } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const ANN = "ann@mail.example";
const MOST = 30; // automatic mails to one address in an hour
const admin = { sellers: [{ name: "sam", role: "admin" }] };

// The n-th mail of a talk that begins with the first.
const letter = (mark, n, text) => [`From: Ann <${ANN}>`,
  "To: support@shop.example", `Subject: ${n === 0 ? "" : "Re: "}${mark}`,
  `Message-ID: <${mark}.${n}@mail.example>`,
  ...n === 0 ? [] : [`In-Reply-To: <${mark}.${n - 1}@mail.example>`,
    `References: <${mark}.0@mail.example>`],
  "Date: Sat, 21 Nov 2026 10:20:00 +0000", "", text, ""].join("\r\n");

const messagesOf = (log, author) =>
  log.filter((e) => e.kind === "message" && e.author === author);

const looked = (shop) => until("all were looked at", async () =>
  (await shop.mail.inbox()).messages.every((m) => m.seen));

// The newest conversation that is the bot's.
async function conversation(sam) {
  const { rows } = await until("a conversation", async () => {
    const page = await sam.ask("GET", "conversations?view=bot");
    return page.rows.length > 0 && page;
  });
  return rows[0].id;
}

test("who writes too often is told of, and is not answered", inShop(
  { ...admin, settings: { mailPerHour: 3 } }, async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const mark = newId();
    for (let n = 0; n < 6; n++)
      await shop.mail.deliver(letter(mark, n, `What are your hours? ${n}`));
    await looked(shop);
    const log = await sam.log(await conversation(sam));
    assert.equal(messagesOf(log, "customer").length, 3, tell(log));
    const notes = log.filter((e) => e.kind === "note");
    assert.deepEqual(notes.map((e) => [e.note, e.body.why, e.body.text]),
      [["refused", "too_many", "What are your hours? 3"]], tell(log));
    assert.match(notes[0].body.faults[0].what, /more than 3 mails/);
    const lines = (await sam.audit()).filter((l) => l.what === "mail");
    assert.deepEqual(lines.map((l) => l.outcome), ["too_many"]);
    await shop.mail.deliver(letter(newId(), 0, "Another.")
      .replaceAll(ANN, "bo@mail.example"));
    await until("others are heard", async () => (await sam.ask("GET",
      "conversations?view=bot")).rows.length === 2);
  }));

test("an answer of the desk counts in its conversation alone", inShop(
  { ...admin, settings: { mailPerHour: 2 } }, async (shop) => {
    await shop.sellers.sam.login();
    for (let i = 0; i < 3; i++) {
      const bo = shop.whatsapp();
      const mark = newId();
      await bo.say(`Can I talk to a real person? ${mark}`);
      const mail = await until("the mail", async () =>
        (await shop.mail.to(DESK)).find((m) => m.text.includes(mark)));
      await shop.mail.deliver(answer(mail, { text: `Yes. ${mark}` }));
      await bo.hears(`Yes. ${mark}`);
    }
  }));

test("the bot does not answer one address for ever", inShop(admin,
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const mark = newId();
    const heard = async () => (await shop.mail.to(ANN)).length;
    let n = 0;
    const ask = async (text) => {
      await shop.mail.deliver(letter(mark, n++, text));
    };
    for (let i = 1; i <= MOST; i++) {
      await ask(`What are your opening hours? ${i}`);
      await until(`answer ${i}`, async () => await heard() === i);
    }
    await ask("What are your opening hours now?");
    const id = await conversation(sam);
    const failed = await until("a word on it", async () =>
      (await sam.log(id)).find((e) => e.kind === "delivery"));
    assert.equal(failed.body.state, "failed");
    assert.match(failed.body.reason, /30 automatic answers within an hour/);
    assert.equal(await heard(), MOST);
  }));
