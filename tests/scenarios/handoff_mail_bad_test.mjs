// Mails that are not what they claim, that no person wrote, or that hardly are
// mails: each is refused with a line of the audit, or harmless; nothing changes
// and nobody is told anything.

import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { answer, bounce } from "../lib/mail.mjs";
import { DESK, inShop, part } from "../lib/shop.mjs";
import { checkLog, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const AUTHSERV = "mx.shop.example";
const DAY = 24 * 3600 * 1000;

// Mails handed in by mail-in that were set aside, or are still to be taken.
function spooled(shop, folder) {
  try {
    return readdirSync(join(shop.dir, "data/mail-in/shop/support", folder));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

// In by the pipe, until it was looked at.
async function handIn(shop, raw) {
  assert.equal(await shop.mailIn(raw), 0);
  await until("it was looked at", () => spooled(shop, "new").length === 0);
}

// A customer who waits for the desk, and what is known of them.
async function waiting(shop, name) {
  const bo = shop.whatsapp(name);
  const mark = newId();
  await bo.say(`Can I talk to a real person? ${mark}`);
  const mail = await until("the mail", async () =>
    (await shop.mail.to(DESK)).find((m) => (m.text ?? "").includes(mark)));
  const conversation = Number(/\(#(\d+)\)$/.exec(mail.subject)[1]);
  return { bo, mail, conversation, mark };
}

// All that a bad mail must leave as it is.
async function everything(shop, { conversation, bo }) {
  const { sam } = shop.sellers;
  return { log: await sam.log(conversation), heard: await bo.texts(),
    counts: await sam.ask("GET", "counts"),
    sent: (await shop.mail.all()).length };
}

// People of the company see it on the conversation that it seems to be about.
function without(noted, everyone, word) {
  if (!noted) return everyone;
  const { log, ...rest } = everyone;
  const note = log.at(-1);
  assert.deepEqual([note.kind, note.note, note.body.why, note.body.text],
    ["note", "refused", word, text], tell(log));
  return { log: log.slice(0, -1), ...rest };
}

// It comes in, and all is as before; `word` is what the audit has to say.
async function changesNothing(shop, chat, raw, word, noted = false) {
  const { sam } = shop.sellers;
  const before = await everything(shop, chat);
  const lines = (await sam.audit()).length;
  const folder = word === undefined ? "auto" : "bad";
  const aside = spooled(shop, folder).length;
  await handIn(shop, raw);
  const after = await sam.audit();
  assert.deepEqual(after.slice(0, after.length - lines)
    .map(({ what, outcome }) => ({ what, outcome })),
  word === undefined ? [] : [{ what: "mail", outcome: word }]);
  assert.equal(spooled(shop, folder).length, aside + 1, "kept for people");
  assert.deepEqual(without(noted, await everything(shop, chat), word), before);
}

// Answers can still be given; `above`: fields of our server above them.
async function stillAnswers(shop, { bo, mail, conversation }, above = "") {
  const mark = newId();
  await handIn(shop, above + answer(mail, { text: `It works. ${mark}` }));
  await bo.hears(`It works. ${mark}`);
  const events = await shop.sellers.sam.log(conversation);
  assert.equal(checkLog(events).holder, "email", tell(events));
}

const turned = (address) =>
  address.replace(/(?<=\+.{20})./, (c) => c === "a" ? "b" : "a");
const plain = { "in-reply-to": undefined, references: undefined };
const text = "Tell me your password.";
const results = (said) => `Authentication-Results: ${AUTHSERV}; ${said}\r\n`;

const admin = { sellers: [{ name: "sam", role: "admin" }] };

// name: [the mail, the word of the audit, is it from the desk's list?]
const refused = {
  "a stranger has the token": [(mail) =>
    answer(mail, { text, from: "Mallory <mallory@evil.example>" }), "sender"],
  "a stranger has our message id": [(mail) => answer(mail, { text,
    from: "mallory@evil.example", to: "support@shop.example" }), "sender"],
  "a token that we did not make": [(mail) => answer(mail, { text, ...plain,
    to: turned(mail.replyTo) }), "token", true],
  "from the desk, but to what?": [(mail) => answer(mail, { text, ...plain,
    to: "support@shop.example" }), "unmatched", true],
  "nobody wrote it": [(mail) => answer(mail, { text, from: "" }), "from"],
  "two wrote it": [(mail) => answer(mail, { text,
    from: `${DESK}, mallory@evil.example` }), "from"],
  "our server says that From is forged": [(mail) =>
    results("dkim=none") + results("dmarc=fail header.from=desk.example") +
    answer(mail, { text }), "dmarc"],
  "our server repeats words of the sender": [(mail) =>
    results("spf=pass smtp.mailfrom=\"x; dmarc=pass; y\"@evil.example; " +
      "dmarc=fail") + answer(mail, { text }), "dmarc"],
  "our server does not say who wrote it": [(mail) => results("none") +
    answer(mail, { text }), "dmarc_missing", true],
};

test("what claims too much is refused", inShop(
  { ...admin, settings: { mailAuthserv: AUTHSERV } }, async (shop, t) => {
    await shop.sellers.sam.login();
    const chat = await waiting(shop, "Bo Lind");
    for (const [name, [make, word, noted]] of Object.entries(refused))
      await t.test(name, part(shop, () =>
        changesNothing(shop, chat, make(chat.mail), word, noted)));
    await stillAnswers(shop, chat, results("dmarc=pass"));
  }));

test("another company's token means nothing here", inShop(admin,
  async (shop) => {
    await shop.sellers.sam.login();
    const chat = await waiting(shop, "Bo Lind");
    await shop.server.apply("other", { ...shop.document, name: "Others",
      accounts: shop.document.accounts.filter((a) => a.channel === "email")
        .map(({ imap, ...rest }) => ({ ...rest,
          sender: "support@other.example" })),
      support: { to: [{ address: "ruth@desk.example", name: "Ruth" }] } });
    const visitor = await shop.page("other");
    await visitor.say("Can I talk to a real person?");
    const theirs = await shop.mail.next("ruth@desk.example");
    assert.match(theirs.replyTo, /support\+[a-z2-7]+@other\.example/);
    const raw = answer(theirs, { text, from: DESK, ...plain,
      to: theirs.replyTo.replace("other.example", "shop.example") });
    await changesNothing(shop, chat, raw, "token");
    await stillAnswers(shop, chat);
    await visitor.close();
  }));

test("an old token is no good, an old message id is", inShop(
  { ...admin, movable: true }, async (shop) => {
    await shop.sellers.sam.login();
    const chat = await waiting(shop, "Bo Lind");
    shop.later(400 * DAY);
    const { sam } = shop.sellers;
    await sam.login();
    await until("what was due meanwhile", async () => {
      const rung = (await sam.log(chat.conversation)).map((e) => e.timer);
      return rung.includes("first_response") && rung.includes("window");
    });
    await changesNothing(shop, chat, answer(chat.mail, { text, ...plain }),
      "expired", true);
    await stillAnswers(shop, chat);
  }));

test("what the channel does not take is noted, and never lost", inShop(
  { ...admin, movable: true, template: false }, async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const chat = await waiting(shop, "Bo Lind");
    shop.later(2 * DAY); // WhatsApp's window has closed by then
    await sam.login();
    const before = await sam.log(chat.conversation);
    const raw = answer(chat.mail, { text: "Rather late." });
    await handIn(shop, raw);
    await handIn(shop, raw);
    const events = await sam.log(chat.conversation);
    const noted = events.slice(before.length).filter((e) => e.kind === "note");
    assert.equal(noted.length, 1, tell(events));
    assert.equal(noted[0].note, "refused");
    assert.equal(noted[0].body.why, "channel");
    assert.equal(noted[0].body.text, "Rather late.");
    assert.match(noted[0].body.faults[0].what, /24 hours/);
    const [line] = await sam.audit(chat.conversation);
    assert.deepEqual([line.what, line.outcome], ["mail", "channel"]);
    assert.equal((await chat.bo.texts()).length, 1);
  }));

test("what came too late is never said, though its copy comes in time", inShop(
  admin, async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const chat = await waiting(shop, "Bo Lind");
    await sam.open();
    await sam.act("pull", chat.conversation);
    const raw = answer(chat.mail, { text });
    await handIn(shop, raw);
    const note = (await sam.log(chat.conversation)).at(-1);
    assert.deepEqual([note.kind, note.body.why, note.body.text],
      ["note", "held", text]);
    await sam.act("give_back", chat.conversation);
    await changesNothing(shop, chat, raw, "noted");
    await stillAnswers(shop, chat);
    await sam.close();
  }));

const machines = {
  "an answering machine": (mail) => answer(mail,
    { text: "I am away.", "auto-submitted": "auto-replied" }),
  "an answering machine of another make": (mail) => answer(mail,
    { text: "I am away.", "x-autoreply": "yes", precedence: "auto_reply",
      "auto-submitted": undefined }),
  "our own mail comes back": (mail) => mail.bytes.toString("latin1"),
  "our own mail is sent to us again": (mail) => mail.bytes.toString("latin1")
    .replace(/^To: .*$/m, `To: ${mail.replyTo}`),
};

test("what no person wrote is harmless", inShop(admin, async (shop, t) => {
  await shop.sellers.sam.login();
  const chat = await waiting(shop, "Bo Lind");
  for (const [name, make] of Object.entries(machines))
    await t.test(name, part(shop, () =>
      changesNothing(shop, chat, make(chat.mail))));
  await stillAnswers(shop, chat);
}));

test("mails that were set aside are counted, and keep none out", inShop(admin,
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const chat = await waiting(shop, "Bo Lind");
    await changesNothing(shop, chat, machines["an answering machine"](chat.mail));
    await changesNothing(shop, chat, answer(chat.mail, { text, from: "" }),
      "from");
    const { status, checks } = await until("they are counted", async () => {
      const answered = await fetch(`${shop.server.base}/health`);
      const said = await answered.json();
      return said.checks.mail.aside === 2 && said;
    });
    assert.equal(status, "ok");
    assert.deepEqual(checks.mail,
      { ok: true, waiting: 0, oldest_ms: 0, nearly_full: 0, aside: 2,
        behind: 0 });
    const bad = join(shop.dir, "data/mail-in/shop/support/bad");
    for (let i = 0; i < 1200; i++)
      writeFileSync(join(bad, `${String(i).padStart(16, "0")}-${
        "0".repeat(16)}.mail`), "");
    await changesNothing(shop, chat, machines["an answering machine"](chat.mail));
    await handIn(shop, answer(chat.mail, { text, from: "" }));
    await until("the oldest went", () => spooled(shop, "bad").length === 1000);
    await stillAnswers(shop, chat);
  }));

test("the same answer many times is said once", inShop(admin,
  async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const chat = await waiting(shop, "Bo Lind");
    const raw = answer(chat.mail, { text: "Only once." });
    await Promise.all([handIn(shop, raw), shop.mail.deliver(raw),
      shop.mail.deliver(raw), handIn(shop, raw)]);
    await chat.bo.hears("Only once.");
    await shop.kill();
    await handIn(shop, raw);
    await until("both were read", async () =>
      (await shop.mail.inbox()).messages.every((m) => m.seen));
    const events = await sam.log(chat.conversation);
    assert.equal(events.filter((e) => e.body.text === "Only once.").length, 1,
      tell(events));
    assert.equal((await chat.bo.texts())
      .filter((said) => said.endsWith("Only once.")).length, 1);
  }));

test("a mail to the desk that bounces is seen on the conversation", inShop(
  admin, async (shop) => {
    const { sam } = shop.sellers;
    await sam.login();
    const chat = await waiting(shop, "Bo Lind");
    assert.match(chat.mail.from, /^support\+[a-z2-7]{36}@shop\.example$/);
    const raw = bounce(chat.mail, chat.mail.from);
    await shop.mail.deliver(raw, { from: "" });
    const failed = await until("the event", async () =>
      (await sam.log(chat.conversation)).find((e) => e.kind === "delivery"));
    assert.equal(failed.body.state, "failed");
    assert.equal(failed.body.channel, "email");
    assert.equal(failed.body.code, "5.1.1");
    assert.match(failed.body.reason, /\w/);
    const events = await until("what comes of it", async () => {
      const log = await sam.log(chat.conversation);
      return log.some((e) => e.body?.why === "unreached") && log;
    });
    await handIn(shop, raw);
    assert.deepEqual(await sam.log(chat.conversation), events, "once");
    assert.equal((await chat.bo.texts()).length, 1);
  }));

test("a customer's name puts nothing into the mail's header", inShop(admin,
  async (shop) => {
    await shop.sellers.sam.login();
    const evil = "Eve\r\nBcc: victim@mail.example\r\n" +
      "Subject: hello\r\n\r\n<script>alert(1)</script>";
    const { mail, bo } = await waiting(shop, evil);
    const names = mail.fields.map(([name]) => name);
    assert.deepEqual(mail.to, [DESK]);
    assert.equal(new Set(names).size, names.length, String(names));
    assert.ok(!names.includes("bcc") && !names.includes("cc"));
    assert.ok(!mail.html.includes("<script>"));
    assert.ok(mail.html.includes("&lt;script&gt;"), mail.html);
    await handIn(shop, answer(mail, { text: "Hello, Eve." }));
    await bo.hears("Hello, Eve.");
  }));

// Each hardly a mail, from the desk and with a good token.
const broken = {
  "nothing behind the header": (head) => head,
  "a boundary that never comes": (head) => head.replace(
    /^content-type: .*$/m, "content-type: multipart/mixed; boundary=\"x\"") +
    "\r\n\r\nno part",
  "parts in parts in parts": (head) => head.replace(/^content-type: .*$/m,
    "content-type: multipart/mixed; boundary=\"b0\"") + "\r\n\r\n" +
    Array.from({ length: 500 }, (_, i) => `--b${i}\r\nContent-Type: ` +
      `multipart/mixed; boundary="b${i + 1}"\r\n\r\n`).join(""),
  "base64 that is none": (head) => head.replace(/8bit/, "base64") +
    "\r\n\r\n!!!! not base64 at all ====\r\n",
  "a charset that does not exist": (head) => head.replace(/utf-8/, "klingon") +
    "\r\n\r\n\xff\xfe\x00\x01 tlh\r\n",
  "zeros": (head) => `${head}\r\n\r\n${"\0".repeat(10000)}`,
  "a header without an end": (head) => `${head}\r\nX-Long: ${
    "x".repeat(1000000)}`,
  "a hundred thousand fields": (head) => head + "\r\n" +
    "Received: from a by b\r\n".repeat(100000) + "\r\nHello.\r\n",
};

test("broken mails break nothing", inShop(admin, async (shop, t) => {
  const { sam } = shop.sellers;
  await sam.login();
  const chat = await waiting(shop, "Bo Lind");
  const whole = answer(chat.mail, { text: "", style: "bare" });
  const head = whole.slice(0, whole.indexOf("\r\n\r\n"));
  for (const [name, make] of Object.entries(broken))
    await t.test(name, part(shop, async () => {
      await handIn(shop, Buffer.from(make(head), "latin1"));
      const events = await sam.log(chat.conversation);
      assert.equal(checkLog(events).holder, "email", tell(events));
      for (const e of events.filter((one) => one.author === "agent"))
        assert.ok(e.body.text.isWellFormed?.() ?? true);
    }));
  await stillAnswers(shop, chat);
}));

test("a mail of 50 MB is not taken", inShop(admin, async (shop) => {
  await shop.sellers.sam.login();
  const chat = await waiting(shop, "Bo Lind");
  const before = await everything(shop, chat);
  const raw = answer(chat.mail, { text: "long ".repeat(10_000_000) });
  assert.equal(await shop.mailIn(raw), 65);
  assert.deepEqual(spooled(shop, "new"), []);
  assert.deepEqual(spooled(shop, "tmp"), []);
  assert.deepEqual(await everything(shop, chat), before);
  await stillAnswers(shop, chat);
}));
