// mail: the sandbox's mailbox as the people see it who have one: what was sent
// to them, read as their mail programs read it; and their answers, written as
// mail programs write them.
//
//	const mail = new Mail(sandbox, ports);
//	const first = await mail.next("robin@desk.example");
//	await mail.deliver(answer(first, { text: "Yes, of course." }));

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { until, within } from "./until.mjs";

// ---- reading --------------------------------------------------------------

const binary = (text, coding) => {
  if (coding === "base64") return Buffer.from(text, "base64");
  if (coding !== "quoted-printable") return Buffer.from(text, "latin1");
  return Buffer.from(text.replace(/=[ \t]*\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, hex) =>
      String.fromCharCode(parseInt(hex, 16))), "latin1");
};

const decode = (bytes, charset = "utf-8") =>
  new TextDecoder(charset, { fatal: true }).decode(bytes);

// "=?utf-8?Q?Caf=C3=A9?=" as text; between two such words space is nothing.
const words = (value) => value
  .replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)[ \t]+(?==\?)/gi, "$1")
  .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset, kind, text) =>
    decode(kind.toLowerCase() === "b" ? Buffer.from(text, "base64")
      : binary(text.replace(/_/g, " "), "quoted-printable"), charset));

const quoted = (value, name) =>
  new RegExp(`;\\s*${name}="?([^";]+)"?`, "i").exec(value)?.[1];

// One entity: its fields, and its parts or its text.
function entity(raw) {
  const end = /\r?\n\r?\n/.exec(raw);
  const head = end ? raw.slice(0, end.index) : raw;
  const body = end ? raw.slice(end.index + end[0].length) : "";
  const fields = head.replace(/\r?\n(?=[ \t])/g, "").split(/\r?\n/)
    .map((line) => {
      const colon = line.indexOf(":");
      assert.ok(colon > 0, `no field: ${JSON.stringify(line)}`);
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  const all = (name) => fields.filter(([n]) => n === name).map(([, v]) => v);
  const one = (name) => {
    const found = all(name);
    assert.ok(found.length <= 1, `${name} stands there ${found.length} times`);
    return found[0] ?? "";
  };
  const type = one("content-type") || "text/plain";
  const boundary = quoted(type, "boundary");
  const parts = boundary === undefined ? []
    : body.split(new RegExp(`(?:^|\\r?\\n)--${
      boundary.replace(/[^\w]/g, "\\$&")}(?:--)?[ \\t]*(?:\\r?\\n|$)`))
      .slice(1, -1).map(entity);
  const coding = one("content-transfer-encoding").toLowerCase();
  return { fields, all, one, type: type.split(";")[0].toLowerCase(), parts,
    bytes: () => binary(body, coding),
    text: () => decode(binary(body, coding), quoted(type, "charset")) };
}

// What stands beside the texts: { name, type, bytes }.
const attached = (top) => leaves(top)
  .map((e) => [e, e.one("content-disposition")])
  .filter(([, how]) => /^attachment/i.test(how))
  .map(([e, how]) => ({ name: words(quoted(how, "filename") ?? ""),
    type: e.type, bytes: e.bytes() }));

const leaves = (e) => e.parts.length === 0 ? [e] : e.parts.flatMap(leaves);

// A mail as it was sent: envelope, fields, and what a person reads of it.
export function read({ n, from, to, raw, user, tls }) {
  const bytes = Buffer.from(raw, "base64");
  const top = entity(bytes.toString("latin1"));
  const part = (type) => leaves(top).find((e) => e.type === type)?.text()
    .replace(/\r\n/g, "\n");
  return {
    n, from, to, user, tls, bytes, fields: top.fields, all: top.all,
    field: (name) => words(top.one(name)),
    id: top.one("message-id"),
    references: top.one("references").split(/\s+/).filter(Boolean),
    inReplyTo: top.one("in-reply-to"),
    replyTo: top.one("reply-to") || top.one("from"),
    subject: words(top.one("subject")),
    type: top.type,
    text: part("text/plain"),
    html: part("text/html"),
    files: attached(top),
  };
}

export const addressOf = (value) => /<([^>]+)>/.exec(value)?.[1] ?? value;

// What an address of ours is about: in a sender, to whom bounces go, which row
// of the outbox; in who is to be answered, which conversation. It stands in
// base32 behind the plus: a byte that says what it is, eight that say which. 0:
// no such address.
export function numberIn(address) {
  const token = /\+([a-z2-7]+)@/.exec(address)?.[1] ?? "";
  const bits = [...token].map((c) => "abcdefghijklmnopqrstuvwxyz234567"
    .indexOf(c).toString(2).padStart(5, "0")).join("");
  return bits.length < 72 ? 0 : Number(BigInt(`0b${bits.slice(8, 72)}`));
}

// ---- writing --------------------------------------------------------------

const quote = (text) => text.replace(/^/gm, "> ");
const newId = (domain) => `<${randomBytes(9).toString("hex")}@${domain}>`;

// What follows the new words in answers of well-known mail programs.
const styles = {
  gmail: (mail) => `\n\nOn Mon, 23 Nov 2026 at 10:15, ${
    mail.field("from")} wrote:\n\n${quote(mail.text)}\n`,
  outlook: (mail, by) => `\n\n-- \n${by}\nDesk & Sons Ltd.\n\n` +
    `-----Original Message-----\nFrom: ${mail.field("from")}\n` +
    `Sent: Monday, 23 November 2026 10:15\nTo: ${mail.field("to")}\n` +
    `Subject: ${mail.subject}\n\n${mail.text}\n`,
  bare: () => "\n",
};

const lines = (text) => text.replace(/\r?\n/g, "\r\n");

// The answer of a mail program to a mail, its bytes. What `more` names stands
// instead of what the program would write; undefined: is left out.
export function answer(mail, { text, from, style = "gmail", ...more } = {}) {
  const by = from ?? `Robin Desk <${mail.to[0]}>`;
  const fields = {
    from: by,
    to: mail.replyTo,
    subject: mail.subject.replace(/^(Re: )?/, "Re: "),
    "message-id": newId("desk.example"),
    "in-reply-to": mail.id,
    references: [...mail.references, mail.id].join(" "),
    date: "Sat, 21 Nov 2026 10:20:00 +0000",
    "mime-version": "1.0",
    "content-type": "text/plain; charset=utf-8",
    "content-transfer-encoding": "8bit",
    ...more,
  };
  return lines(Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\n`).join("") +
    `\n${text}${styles[style](mail, by)}`);
}

// What a mail server says when it could not deliver one.
export const bounce = (mail, to) => lines(`\
From: Mail Delivery System <mailer-daemon@mx.example>
To: <${addressOf(to)}>
Subject: Undelivered Mail Returned to Sender
Message-ID: ${newId("mx.example")}
Date: Sat, 21 Nov 2026 10:20:00 +0000
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="B1"

--B1
Content-Type: text/plain

I could not deliver your message.

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ${mail.to[0]}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--B1
Content-Type: message/rfc822

${mail.bytes.toString("latin1")}
--B1--
`);

// ---- the mailbox ----------------------------------------------------------

// One SMTP dialogue; gives the last reply. Bytes go out with dots doubled.
async function submit(port, { from, to, raw }) {
  const socket = connect({ host: "127.0.0.1", port });
  let heard = "";
  socket.setEncoding("latin1");
  socket.on("data", (text) => { heard += text; });
  socket.on("error", () => undefined);
  const reply = () => until("an SMTP reply", () => {
    const found = /^(?:\d{3}-.*\r\n)*(\d{3}) .*\r\n/.exec(heard);
    if (found) heard = heard.slice(found[0].length);
    return found?.[0];
  });
  const say = async (line, wanted) => {
    socket.write(`${line}\r\n`);
    const said = await reply();
    assert.match(said, wanted);
    return said;
  };
  try {
    assert.match(await reply(), /^220/);
    await say("EHLO desk.example", /^250/);
    await say(`MAIL FROM:<${from}>`, /^250/);
    for (const one of to) await say(`RCPT TO:<${one}>`, /^250/);
    await say("DATA", /^354/);
    socket.write(Buffer.from(raw.replace(/^\./gm, ".."), "utf8"));
    return await say("\r\n.", /^250/);
  } finally {
    socket.destroy();
  }
}

export class Mail {
  constructor(control, ports) {
    Object.assign(this, { control, ports, sent: [], after: 0, read: 0 });
    this.places = new Map(); // by recipient: how many next() has given
  }

  // Everything that was sent so far.
  async all() {
    for (;;) {
      const page = await this.control(`mail/messages?after=${this.after}`);
      this.sent.push(...page.messages.map(read));
      this.after = page.next;
      if (page.messages.length === 0) return this.sent;
    }
  }

  async to(address) {
    return (await this.all()).filter((mail) => mail.to.includes(address));
  }

  // The next one to that address which next() has not given yet.
  async next(address) {
    const place = this.places.get(address) ?? 0;
    const mail = await until(`mail to ${address}`,
      async () => (await this.to(address))[place]);
    this.places.set(address, place + 1);
    return mail;
  }

  // Whole bytes into our inbox, by SMTP as mail programs do it.
  deliver(raw, { from = "robin@desk.example",
    to = [addressOf(/^to: (.*)$/im.exec(raw)[1].trim())] } = {}) {
    return within("a mail to be taken",
      submit(this.ports.smtp, { from, to, raw }));
  }

  // The same past SMTP: whatever bytes.
  drop(raw) {
    return this.control("mail/message",
      { base64: Buffer.from(raw).toString("base64") });
  }

  inbox() {
    return this.control("mail/inbox");
  }
}
