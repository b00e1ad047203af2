// Mailboxes that people read, too, that change, that have mails too big to be
// taken, or that hang on slow servers: no mail is lost in silence, and no
// company waits for another's mailbox.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { ImapServer } from "../lib/imap.mjs";
import { answer } from "../lib/mail.mjs";
import { DESK, inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const MB = 1 << 20;
const admin = { sellers: [{ name: "vera", role: "admin", teams: [] }] };

const mailOf = (name) =>
  `From: ${name} <${name}@mail.example>\r\nTo: support@shop.example\r\n` +
  `Subject: Zebras\r\nMessage-ID: <${name}.${Math.random()}@mail.example>\r\n` +
  `\r\nDo you have zebras? ${name}\r\n`;

// What everybody asked of the shop, in all conversations.
async function asked(shop) {
  const { vera } = shop.sellers;
  const texts = [];
  for (const view of ["bot", "mail", "queue"])
    for (const { id } of await vera.rows(view))
      for (const { author, body } of await vera.log(id))
        if (author === "customer" && body.text) texts.push(body.text);
  return texts;
}

const isAsked = async (shop, name) =>
  (await asked(shop)).filter((text) => text.endsWith(` ${name}`)).length;
const arrives = (shop, name) => until(`${name}'s mail is taken`, async () =>
  await isAsked(shop, name) === 1);

const withBox = (document, imap, more = {}) => ({ ...document, ...more,
  accounts: document.accounts.map((a) =>
    a.channel === "email" ? { ...a, imap } : a) });

// What a mail program does where somebody opens the newest mail.
async function openedByHand(shop, n) {
  const socket = connect({ host: "127.0.0.1", port: shop.ports.imap });
  let said = "";
  socket.on("data", (text) => { said += text; });
  const say = async (tag, words) => {
    socket.write(`${tag} ${words}\r\n`);
    await until(words, () => said.includes(`${tag} OK`));
  };
  await say("a1", "LOGIN desk shop-password-of-mail");
  await say("a2", "SELECT INBOX");
  await say("a3", `STORE ${n} +FLAGS (\\Seen)`);
  socket.destroy();
}

test("what people opened while we were away is taken", inShop(admin,
  async (shop) => {
    await shop.mail.drop(mailOf("old"));
    await shop.sellers.vera.login();
    await arrives(shop, "old");
    for (const [n, signal] of [[2, "SIGTERM"], [3, "SIGKILL"]]) {
      await shop.server.end("serve", signal);
      await shop.mail.drop(mailOf(`late${n}`));
      await openedByHand(shop, n);
      await shop.server.start("serve");
      await arrives(shop, `late${n}`);
    }
    assert.equal(await isAsked(shop, "old"), 1);
  }));

test("another mailbox is used at once, and from its own beginning", async (t) => {
  const first = await new ImapServer().open();
  const second = await new ImapServer().open();
  first.put({ uid: 5, raw: mailOf("ann") });
  second.put({ uid: 9, raw: mailOf("history"), seen: true });
  second.put({ uid: 2, raw: mailOf("bob") });
  await inShop(admin, async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    await shop.server.apply("shop", withBox(shop.document, first.url));
    await arrives(shop, "ann");
    await shop.server.apply("shop", withBox(shop.document, second.url));
    await arrives(shop, "bob");
    const heard = first.heard.length;
    second.put({ uid: 10, raw: mailOf("carl"), seen: true });
    await arrives(shop, "carl");
    assert.equal(first.sockets.size, 0, "the old one is left");
    assert.equal(first.heard.length, heard);
    assert.equal(await isAsked(shop, "history"), 0);
    const { logins } = second;
    const changed = withBox(shop.document, second.url);
    for (const a of changed.accounts) if (a.imap) a.token = "another password";
    await shop.server.apply("shop", changed);
    await until("the new password is used", () => second.logins > logins);
    second.put({ uid: 11, raw: mailOf("dora"), seen: true });
    await arrives(shop, "dora");
    assert.equal(await isAsked(shop, "history"), 0);
  })(t).finally(() => Promise.all([first.close(), second.close()]));
});

test("a mail too big to take is told, once, and stays unread", async (t) => {
  const box = await new ImapServer().open();
  await inShop(admin, async (shop) => {
    const { vera } = shop.sellers;
    await vera.login();
    const bo = shop.whatsapp();
    await bo.say("Can I talk to a real person?");
    const mail = await shop.mail.next(DESK);
    const conversation = Number(/\(#(\d+)\)$/.exec(mail.subject)[1]);
    const size = 30 * MB;
    box.put({ uid: 3, size, raw: mailOf("stranger") });
    box.put({ uid: 4, size, raw: answer(mail, { text: "With photos." }) });
    box.put({ uid: 5, raw: mailOf("next") });
    await shop.server.apply("shop", withBox(shop.document, box.url));
    await arrives(shop, "next");
    const lines = async () => (await vera.audit())
      .filter((l) => l.what === "mail").map((l) => l.outcome);
    const notes = async () => (await vera.log(conversation))
      .filter((e) => e.kind === "note").map((e) => [e.note, e.body.why]);
    assert.deepEqual(await lines(), ["too_big", "too_big"]);
    assert.deepEqual(await notes(), [["refused", "too_big"]]);
    const metrics = await (await fetch(`${shop.server.base}/metrics`)).text();
    assert.match(metrics, /^frontdesk_mail_too_big_total 2$/m);
    assert.match(shop.tail(), /mail\.refused.*too_big/);
    await shop.server.restart();
    box.put({ uid: 6, raw: mailOf("after") });
    await arrives(shop, "after");
    assert.deepEqual(await lines(), ["too_big", "too_big"]);
    assert.deepEqual(await notes(), [["refused", "too_big"]]);
    assert.deepEqual(box.letters.map((l) => l.seen),
      [false, false, true, true]);
    assert.ok(!box.heard.some((c) => /FETCH [34] .*BODY\.PEEK\[\]/.test(c)));
  })(t).finally(() => box.close());
});

test("nobody waits for another's slow mailbox", async (t) => {
  const slow = await new ImapServer({ delay: 300 }).open();
  const dead = await new ImapServer({ delay: Infinity }).open();
  for (let uid = 1; uid <= 100; uid++)
    slow.put({ uid, raw: mailOf(`many${uid}`) });
  await inShop({ ...admin, settings: { mailBehindMs: "1s",
    mailTimeoutMs: "3s" } }, async (shop) => {
    await shop.sellers.vera.login();
    const others = { support: undefined, accounts: shop.document.accounts
      .filter((a) => a.channel === "email") };
    for (const [key, box] of [["slow", slow], ["dead", dead]])
      await shop.server.apply(key,
        withBox({ ...shop.document, ...others }, box.url, { name: key }));
    await until("both are looked into", () =>
      dead.heard.length > 0 && slow.letters[1].seen);
    for (const [i, bring] of [(raw) => shop.mail.drop(raw),
      (raw) => shop.mailIn(raw)].entries()) {
      await bring(mailOf(`quick${i}`));
      await arrives(shop, `quick${i}`);
    }
    assert.ok(slow.letters.some((l) => !l.seen), "it is still at it");
    const health = await until("it is told", async () => {
      const said = await (await fetch(`${shop.server.base}/health`)).json();
      return said.checks.mail.behind >= 1 && said;
    });
    assert.equal(health.status, "degraded");
    assert.equal(health.checks.mail.ok, false);
    assert.match(shop.tail(), /mail\.behind.*dead/);
    const done = slow.letters.filter((l) => l.seen).length;
    await until("it goes on", () =>
      slow.letters.filter((l) => l.seen).length > done + 3);
  })(t).finally(() => Promise.all([slow.close(), dead.close()]));
});
