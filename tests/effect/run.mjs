// run [messages] [kills] [seed]: the effect test.
//
// Customers of three channels write at once. The vendors' stand-in doubles and
// reorders its webhooks, loses some first tries, refuses some of our calls
// (429, 500), and cuts some connections before or after the effect. The
// server is killed again and again. When all is quiet, what is on disk
// (intents) is held against what the stand-in was asked to do (effects):
//
//	every message is stored once, and answered
//	every row that counts as sent had exactly one effect; a row that was
//	given up had none; a row nobody knows of is one whose request was cut
//	no effect without a row
//	the effects of a conversation came in the order of its rows
//
// FD_BUILD says which build to take. Exit status 1: something was lost,
// doubled, out of order, or late; the database is then kept for a look.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.FD_BUILD ?? join(here, "../../build/release");
const binary = process.env.FD_BIN ?? join(build, "frontdesk");
const [MESSAGES, KILLS, SEED] = [10000, 20,
  Math.floor(Math.random() * 1e9) + 1].map((preset, i) =>
  Number(process.argv[2 + i] ?? preset));
const QUIET_MS = 180_000;
const work = mkdtempSync(join(tmpdir(), "frontdesk-effect."));
const data = join(work, "data");

// ---- chance ---------------------------------------------------------------

let state = SEED >>> 0;
function random() { // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);

// ---- programs -------------------------------------------------------------

const running = new Set();

async function start(args) {
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.log = "";
  child.stderr.on("data", (bytes) => {
    child.log = (child.log + bytes).slice(-100_000);
  });
  child.over = new Promise((done) => child.once("exit", done))
    .finally(() => running.delete(child));
  const first = new Promise((done) =>
    createInterface(child.stdout).once("line", done));
  const line = await Promise.race([first, child.over.then(() => null)]);
  if (line === null) throw new Error(`${args[0]} ended:\n${child.log}`);
  child.port = Number(/:(\d+)$/.exec(line)[1]);
  return child;
}

async function end(child, signal) {
  child.kill(signal);
  await child.over;
}

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

async function json(url, body) {
  const answer = await fetch(url, body === undefined ? {} : {
    method: "POST", body: JSON.stringify(body),
    headers: { "content-type": "application/json" } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

// ---- the set-up -----------------------------------------------------------

const front = await freePort();
const base = `http://127.0.0.1:${front}`;
const slackUsers = 40, numbers = 40, visitors = 20;
const secrets = { slack: "effect-signing-secret-slack",
  slackToken: "xoxb-effect-0000", sid: "AC0000000000000000000000000000ef1c",
  twilioToken: "effect-token-of-twilio" };

const setup = join(work, "sandbox.json");
writeFileSync(setup, JSON.stringify({
  strict_rates: false, retry_scale: 0.05,
  slack: [{ team: "T0EFFECT", app: "A0EFFECT", bot_user: "U0BOT",
    bot_id: "B0BOT", token: secrets.slackToken,
    signing_secret: secrets.slack, hook: `${base}/hooks/slack/shop/main`,
    users: [], channels: [], generate_users: slackUsers }],
  twilio: [{ sid: secrets.sid, token: secrets.twilioToken, templates: [],
    numbers: [{ address: "whatsapp:+15550000000",
      hook: `${base}/hooks/whatsapp/shop/main` }] }],
}));
const sandbox = await start(["sandbox", "--sandbox-listen", "127.0.0.1:0",
  "--sandbox-file", setup, "--log-level", "warn"]);
const control = (path, body) =>
  json(`http://127.0.0.1:${sandbox.port}/control/${path}`, body);

const document = JSON.parse(
  readFileSync(join(here, "../bench/company.json"), "utf8"));
const rates = { name: "main", sends_per_second: 100000,
  sends_per_recipient_minute: 100000 };
const api = `http://127.0.0.1:${sandbox.port}`;
document.accounts = [
  { channel: "slack", ...rates, id: "T0EFFECT", token: secrets.slackToken,
    signing: [secrets.slack], api: `${api}/slack/api` },
  { channel: "whatsapp", ...rates, id: secrets.sid,
    token: secrets.twilioToken, sender: "+15550000000",
    api: `${api}/twilio` }];
const documentPath = join(work, "shop.json");
writeFileSync(documentPath, JSON.stringify(document));
mkdirSync(data);
execFileSync(binary, ["company", "apply", "--data-dir", data,
  "--log-level", "warn", documentPath], { stdio: ["ignore", "ignore", "inherit"] });

const serve = () => start(["serve", "--data-dir", data,
  "--listen", `127.0.0.1:${front}`, "--listen-ops", "",
  "--visitor-burst", "0", "--visitor-per-minute", "0",
  "--sessions-per-minute", "0", "--connections-per-address", "0",
  "--doubt-ms", "1s", "--log-level", "warn"]);
let server = await serve();

// ---- customers ------------------------------------------------------------

const QUESTIONS = document.faq.map(({ question }) => question);
const said = []; // the mark of each message that a vendor or we accepted

const text = (mark) => `${QUESTIONS[below(QUESTIONS.length)]} [${mark}]`;

async function slackSays(user, mark) {
  await control("slack/message", { user, text: text(mark) });
  said.push(mark);
}

async function whatsappSays(number, mark) {
  await control("twilio/message", { from: `whatsapp:+1555${number}`,
    to: "whatsapp:+15550000000", body: text(mark) });
  said.push(mark);
}

/** A page: sends again with the same id until it is acknowledged. */
async function webSays(visitor, mark) {
  const body = JSON.stringify({ id: mark, text: text(mark) });
  for (;;) {
    try {
      visitor.token ??= (await json(`${base}/v1/visitor/session`,
        { company: "shop" })).token;
      const answer = await fetch(`${base}/v1/visitor/messages`, {
        method: "POST", body, headers: { "content-type": "application/json",
          authorization: `Bearer ${visitor.token}` } });
      await answer.text();
      if (answer.ok) break;
    } catch { /* it is being killed */ }
    await sleep(20);
  }
  said.push(mark);
}

async function customer(says, name, count) {
  for (let i = 0; i < count; i++) {
    await says(`${name}-${i}`);
    await sleep(below(PAUSE_MS));
  }
}

const each = Math.ceil(MESSAGES / (slackUsers + numbers + visitors));
const KILL_MS = 1400; // at most so far apart
// So that customers still write when the last kill comes.
const PAUSE_MS = Math.max(60, Math.ceil(2.2 * KILLS * KILL_MS / each));
const pad = (n, digits) => String(n).padStart(digits, "0");
const customers = [
  ...Array.from({ length: slackUsers }, (_, i) =>
    customer((mark) => slackSays(`UG${pad(i + 1, 6)}`, mark), `s${i}`, each)),
  ...Array.from({ length: numbers }, (_, i) =>
    customer((mark) => whatsappSays(pad(i + 1, 7), mark), `w${i}`, each)),
  ...Array.from({ length: visitors }, (_, i) => {
    const visitor = {};
    return customer((mark) => webSays(visitor, mark), `v${i}`, each);
  }),
];

await control("faults", { seed: SEED, rules: [
  { vendor: "slack", percent: 5, kind: "status", status: 429, retry_after: 1 },
  { vendor: "twilio", percent: 5, kind: "status", status: 429, retry_after: 1 },
  { vendor: "slack", percent: 5, kind: "status", status: 500 },
  { vendor: "twilio", percent: 5, kind: "status", status: 500 },
  { vendor: "slack", percent: 1, kind: "cut_before" },
  { vendor: "twilio", percent: 1, kind: "cut_before" },
  { vendor: "slack", percent: 1, kind: "cut_after" },
  { vendor: "twilio", percent: 1, kind: "cut_after" },
  { side: "webhook", vendor: "slack", percent: 5, kind: "duplicate" },
  { side: "webhook", vendor: "twilio", percent: 5, kind: "duplicate" },
  { side: "webhook", vendor: "slack", percent: 5, kind: "reorder" },
  { side: "webhook", vendor: "twilio", percent: 5, kind: "reorder" },
  { side: "webhook", vendor: "slack", percent: 3, kind: "lose" },
] });

async function killer(done) {
  for (let i = 0; i < KILLS; i++) {
    await sleep(200 + below(KILL_MS - 200));
    if (done()) return i;
    await end(server, "SIGKILL");
    server = await serve();
  }
  return KILLS;
}

// ---- when all is quiet ----------------------------------------------------

async function metrics() {
  const text_ = await (await fetch(`${base}/metrics`)).text();
  return (name) =>
    Number(new RegExp(`^frontdesk_${name} (\\d+)$`, "m").exec(text_)[1]);
}

async function quiet() {
  const figure = await metrics();
  const { pending } = await control("webhooks?after=4000000000");
  return pending === 0 && figure("questions_waiting") === 0 &&
    figure("outbox_open") === 0;
}

async function untilQuiet() {
  const deadline = Date.now() + QUIET_MS;
  let times = 0;
  while (times < 3) {
    if (Date.now() > deadline) throw new Error("it does not become quiet");
    times = await quiet() ? times + 1 : 0;
    await sleep(1100); // figures are taken once a second
  }
}

// ---- what is on disk, and what was done -----------------------------------

const SENT = 3, UNKNOWN = 4, DEAD = 5;

function dump() {
  const lines = execFileSync(join(build, "tests", "effect_dump"),
    [join(data, "frontdesk.db")], { encoding: "utf8", maxBuffer: 1 << 30 });
  const all = lines.trim().split("\n").map((line) => JSON.parse(line));
  return { rows: all.filter((o) => "row" in o),
    messages: all.filter((o) => "message" in o),
    conversations: all.filter((o) => "last" in o) };
}

async function effects() {
  const all = [];
  for (let after = 0; ;) {
    const page = await control(`effects?after=${after}`);
    all.push(...page.effects.filter(({ kind }) => kind === "message"));
    if (page.effects.length === 0) return all;
    after = page.next;
  }
}

function checkInbound({ messages, conversations }) {
  const seen = new Map();
  for (const { author, body } of messages) {
    const mark = author === "customer" && /\[([^\]]+)\]/.exec(body.text)?.[1];
    if (mark) seen.set(mark, (seen.get(mark) ?? 0) + 1);
  }
  const lost = said.filter((mark) => !seen.has(mark));
  const doubled = [...seen].filter(([, n]) => n > 1).map(([mark]) => mark);
  assert.deepEqual({ lost, doubled }, { lost: [], doubled: [] });
  assert.deepEqual(conversations.filter((c) => c.handled < c.last), []);
}

/** Each answer to a vendor's customer has rows; a website's has none. */
function checkIntents({ rows, messages, conversations }) {
  const has = new Set(rows.map((r) => `${r.conversation}:${r.seq}`));
  const vendors = new Set(conversations.filter((c) => c.channel !== "web")
    .map((c) => c.conversation));
  assert.deepEqual(messages.filter((m) => m.author === "bot" &&
    has.has(`${m.conversation}:${m.message}`) !==
      vendors.has(m.conversation)), []);
}

function checkEffects({ rows }, done) {
  const by = new Map();
  for (const effect of done)
    by.set(effect.row, [...by.get(effect.row) ?? [], effect]);
  const wrong = [];
  for (const { row, state: is } of rows) {
    const mine = by.get(row) ?? [];
    by.delete(row);
    const fine = is === SENT ? mine.length === 1
      : is === DEAD ? mine.length === 0
        : is === UNKNOWN && mine.length <= 1 && mine.every((e) => !e.told);
    if (!fine) wrong.push({ row, state: is, effects: mine });
  }
  assert.deepEqual(wrong, [], "rows and effects differ");
  assert.deepEqual([...by.values()], [], "effects without a row");
}

function checkOrder({ rows }, done) {
  const of = new Map(rows.map((r) => [r.row, r.conversation]));
  const newest = new Map();
  const wrong = [];
  for (const { row } of done) {
    const conversation = of.get(row);
    if (row < (newest.get(conversation) ?? 0)) wrong.push(row);
    newest.set(conversation, row);
  }
  assert.deepEqual(wrong, [], "rows whose effect came after a later one's");
}

// ---- the run --------------------------------------------------------------

let failed;
try {
  let sent = false;
  const all = Promise.all(customers).then(() => { sent = true; });
  const kills = await killer(() => sent);
  await all;
  await control("faults", { rules: [] });
  await untilQuiet();
  const done = await effects();
  await end(server, "SIGTERM");
  const stored = dump();
  checkInbound(stored);
  checkIntents(stored);
  checkEffects(stored, done);
  checkOrder(stored, done);
  const count = (is) => stored.rows.filter((r) => r.state === is).length;
  console.log(`effect: ${said.length} messages, ${kills} kills: ` +
    `${count(SENT)} sent, ${count(UNKNOWN)} unknown, ${count(DEAD)} dead, ` +
    `${done.filter((e) => !e.told).length} effects we were not told of; ` +
    `nothing lost, doubled or out of order (seed ${SEED})`);
} catch (e) {
  failed = e;
  console.error(`effect: ${e.stack ?? e}`);
  console.error(`effect: failed with seed ${SEED}; ${work} is kept`);
  console.error(server.log.split("\n").slice(-20).join("\n"));
} finally {
  for (const child of running) child.kill("SIGKILL");
  if (!failed) rmSync(work, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
