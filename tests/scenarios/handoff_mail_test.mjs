// Nobody of the company is there: a customer on WhatsApp is written about to
// the support desk, whose answer by mail reaches them on WhatsApp; they write
// again, and the desk gets that in the same thread.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, bounce } from "../lib/mail.mjs";
import { DESK, inShop, part } from "../lib/shop.mjs";
import { checkHeard, checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const NOBODY = "Nobody of our team is free right now. We have passed your " +
  "message on by e-mail; the answer will come here.";
const ROBIN = "*Robin from the desk:* ";

// The server is killed right behind each of these.
const STEPS = ["asked", "mailed", "answering", "answered", "asked again",
  "mailed again", "answering again"];

// How the desk's answer gets to us.
const ways = {
  "the mailbox": (shop, raw) => shop.mail.deliver(raw),
  "mail-in": async (shop, raw) => assert.equal(await shop.mailIn(raw), 0),
};

const aboutMail = (mail, mark) => (mail.text ?? "").includes(mark);

// The next mail to the desk that has the mark in it.
const mailAbout = (shop, mark, n = 0) => until(`mail ${n} about ${mark}`,
  async () => (await shop.mail.to(DESK))
    .filter((mail) => aboutMail(mail, mark))[n]);

// The log of the customer's conversation, whose number the mail tells.
const numberOf = (mail) => Number(/\(#(\d+)\)$/.exec(mail.subject)[1]);

async function tellStory(shop,
  { deliver, at = () => undefined, style = "gmail" }) {
  const mark = newId();
  const bo = shop.whatsapp();
  await bo.say(`Can I talk to a real person? ${mark}`);
  await at("asked");
  const first = await mailAbout(shop, mark);
  await at("mailed");
  await deliver(shop, answer(first, { text: `Yes, tomorrow. ${mark}`, style }));
  await at("answering");
  await bo.hears(`Yes, tomorrow. ${mark}`);
  await at("answered");
  await bo.say(`At what time? ${mark}`);
  await at("asked again");
  const second = await until("the next mail", async () =>
    (await shop.mail.to(DESK)).find((m) => aboutMail(m, mark) &&
      m.text.includes("At what time?")));
  await at("mailed again");
  await deliver(shop, answer(second, { text: `At nine. ${mark}`, style }));
  await at("answering again");
  await bo.hears(`At nine. ${mark}`);
  return { mark, bo, first, second };
}

async function checkStory(shop, { mark, bo, first, second }) {
  const { sam } = shop.sellers;
  const events = await sam.log(numberOf(first));
  assert.equal(checkLog(events).holder, "email", tell(events));
  assert.deepEqual(await bo.texts(), [NOBODY,
    `${ROBIN}Yes, tomorrow. ${mark}`, `${ROBIN}At nine. ${mark}`],
  tell(events));
  checkHeard(events, await bo.heard());
  checkFirst(first, bo, mark);
  checkSecond(first, second, mark);
  // One comes again, with its id, when we are killed before we noted it.
  const ids = new Set((await shop.mail.to(DESK))
    .filter((m) => aboutMail(m, mark)).map((m) => m.id));
  assert.deepEqual([...ids], [first.id, second.id], "the mails to the desk");
}

function checkFirst(mail, bo, mark) {
  assert.equal(mail.type, "multipart/alternative");
  assert.equal(mail.field("auto-submitted"), "auto-generated");
  assert.match(mail.replyTo, /<support\+[a-z2-7]{36}@shop\.example>$/);
  for (const said of [mail.text, mail.html]) {
    // What was missed and then asked for brings no name.
    const number = bo.place.replace("whatsapp:", "");
    assert.match(said, new RegExp(`(${bo.name}|\\${number}) needs an answer`));
    assert.ok(said.includes(`WhatsApp, ${number}`), said);
    assert.ok(said.includes("The customer asked for a person."), said);
    assert.ok(said.includes(`Can I talk to a real person? ${mark}`), said);
    assert.match(said, /Conversation[^]*Customer/);
    assert.match(said, /http:\/\/127\.0\.0\.1:\d+\/console#\/\d+/);
  }
}

function checkSecond(first, second, mark) {
  assert.equal(numberOf(second), numberOf(first));
  assert.ok(second.references.includes(first.id), String(second.references));
  assert.equal(second.inReplyTo, first.id);
  assert.ok(second.text.includes(`At what time? ${mark}`));
  assert.ok(!second.text.includes("Can I talk to a real person?"));
}

for (const [way, deliver] of Object.entries(ways))
  test(`there and back by ${way}`, inShop({}, async (shop) => {
    await shop.sellers.sam.login();
    for (const style of ["gmail", "outlook"])
      await checkStory(shop, await tellStory(shop, { deliver, style }));
  }));

test("the same, and the server is killed at each step",
  inShop({}, async (shop, t) => {
    await shop.sellers.sam.login();
    const [box, pipe] = Object.values(ways);
    const killed = (step, deliver) => part(shop, async () => {
      const at = async (now) => {
        if (now === step) await shop.kill();
      };
      await checkStory(shop, await tellStory(shop, { deliver, at }));
    });
    for (const [i, step] of STEPS.entries())
      await t.test(`killed when ${step}`, killed(step, i % 2 ? box : pipe));
  }));

// Killed in the middle of the talk with the mail server. It may have taken the
// mail and have said so to nobody: then it comes again, with the same id.
test("no mail to the desk is lost when the server is killed while it sends",
  inShop({}, async (shop, t) => {
    const struck = async () =>
      (await shop.control("faults")).rules[0].struck > 0;
    const settled = async () => /email\/support\s.* 0 to go out, 0 unknown/
      .test((await shop.server.command("outbox", "list")).replace(/\t/g, " "));
    const killed = (path) => part(shop, async () => {
      const mark = newId();
      await shop.control("faults", { rules: [
        { vendor: "mail", path, kind: "delay", ms: 2000, count: 1 }] });
      await shop.whatsapp().say(`Can I talk to a human? ${mark}`);
      await until(path, struck);
      await shop.kill();
      const { id } = await mailAbout(shop, mark);
      await until("nothing to go out", settled);
      const ids = (await shop.mail.to(DESK)).filter((m) => aboutMail(m, mark))
        .map((m) => m.id);
      assert.deepEqual(ids, Array(path.endsWith("message") ? 2 : 1).fill(id));
    });
    for (const step of ["connect", "ehlo", "mail", "rcpt", "data", "message"])
      await t.test(`at ${step}`, killed(`/smtp/${step}`));
  }));
