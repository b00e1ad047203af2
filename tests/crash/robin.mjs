// robin BINARY DATA LEDGER: the support desk while the server is killed.
//
// Runs the mail server that the company writes to, gives the company its
// document, and answers every mail that comes by `frontdesk mail-in`, as a mail
// server would, whether or not the server runs; now and then the same one
// twice. Whoever asks on the port that it prints is told whether it has nothing
// to do. It ends on SIGTERM, and when its standard input does.
//
// LEDGER gets a line each for the checker, tabs between:
//	desk CONVERSATION TEXT		what mail-in has answered for
//	mail ROW ID AT TOLD		what arrived; AT: wall ms; TOLD: 1 if the
//					server was told so
import { spawn } from "node:child_process";
import {
  closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync,
  readdirSync, writeFileSync, writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { answer, numberIn, read } from "../lib/mail.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [binary, data, ledgerPath] = process.argv.slice(2);
const DESK = "robin@desk.example", PASSWORD = "crash-password-of-mail";
const LOOK_MS = 20;
const END_MS = 10_000;

// ---- the mail server, and the company ----------------------------------------

const setup = join(dirname(data), "sandbox.json");
writeFileSync(setup, JSON.stringify({ slack: [], twilio: [],
  mail: { user: "desk", password: PASSWORD,
    domains: ["shop.example", "desk.example"], inbox: [] } }));
const server = spawn(binary, ["sandbox", "--sandbox-listen", "127.0.0.1:0",
  "--sandbox-smtp", "127.0.0.1:0", "--sandbox-file", setup,
  "--log-level", "warn"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => server.kill("SIGKILL"));
const line = await new Promise((done) =>
  createInterface(server.stdout).once("line", done));
const url = /http:\S+/.exec(line)[0];
const control = async (path) =>
  (await fetch(`${url}/control/${path}`)).json();

async function companyDocument() {
  const { mail } = await control("accounts");
  const company = JSON.parse(
    readFileSync(join(here, "../bench/company.json"), "utf8"));
  return { ...company,
    accounts: [{ channel: "email", name: "support",
      sender: "support@shop.example", user: "desk", token: PASSWORD,
      smtp: `smtp://${mail.smtp}`, sends_per_second: 100000,
      sends_per_recipient_minute: 100000 }],
    support: { account: "support", pause_seconds: 0,
      to: [{ address: DESK, name: "Robin from the desk" }] },
    teams: [{ key: "sales", name: "Sales" },
      { key: "workshop", name: "Workshop" },
      { key: "office", name: "Office" }],
    handoff: { team: "sales", unknown_after: 0, failed_after: 0,
      mood_after: 0, rules: [{ words: ["invoice"], team: "office" },
        { words: ["workshop"], team: "workshop" }] },
    routing: { offer_seconds: 5, grace_seconds: 2, sticky_seconds: 0,
      notice_minutes: 1, queue_minutes: 1 } };
}

function run(args, input) {
  const child = spawn(binary, args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((done) => child.on("close", done));
}

mkdirSync(data, { recursive: true });
const document = join(dirname(data), "shop.json");
writeFileSync(document, JSON.stringify(await companyDocument()));
if (await run(["company", "apply", "--data-dir", data, "--log-level", "warn",
  document]) !== 0) process.exit(1);

// ---- answering ------------------------------------------------------------------

const ledger = openSync(ledgerPath, "w");
let ending = false, answered = 0;

async function mailIn(bytes) {
  while (await run(["mail-in", "shop", "--data-dir", data], bytes) !== 0) {
    if (ending) throw new Error("mail-in takes no mail");
    await sleep(LOOK_MS);
  }
}

async function answerMail(mail) {
  const text = `We have looked into it. (r.${answered++})`;
  const bytes = answer(mail, { text });
  await mailIn(bytes);
  if (answered % 4 === 0) await mailIn(bytes);
  writeSync(ledger, `desk\t${numberIn(mail.replyTo)}\t${
    JSON.stringify(text)}\n`);
  fsyncSync(ledger);
}

// Nothing has come that is not answered, and all answers were taken in.
let after = 0, writing = false;
async function isIdle() {
  const { messages } = await control(`mail/messages?after=${after}`);
  const spool = join(data, "mail-in/shop/support/new");
  return messages.length === 0 && !writing &&
    !(existsSync(spool) && readdirSync(spool).length > 0);
}

const door = createServer((request, response) => {
  isIdle().then((idle) => {
    const text = JSON.stringify({ idle });
    response.writeHead(200, { "Content-Length": text.length });
    response.end(text);
  });
}).listen(0, "127.0.0.1", () => console.log(`ready ${door.address().port}`));

function end() {
  ending = true;
  setTimeout(() => {
    console.error("robin: cannot end");
    process.exit(1);
  }, END_MS).unref();
}
process.on("SIGTERM", end);
process.stdin.on("end", end).resume();

while (!ending) {
  const { messages, next } = await control(`mail/messages?after=${after}`);
  writing = messages.length > 0;
  after = next;
  for (const message of messages) await answerMail(read(message));
  writing = false;
  if (messages.length === 0) await sleep(LOOK_MS);
}

// Every mail that the mail server took, however often.
for (let from = 0, page; page?.effects.length !== 0; from = page.next) {
  page = await control(`effects?after=${from}`);
  for (const { kind, from: sender, id, at, told } of page.effects)
    if (kind === "mail")
      writeSync(ledger, `mail\t${numberIn(sender)}\t${id}\t${at}\t${
        Number(told)}\n`);
}
closeSync(ledger);
process.exit(0);
