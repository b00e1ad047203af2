// What people of the support desk do in their mail programs: they answer below
// the quote and between its lines, attach files, answer with nothing, or begin
// a new mail. Each of it reaches the customer, or is seen on the conversation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../lib/mail.mjs";
import { DESK, inShop, part } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const numberOf = (mail) => Number(/\(#(\d+)\)$/.exec(mail.subject)[1]);
const quoted = (mail) => mail.text.trimEnd().replace(/^/gm, "> ");

// The mail to the desk that has the words in it, the newest.
const mailAbout = (shop, words, at = DESK) => until(`a mail about ${words}`,
  async () => (await shop.mail.to(at)).filter((m) => m.text.includes(words))
    .at(-1));

async function handedOver(shop, customer) {
  const mark = newId();
  await customer.say(`Can I talk to a real person? ${mark}`);
  return mailAbout(shop, mark);
}

const bare = (mail, text, more) =>
  answer(mail, { text, style: "bare", ...more });

// ---- where the words stand ------------------------------------------------

const WROTE = "On Mon, 23 Nov 2026 at 10:15, Shop wrote:\n";

// [what the desk's mail program sends, what the customer reads]
const places = {
  "below the quote": (mail) => [`${WROTE}${quoted(mail)}\n\nYes, tomorrow.\n` +
    "\nAt nine.\n\n-- \nRobin\nDesk & Sons\n", "Yes, tomorrow.\n\nAt nine."],
  "between its lines": (mail) => [WROTE + quoted(mail).replace(
    /^(> +Can I talk.*)$/m, "$1\n\nOf course.\n") + "\nOr call me.\n",
  "Of course.\n\nOr call me."],
  "below a quote whose lines their program broke": (mail) => [WROTE +
    quoted(mail).replace(/^(> .{40,}?) (.{8,})$/gm, "$1\n$2") +
    "\n\nYes, tomorrow.\n", "Yes, tomorrow."],
};

test("answers below the line reach the customer, and nothing else does",
  inShop({}, async (shop, t) => {
    await shop.sellers.sam.login();
    for (const [name, make] of Object.entries(places))
      await t.test(name, part(shop, async () => {
        const bo = shop.whatsapp();
        const mail = await handedOver(shop, bo);
        const [text, said] = make(mail);
        await shop.mail.deliver(bare(mail, text));
        const { text: heard } = await bo.hears("Robin from the desk");
        assert.equal(heard, `*Robin from the desk:* ${said}`);
      }));
  }));

// ---- what goes no further -------------------------------------------------

const notes = async (sam, conversation) =>
  (await sam.log(conversation)).filter((e) => e.kind === "note")
    .map((e) => [e.note, e.body.why, e.body.name, e.body.text]);

test("an answer without words, and one to nothing, are seen", inShop({},
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const bo = shop.whatsapp();
    const mail = await handedOver(shop, bo);
    const noted = (n) => until(`${n} notes`, async () => {
      const all = await notes(sam, numberOf(mail));
      return all.length === n && all;
    });
    await shop.mail.deliver(bare(mail, `${WROTE}${quoted(mail)}\n`));
    assert.deepEqual(await noted(1),
      [["refused", "empty", "Robin from the desk", ""]]);
    await shop.mail.deliver(bare(mail, "A new mail of mine.",
      { to: "support@shop.example", "in-reply-to": undefined,
        references: undefined }));
    assert.deepEqual((await noted(2))[1], ["refused", "unmatched",
      "Robin from the desk", "A new mail of mine."]);
    await shop.mail.deliver(bare(mail, "Now it is one.\n"));
    await bo.hears("Now it is one.");
    assert.equal((await bo.texts()).length, 2);
  }));

// ---- files ----------------------------------------------------------------

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const PDF = Buffer.from("%PDF-1.4 the bill\n");
const EXE = Buffer.from("MZ\x00\x01 not for anybody");

const withFiles = (mail, text, files) => bare(mail, [
  "--b1", "Content-Type: text/plain; charset=utf-8", "", text,
  ...files.flatMap(([name, type, bytes]) => ["--b1",
    `Content-Type: ${type}; name="${name}"`,
    "Content-Transfer-Encoding: base64",
    `Content-Disposition: attachment; filename="${name}"`, "",
    bytes.toString("base64")]), "--b1--"].join("\n"),
{ "content-type": "multipart/mixed; boundary=b1" });

const bill = ["bill.pdf", "application/pdf", PDF];
const photo = ["bike.png", "image/png", PNG];
const text = ["list.txt", "text/plain", Buffer.from("one\ntwo\n")];
const program = ["tool.exe", "application/octet-stream", EXE];

async function bytesAt(url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return Buffer.from(await response.arrayBuffer());
}

test("files of the desk reach a customer on WhatsApp", inShop({},
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const bo = shop.whatsapp();
    const mail = await handedOver(shop, bo);
    await shop.mail.deliver(withFiles(mail, "Here they are.",
      [bill, photo, text, program]));
    const [, said, ...files] = await until("all of it", async () => {
      const heard = await bo.heard();
      return heard.length === 4 && heard;
    });
    const [, link] = /\*Robin from the desk:\* Here they are\.\n\nlist\.txt \((http\S+)\)\n\n\(A file came with this: tool\.exe\. It cannot be sent here\.\)$/
      .exec(said.text) ?? assert.fail(said.text);
    assert.equal((await bytesAt(link)).toString(), "one\ntwo\n");
    assert.ok(!files.some((f) => f.fails), JSON.stringify(files));
    assert.deepEqual(await Promise.all(files.map((f) => bytesAt(f.media[0]))),
      [PDF, PNG]);
    const log = await sam.log(numberOf(mail));
    assert.deepEqual(log.filter((e) => e.kind === "file").map((e) =>
      [e.body.name, e.body.type ?? e.body.refused]),
    [["bill.pdf", "application/pdf"], ["bike.png", "image/png"],
      ["list.txt", "text/plain"],
      ["tool.exe", "It is of a kind that is not kept."]], tell(log));
    const note = log.find((e) => e.kind === "note");
    assert.equal(note.body.why, "files");
    assert.match(note.body.faults[0].what, /"tool.exe" did not go with it/);
  }));

test("files alone are an answer, too; Slack and the website get links",
  inShop({}, async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const ann = shop.slack();
    const slack = await handedOver(shop, ann);
    await shop.mail.deliver(withFiles(slack, "", [bill]));
    const { text: said } = await ann.hears("bill.pdf");
    const [, url] = /<(http[^|]+)\|bill\.pdf>/.exec(said) ?? assert.fail(said);
    assert.deepEqual(await bytesAt(url.replace(/&amp;/g, "&")), PDF);

    const visitor = await shop.page();
    const web = await handedOver(shop, visitor);
    await shop.mail.deliver(withFiles(web, "Your bill.", [bill]));
    const event = await visitor.waitEvent("the file", (e) => e.kind === "file");
    assert.equal(event.body.name, "bill.pdf");
    assert.deepEqual(await bytesAt(new URL(event.body.url,
      `http://${shop.server.listen}`)), PDF);
    await visitor.close();
  }));

test("files go with answers by mail", inShop({ movable: true },
  async (shop) => {
    await shop.sellers.sam.login();
    const mark = newId();
    await shop.mail.deliver(["From: Carla <carla@mail.example>",
      "To: support@shop.example", `Subject: Bill ${mark}`,
      "Message-ID: <1@mail.example>", "Date: Sat, 21 Nov 2026 10:20:00 +0000",
      "", "I need to talk to a human being.", ""].join("\r\n"));
    const first = await mailAbout(shop, mark);
    await shop.mail.deliver(withFiles(first, "Your bill.", [bill]));
    const there = await mailAbout(shop, "Your bill.", "carla@mail.example");
    assert.deepEqual(there.files, [{ name: "bill.pdf",
      type: "application/pdf", bytes: PDF }]);

    const visitor = await shop.page();
    await visitor.say("Can I talk to a real person? I am dora@mail.example");
    const second = await mailAbout(shop, "dora@mail.example");
    await visitor.close();
    await shop.mail.deliver(withFiles(second, "For Dora.", [photo]));
    await until("it is said", async () => (await shop.sellers.sam.log(
      numberOf(second))).some((e) => e.kind === "file"));
    shop.later(2 * 60_000); // beyond handoff.unread_minutes
    const late = await mailAbout(shop, "For Dora.", "dora@mail.example");
    assert.deepEqual(late.files, [{ name: "bike.png", type: "image/png",
      bytes: PNG }]);
  }));
