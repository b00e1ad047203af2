// Mail through servers that others wrote: sent to Postfix with STARTTLS, with
// TLS from the first byte, by password and by OAuth 2, and read from Dovecot.
// The processes that send are the real binary's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { DOMAIN, OLD, TOKEN, USERS, startMailServers, whyNoMailServers }
  from "../lib/mail_servers.mjs";
import { binary } from "../lib/server.mjs";
import { until, within } from "../lib/until.mjs";

const why = whyNoMailServers();
const MANY = 200;

let servers, drive;

// tests/mail/drive/drive.c; a line out, a line in.
class Drive {
  constructor() {
    const program = process.env.FD_DRIVE ??
      join(dirname(binary), "tests/mail_drive");
    this.child = spawn(program, [binary], { stdio: ["pipe", "pipe", "pipe"] });
    this.waiting = new Map();
    this.next = 0;
    this.said = "";
    this.child.stderr.on("data", (text) => { this.said += text; });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const answer = JSON.parse(line);
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    this.ended = new Promise((resolve) => this.child.on("close", resolve));
  }

  do(what, more) {
    const id = this.next++;
    this.child.stdin.write(`${JSON.stringify({ id, do: what, ...more })}\n`);
    return within(what, new Promise((resolve) => {
      this.waiting.set(id, resolve);
    }), 60_000);
  }

  async end() {
    this.child.stdin.end();
    assert.equal(await this.ended, 0, this.said);
    assert.doesNotMatch(this.said, /Sanitizer|runtime error:/);
  }
}

const server = (scheme, port, more = {}) => ({
  url: `${scheme}://localhost:${port}`, auth: "password", user: "desk",
  secret: USERS.desk, ca: servers.cert, ...more,
});

const letter = (n) => `From: Gateway <gw@gw.example>\r\nTo: desk@${DOMAIN}\r\n` +
  `Subject: mail ${n}\r\nMessage-ID: <${n}@gw.example>\r\n` +
  "Date: Sat, 21 Nov 2026 11:12:18 +0000\r\n\r\n" +
  `.\r\n..\r\nNumber ${n}\r\nFrom here\r\n\r\n`;

const post = (at, more = {}) => drive.do("send", {
  server: at, hello: "gw.example", from: "bounces+t@gw.example",
  to: [`desk@${DOMAIN}`], text: letter("x"), ...more,
});

// Its lines as they were sent, below the headers that were added.
const body = (mail) => mail.slice(mail.indexOf("From: Gateway"))
  .replaceAll("\r\n", "\n");

const arrived = (n) => until(`mail ${n}`, async () =>
  (await servers.mails("desk")).find((mail) =>
    mail.includes(`Message-ID: <${n}@gw.example>`)));

before(async () => {
  if (why) return;
  servers = await startMailServers();
  drive = new Drive();
});

after(async () => {
  await drive?.end();
  await servers?.stop();
});

test("a mail arrives as it was written, whichever way it goes",
  { skip: why }, async () => {
    const ways = {
      starttls: server("smtp", servers.submission),
      smtps: server("smtps", servers.smtps),
      "starttls-oauth2": server("smtp", servers.submission,
        { auth: "oauth2", secret: TOKEN }),
      "smtps-oauth2": server("smtps", servers.smtps,
        { auth: "oauth2", secret: TOKEN }),
    };
    for (const [name, at] of Object.entries(ways)) {
      const answer = await post(at, { text: letter(name) });
      assert.equal(answer.end, "sent", `${name}: ${JSON.stringify(answer)}`);
      assert.equal(answer.status, "2.0.0");
      const mail = await arrived(name);
      assert.equal(body(mail), letter(name).replaceAll("\r\n", "\n"));
      assert.match(mail, /^Return-Path: <bounces\+t@gw\.example>/m);
      assert.match(mail, /with ESMTPSA/, mail);
    }
  });

test("what cannot go out is told as it is", { skip: why }, async () => {
  const at = server("smtp", servers.submission);
  const tls = server("smtps", servers.smtps);
  const big = letter("big") + `${"x".repeat(900)}\r\n`.repeat(300);
  const cases = [
    [{ ...at, secret: "wrong" }, {}, "blocked", /535/],
    [{ ...tls, secret: "wrong" }, {}, "blocked", /535/],
    [{ ...at, auth: "oauth2", secret: "stale" }, {}, "blocked", /login|535/],
    [{ ...at, auth: "none" }, {}, "refused", /554|denied/],
    [{ ...at, ca: undefined }, {}, "blocked", /certificate/],
    [{ ...tls, ca: undefined }, {}, "blocked", /certificate/],
    [{ ...at, ca: servers.other }, {}, "blocked", /certificate/],
    [server("smtp", servers.bare), {}, "blocked", /STARTTLS/],
    [server("smtp", servers.imap), {}, "unsent", /no SMTP/],
    [server("smtp", servers.smtps), { timeout_ms: 1000 }, "unsent", /./],
    [at, { text: big }, "refused", /size|552/],
    [tls, { text: big }, "refused", /size|552/],
    [at, { to: [`nobody@${DOMAIN}`] }, "refused", /550/],
    [at, { to: ["desk@elsewhere.example"] }, "refused", /550/],
  ];
  for (const [where, more, end, words] of cases) {
    const answer = await post(where, { text: letter("never"), ...more });
    assert.equal(answer.end, end, JSON.stringify([where.url, more.to, answer]));
    assert.match(answer.why, words);
  }
  assert.ok(!(await servers.mails("desk")).some((mail) =>
    /Subject: (never|big)/.test(mail)));
});

test("recipients are told apart", { skip: why }, async () => {
  const answer = await post(server("smtp", servers.submission), {
    text: letter("apart"),
    to: [`nobody@${DOMAIN}`, `desk@${DOMAIN}`, `reply@${DOMAIN}`],
  });
  assert.equal(answer.end, "sent");
  assert.deepEqual(answer.to.map(({ end }) => end),
    ["refused", "sent", "sent"]);
  await arrived("apart");
});

test(`${MANY} mails arrive once each`, { skip: why }, async () => {
  const all = await Promise.all(Array.from({ length: MANY }, (_, n) =>
    post(server(n % 2 ? "smtps" : "smtp",
      n % 2 ? servers.smtps : servers.submission), { text: letter(n) })));
  assert.deepEqual(all.filter(({ end }) => end !== "sent"), []);
  await arrived(MANY - 1);
  const mails = await until("all of them", async () => {
    const found = (await servers.mails("desk"))
      .filter((mail) => /^Subject: mail \d+$/m.test(mail));
    return found.length >= MANY && found;
  });
  assert.equal(mails.length, MANY);
  assert.equal(new Set(mails.map(body)).size, MANY);
});

// ---- Dovecot

const open = (at, more) => drive.do("open", { server: at, ...more });

async function uidOf(user, text) {
  const put = await post(server("smtp", servers.submission),
    { text: letter(text), to: [`${user}@${DOMAIN}`] });
  assert.equal(put.end, "sent");
  return until(`mail ${text} listed`, async () => {
    const { uids } = await drive.do("list", { last: 4294967295 });
    for (const uid of uids) {
      const { raw } = await drive.do("fetch", { uid });
      if (raw?.includes(`Subject: mail ${text}`)) return uid;
    }
    return undefined;
  });
}

const reply = (scheme, port, more = {}) => server(scheme, port,
  { user: "reply", secret: USERS.reply, ...more });

test("a mailbox is read, and changed only when we say so",
  { skip: why }, async () => {
    for (const at of [reply("imap", servers.imap),
      reply("imaps", servers.imaps)]) {
      assert.equal((await open(at)).end, "done");
      const uid = await uidOf("reply", "reading");
      const first = await drive.do("list", { last: uid - 1 });
      assert.deepEqual(first.uids.filter((u) => u >= uid), [uid]);
      assert.ok(first.validity > 0 && first.next > 0);
      const { raw } = await drive.do("fetch", { uid });
      assert.equal(body(raw),
        letter("reading").replaceAll("\r\n", "\n"));
      assert.ok((await drive.do("list", { last: uid })).uids.includes(uid),
        "it was marked as seen by being fetched");
      assert.equal((await drive.do("fetch", { uid, max: 10 })).end, "too_big");
      assert.equal((await drive.do("seen", { uid })).end, "done");
      assert.ok(!(await drive.do("list", { last: uid })).uids.includes(uid));
      assert.ok((await drive.do("list", { last: uid - 1 })).uids.includes(uid));
      assert.equal(
        (await drive.do("move", { uid, folder: "Nowhere" })).end, "no_folder");
      assert.equal((await drive.do("move", { uid, folder: "Done" })).end,
        "done");
      assert.equal((await drive.do("fetch", { uid })).end, "gone");
      assert.equal((await drive.do("seen", { uid })).end, "done");
    }
    assert.equal((await open(reply("imaps", servers.imaps, {
      url: `imaps://localhost:${servers.imaps}/Done`,
    }))).end, "done");
    assert.equal((await drive.do("list", { last: 0 })).uids.length, 2);
  });

test("a mail is moved also where there is no MOVE", { skip: why }, async () => {
  const at = reply("imaps", servers.imaps,
    { url: `imaps://${OLD}:${servers.imaps}` });
  const opened = await open(at);
  assert.equal(opened.end, "done", opened.words);
  const uid = await uidOf("reply", "old");
  assert.equal((await drive.do("move", { uid, folder: "Nowhere" })).end,
    "no_folder");
  assert.equal((await drive.do("move", { uid, folder: "Done" })).end, "done");
  assert.ok(!(await drive.do("list", { last: uid - 1 })).uids.includes(uid));
  assert.equal((await drive.do("fetch", { uid })).end, "done",
    "MOVE was there after all");
});

test("a folder has any name", { skip: why }, async () => {
  const folder = "Grüße & mehr 𝄞";
  const inbox = reply("imaps", servers.imaps);
  assert.equal((await open(inbox)).end, "done");
  const uid = await uidOf("reply", "umlaut");
  assert.equal((await drive.do("move", { uid, folder })).end, "done");
  const url = `imaps://localhost:${servers.imaps}/${
    encodeURIComponent(folder)}`;
  const opened = await open({ ...inbox, url });
  assert.equal(opened.end, "done", opened.words);
  assert.equal((await drive.do("list", { last: 0 })).uids.length, 1);
});

test("a mailbox that cannot be opened says why", { skip: why }, async () => {
  const imap = reply("imap", servers.imap), imaps = reply("imaps",
    servers.imaps);
  const oauth2 = { auth: "oauth2", user: "desk", secret: TOKEN };
  const cases = [
    [{ ...imap, ...oauth2 }, "done"],
    [{ ...imaps, ...oauth2 }, "done"],
    [{ ...imap, ...oauth2, secret: "stale" }, "login"],
    [{ ...imap, secret: "wrong" }, "login"],
    [{ ...imaps, secret: "wrong" }, "login"],
    [{ ...imap, ca: undefined }, "untrusted"],
    [{ ...imaps, ca: servers.other }, "untrusted"],
    [{ ...imaps, url: `imaps://localhost:${servers.imaps}/Nowhere` },
      "no_folder"],
    [{ ...imap, url: "imap://localhost:1" }, "no_server"],
    [{ ...imap, url: "imap://127.0.0.1" }, "no_server"],
    [reply("imap", servers.submission), "slow", 500],
  ];
  for (const [at, end, ms] of cases) {
    const answer = await open(at, { timeout_ms: ms ?? 15_000 });
    assert.equal(answer.end, end, `${at.url}: ${JSON.stringify(answer)}`);
  }
});

test("Postfix offered chunks and tickets all the while", { skip: why },
  async () => {
    // What the sandbox's server does not have, and libesmtp stumbles over.
    const log = await servers.logs();
    assert.doesNotMatch(log, / bdat=/);
    assert.match(log, / data=1 /);
  });
