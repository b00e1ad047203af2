// run [name...]: measures the real binary and prints a line for each figure,
//   bench <name> <value> <unit> target <op><target> ok|short
// and, for what is good to know beside it,
//   note <name> <value> <unit>
// FD_BUILD says which build to take (build/release), FD_BIN which
// binary. What is measured, and how, stands at the top of each program here.
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.FD_BUILD ?? join(here, "../../build/release");
const binary = process.env.FD_BIN ?? join(build, "frontdesk");
// On the disk of the build, since /tmp may be memory, where fsync is free.
const work = mkdtempSync(join(build, "bench."));
const company = "shop";
const flags = [
  ["--listen", "127.0.0.1:0"], ["--listen-ops", "127.0.0.1:0"],
  ["--visitor-burst", "0"], ["--visitor-per-minute", "0"],
  ["--sessions-per-minute", "0"], ["--connections-per-address", "0"],
  ["--connections-max", "19000"], ["--log-level", "warn"],
].flat();
const httpThreads = 2; // the setting's default; the bare server gets as many

// ---- what is printed ------------------------------------------------------

const targets = {
  ingest: [">=", 0.25, "share"],
  roundtrip: [">=", 8000, "answers/s"],
  latency: ["<=", 4, "fsyncs"],
  idle: ["<=", 8, "KB"],
  depth: ["<=", 1.3, "times"],
  depth_old: ["<=", 1.3, "times"],
  start: ["<=", 150, "ms"],
  drain: [">=", 5000, "answers/s"],
  slack: [">=", 10, "times Bolt"],
  ack: ["<=", 50, "ms"],
  breaker: [">=", 0.95, "share"],
  hooked: [">=", 0.6, "share"],
  offer: ["<=", 20, "fsyncs"],
  live: [">=", 8000, "messages/s"],
  faq_hit1: [">=", 0.78, "ratio"],
  faq_right: [">=", 0.7, "ratio"],
  faq_unknown: [">=", 0.75, "ratio"],
  faq_ask: ["<=", 20, "us"],
  faq_learn: ["<=", 200, "ms"],
  route: [">=", 50000, "decisions/s"],
  route_line: ["<=", 1.5, "times"],
};

const short = (n) => (n >= 100 ? n.toFixed(0) : String(+n.toPrecision(3)));

function figure(name, value) {
  const [op, target, unit] = targets[name];
  const ok = op === ">=" ? value >= target : value <= target;
  console.log(`bench ${name} ${short(value)} ${unit} target ${op}${target} ` +
    (ok ? "ok" : "short"));
}

const note = (name, value, unit) =>
  console.log(`note ${name} ${short(value)} ${unit}`);

const median = (list) =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

// ---- programs -------------------------------------------------------------

const program = (name) => join(build, "tests", `bench_${name}`);

/** Runs a bench program to its end: { name: value } of its lines. */
function measure(name, ...args) {
  const text = execFileSync(program(name), args.map(String),
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return Object.fromEntries(text.trim().split("\n").map((line) => {
    const [word, value] = line.split(" ");
    return [word, Number(value)];
  }));
}

const running = new Set();

/** Starts what stays, and waits for the lines that say where it is. */
async function start(path, args, lines) {
  const child = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"] });
  running.add(child);
  child.began = performance.now();
  child.ended = new Promise((done) => {
    child.once("error", (e) => done(e.message));
    child.once("exit", (code, signal) => done(code ?? signal));
  }).finally(() => running.delete(child));
  const said = [];
  const whole = new Promise((done) =>
    createInterface(child.stdout).on("line", (line) => {
      if (said.push(line) === lines) done(true);
    }));
  const good = await Promise.race([whole, child.ended.then(() => false)]);
  if (!good) throw new Error(`${path} ended: ${await child.ended}`);
  child.said = said;
  child.ports = said.map((line) => Number(/:(\d+)$/.exec(line)?.[1]));
  return child;
}

async function stop(child, signal = "SIGTERM") {
  child.kill(signal);
  return child.ended;
}

/** A data folder with the company in it. */
function newData(name, document = join(here, "company.json")) {
  const data = join(work, name);
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data);
  execFileSync(binary, ["company", "apply", "--data-dir", data,
    "--log-level", "warn", `${company}=${document}`],
    { stdio: ["ignore", "ignore", "inherit"] });
  return data;
}

const serve = (data, command = "serve", ...more) =>
  start(binary, [command, "--data-dir", data, ...flags, ...more], 2);

/** Runs fn with a server on new data, and ends the server. */
async function withServer(name, fn, command) {
  const data = newData(name);
  const server = await serve(data, command);
  const result = await fn(server.ports[0], server, data);
  await stop(server);
  return result;
}

async function metric(server, name) {
  const answer = await fetch(`http://127.0.0.1:${server.ports[1]}/metrics`);
  const text = await answer.text();
  return Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1]);
}

// ---- the figures ----------------------------------------------------------

// `frontdesk gateway`: nobody answers meanwhile. The note is with `serve`,
// where a worker answers on the same two cores. Fewer than 128 connections:
// when exactly so many are ready at once, a thread that libmicrohttpd 0.9.75
// runs by itself, as in the bare server, waits for one more.
async function ingest() {
  const bare = await start(program("bare_server"), [httpThreads, 80], 1);
  const run = (rounds) => (port) =>
    measure("ingest", port, bare.ports[0], company, 200, 120, rounds, 1);
  const alone = await withServer("ingest", run(9), "gateway");
  const both = await withServer("ingest", run(5));
  bare.stdin.end();
  figure("ingest", alone.share);
  note("ingest_acked", alone.front_per_s, "messages/s");
  note("ingest_bare", alone.bare_per_s, "requests/s");
  note("ingest_serve", both.share, "share");
}

async function roundtrip() {
  const r = await withServer("roundtrip", (port) =>
    measure("roundtrip", port, company, 500, 8));
  figure("roundtrip", r.answers_per_s);
  note("roundtrip_p50", r.p50_us / 1000, "ms");
  note("roundtrip_p99", r.p99_us / 1000, "ms");
}

async function latency() {
  const r = await withServer("latency", (port, server, data) =>
    measure("latency", port, company, join(data, "fsync"), 8));
  figure("latency", r.ratio_p50);
  note("latency_p99", r.ratio_p99, "fsyncs");
  note("latency_answer", r.answer_p50_us / 1000, "ms");
  note("latency_fsync", r.sync_p50_us / 1000, "ms");
}

function residentKB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
}

// Before is just after the start, so what all sockets share is in it too.
async function idle() {
  const count = 15000;
  await withServer("idle", async (port, server) => {
    const before = residentKB(server.pid);
    const clients = await start(program("idle"), [port, company, count], 1);
    const after = residentKB(server.pid);
    const open = await metric(server, "frontdesk_websockets");
    if (open !== count) throw new Error(`idle: ${open} sockets are open`);
    figure("idle", (after - before) / count);
    note("idle_all", after / 1024, "MB");
    clients.stdin.end();
    await clients.ended;
  });
}

/** What was not there a moment ago is read for the search; not measured. */
async function readOnce(data) {
  const server = await serve(data);
  do await sleep(1000);
  while (await metric(server, "frontdesk_feed_behind") > 0);
  await stop(server);
}

/** A store with a past, and the tokens of 100 who are part of it. */
let past;
async function filled() {
  if (past) return past;
  const data = newData("past");
  const tokens = join(work, "tokens");
  const server = await serve(data);
  measure("drain", "send", server.ports[0], company, 100, tokens);
  await stop(server);
  const { events } = measure("fill", join(data, "frontdesk.db"), company,
    100000, 1000000, tokens);
  await readOnce(data);
  past = { data, tokens, events };
  return past;
}

// Rounds of three: a new store, new visitors of the full one, old visitors
// of the full one. Cost is what a round trip takes of the server.
async function depth() {
  const { data, tokens, events } = await filled();
  const rates = { none: [], fresh: [], old: [] };
  const rate = (port, ...more) =>
    measure("roundtrip", port, company, 100, 3, ...more).answers_per_s;
  for (let i = 0; i < 3; i++) {
    rates.none.push(await withServer("none", (port) => rate(port)));
    const server = await serve(data);
    rates.fresh.push(rate(server.ports[0]));
    rates.old.push(rate(server.ports[0], tokens));
    await stop(server);
  }
  figure("depth", median(rates.none) / median(rates.fresh));
  figure("depth_old", median(rates.none) / median(rates.old));
  note("depth_events", events, "events");
  note("depth_none", median(rates.none), "answers/s");
}

async function startup() {
  const { data } = await filled();
  const args = [binary, "serve", "--data-dir", data, ...flags];
  figure("start", measure("start", 7, 15, ...args).start_ms);
  // After a kill under load, with what it left in the write-ahead log.
  const killed = [];
  for (let i = 0; i < 3; i++) {
    const server = await serve(data);
    measure("roundtrip", server.ports[0], company, 200, 2);
    await stop(server, "SIGKILL");
    killed.push(measure("start", 1, 15, ...args).start_ms);
  }
  note("start_killed", median(killed), "ms");
}

// From exec, so the time to start is in it.
async function drain() {
  const count = 10000;
  const tokens = join(work, "drain-tokens");
  const data = newData("drain");
  const gateway = await serve(data, "gateway");
  measure("drain", "send", gateway.ports[0], company, count, tokens);
  await stop(gateway, "SIGKILL");
  const server = await serve(data);
  const listening = performance.now() - server.began;
  const deadline = server.began + 60000;
  while (await metric(server, "frontdesk_turns_total") < count &&
      performance.now() < deadline)
    await sleep(5);
  const seconds = (performance.now() - server.began) / 1000;
  const { answered } = measure("drain", "check", server.ports[0], tokens);
  await stop(server);
  if (answered !== count)
    throw new Error(`drain: ${answered} of ${count} have an answer`);
  figure("drain", count / seconds);
  note("drain_start", listening, "ms");
}

// ---- channels: vendors on one side, their stand-ins on the other -----------

const slackSecret = "bench-signing-secret-of-slack";
const slackToken = "xoxb-bench-0000000000";
const twilioSid = "AC0000000000000000000000000000be9c";
const twilioToken = "bench-token-of-twilio-0000000000";
const hooks = { slack: `/hooks/slack/${company}/main/events`,
  whatsapp: `/hooks/whatsapp/${company}/main` };

/** The sandbox, with users enough and without the vendors' rates. */
async function startSandbox() {
  const setup = join(work, "sandbox.json");
  writeFileSync(setup, JSON.stringify({
    strict_rates: false,
    slack: [{ team: "T0BENCH", app: "A0BENCH", bot_user: "U0BOT",
      bot_id: "B0BOT", token: slackToken, signing_secret: slackSecret,
      hook: "", users: [], channels: [], generate_users: 500,
      echo: false, any_thread: true }],
    twilio: [{ sid: twilioSid, token: twilioToken, templates: [],
      numbers: [{ address: "whatsapp:+15550000000", hook: "",
        open_windows: true }] }],
  }));
  return start(binary, ["sandbox", "--sandbox-listen", "127.0.0.1:0",
    "--sandbox-file", setup, "--log-level", "warn"], 1);
}

/** The company, with its accounts at the sandbox. */
function documentFor(sandbox) {
  const api = `http://127.0.0.1:${sandbox.ports[0]}`;
  const rates = { name: "main", sends_per_second: 100000,
    sends_per_recipient_minute: 100000 };
  const document = JSON.parse(readFileSync(join(here, "company.json"), "utf8"));
  document.accounts = [
    { channel: "slack", ...rates, id: "T0BENCH", token: slackToken,
      signing: [slackSecret], api: `${api}/slack/api` },
    { channel: "whatsapp", ...rates, id: twilioSid, token: twilioToken,
      sender: "+15550000000", api: `${api}/twilio` }];
  const path = join(work, "channels.json");
  writeFileSync(path, JSON.stringify(document));
  return path;
}

const customers = (vendor, port, path, secret, sandbox, seconds, ...more) =>
  ["hooks", vendor, port, path, secret, sandbox.ports[0], 500, 64, seconds,
    ...more];

/** Slack's own framework, with its sessions in Redis, on the same machine. */
async function withBolt(sandbox, fn) {
  const folder = join(here, "peers", "bolt");
  if (!existsSync(join(folder, "node_modules"))) return undefined;
  const port = 20000 + Math.floor(Math.random() * 10000);
  const redis = await start("redis-server", ["--port", String(port),
    "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
    "--dir", work], 1);
  const app = await start(process.execPath, [join(folder, "app.mjs"), "0",
    String(port), `http://127.0.0.1:${sandbox.ports[0]}/slack/api/`,
    slackSecret, slackToken], 1);
  const result = await fn(app.ports[0]);
  await stop(app, "SIGKILL");
  await stop(redis, "SIGKILL");
  return result;
}

// Signed events of 500 users, each of whom waits for the reply to be posted
// at the stand-in. Bolt and ours take turns, so that what else the machine
// does meets both.
async function slack() {
  const sandbox = await startSandbox();
  const data = newData("slack", documentFor(sandbox));
  const ours = [], bolt = [];
  for (let i = 0; i < 3; i++) {
    const server = await serve(data);
    ours.push(measure(...customers("slack", server.ports[0], hooks.slack,
      slackSecret, sandbox, 5)));
    await stop(server);
    const peer = await withBolt(sandbox, (port) =>
      measure(...customers("slack", port, "/hooks", slackSecret, sandbox, 5)));
    if (peer) bolt.push(peer);
  }
  await stop(sandbox);
  const rate = (list) => median(list.map((r) => r.per_s));
  if (bolt.length) figure("slack", rate(ours) / rate(bolt));
  else console.error("slack: Bolt is not installed; nothing to compare with");
  note("slack_replies", rate(ours), "replies/s");
  if (bolt.length) note("slack_bolt", rate(bolt), "replies/s");
  figure("ack", median(ours.map((r) => r.ack_p99_us)) / 1000);
  note("ack_p50", median(ours.map((r) => r.ack_p50_us)) / 1000, "ms");
}

// WhatsApp's customers, while 300 Slack messages a second come in whose
// replies get through, or meet a vendor that is down.
async function breaker() {
  const sandbox = await startSandbox();
  const data = newData("breaker", documentFor(sandbox));
  const control = (body) =>
    fetch(`http://127.0.0.1:${sandbox.ports[0]}/control/faults`, {
      method: "POST", body: JSON.stringify(body),
      headers: { "content-type": "application/json" } });
  const down = { rules: [{ vendor: "slack", kind: "cut_before" }] };
  const rates = { up: [], down: [] };
  for (let i = 0; i < 3; i++) {
    for (const how of ["up", "down"]) {
      await control(how === "down" ? down : { rules: [] });
      const server = await serve(data);
      const others = spawn(program("hooks"), customers("slack",
        server.ports[0], hooks.slack, slackSecret, sandbox, 6, 300)
        .slice(1).map(String), { stdio: "ignore" });
      rates[how].push(measure(...customers("whatsapp", server.ports[0],
        hooks.whatsapp, twilioToken, sandbox, 4)).per_s);
      others.kill("SIGKILL");
      await stop(server);
    }
  }
  await stop(sandbox);
  figure("breaker", median(rates.down) / median(rates.up));
  note("breaker_up", median(rates.up), "replies/s");
  note("breaker_down", median(rates.down), "replies/s");
}

// ---- people ----------------------------------------------------------------

/** The company with two teams, and sellers of each: [team, how many,
 *  capacity in hundredths of a chat]. */
async function withSellers(name, sellers, fn) {
  const document = JSON.parse(readFileSync(join(here, "company.json"), "utf8"));
  document.teams = [{ key: "desk", name: "Desk" },
    { key: "line", name: "Line" }];
  document.handoff = { team: "desk", first_response_minutes: 0,
    next_response_minutes: 0, unread_minutes: 0,
    rules: [{ words: ["line"], team: "line", when: "handed" }] };
  document.routing = { offer_seconds: 3600, queue_minutes: 10080,
    sticky_seconds: 0, silent_minutes: 0 };
  const path = join(work, `${name}.json`);
  writeFileSync(path, JSON.stringify(document));
  const data = newData(name, path);
  const keys = join(work, `${name}.keys`);
  for (const [team, count, capacity] of sellers)
    execFileSync(program("desk"), ["staff", join(data, "frontdesk.db"),
      company, team, count, capacity, keys].map(String));
  const server = await start(binary, ["serve", "--data-dir", data, ...flags,
    "--staff-burst", "0", "--staff-per-minute", "0"], 2);
  const result = await fn(server.ports[0], keys, data);
  await stop(server);
  return result;
}

// A customer asks for a person, while 1,000 others wait in a line where nobody
// has room: until the offer is on the socket of one of 200 sellers.
async function offer() {
  const r = await withSellers("offer", [["line", 1, 100], ["desk", 199, 300]],
    (port, keys, data) => measure("desk", "offer", port, company, keys, 1000,
      400, join(data, "fsync")));
  figure("offer", r.ratio_p99);
  note("offer_p50", r.ratio_p50, "fsyncs");
  note("offer_p99", r.offer_p99_us / 1000, "ms");
  note("offer_fsync", r.sync_p50_us / 1000, "ms");
}

// 1,000 customers and 100 sellers who answer each other as fast as they can.
async function live() {
  const r = await withSellers("live", [["desk", 100, 1000]],
    (port, keys) => measure("desk", "live", port, company, keys, 1000, 8));
  figure("live", r.messages_per_s);
}

// Messages acknowledged while the bot answers, with a system of the company's
// that is told of each message and each answer, against the same with nobody
// told. The receiver runs on the same cores. It may fall behind, but not lose.
async function hooked() {
  const bare = await start(program("bare_server"), [httpThreads, 80], 1);
  const document = JSON.parse(readFileSync(join(here, "company.json"), "utf8"));
  const rates = { on: [], off: [] }, told = [];
  for (let i = 0; i < 3; i++) {
    for (const how of ["off", "on"]) {
      document.webhooks = how === "off" ? [] : [{ name: "main",
        url: `http://127.0.0.1:${bare.ports[0]}/told`,
        secret: "bench-secret-of-the-webhook" }];
      const path = join(work, "hooked.json");
      writeFileSync(path, JSON.stringify(document));
      const server = await serve(newData("hooked", path), "serve",
        "--webhooks-private", "true");
      rates[how].push(measure("ingest", server.ports[0], bare.ports[0],
        company, 200, 120, 3, 1).front_per_s);
      if (how === "on")
        told.push(await metric(server, "frontdesk_deliver_sent_total") /
          (performance.now() - server.began) * 1000);
      await stop(server);
    }
  }
  bare.stdin.end();
  figure("hooked", median(rates.on) / median(rates.off));
  note("hooked_on", median(rates.on), "messages/s");
  note("hooked_off", median(rates.off), "messages/s");
  note("hooked_told", median(told), "webhooks/s");
}

// Of the brain that answers from a list of questions; needs no server. The
// list is public data (StackFAQ) and not part of this tree.
const faqData = process.env.FAQ_DATA ??
  join(here, "../../../shared/data/stackfaq.json");
function faq() {
  if (!existsSync(faqData)) {
    console.error(`faq: skipped, there is no ${faqData}; FAQ_DATA names it`);
    return;
  }
  const r = measure("faq", faqData);
  figure("faq_hit1", r.faq_hit1);
  figure("faq_right", r.faq_right);
  figure("faq_unknown", r.faq_unknown);
  figure("faq_ask", r.faq_ask_us);
  figure("faq_learn", r.faq_learn_ms);
  note("faq_hit3", r.faq_hit3, "ratio");
  note("faq_mrr", r.faq_mrr, "ratio");
  note("faq_wrong", r.faq_wrong, "ratio");
  note("faq_silent", r.faq_silent, "ratio");
  note("faq_ask_many", r.faq_ask_many_us, "us");
}

// Who gets which chat; needs no server. In processor time.
function route() {
  const r = measure("route");
  figure("route", r.per_s);
  figure("route_line", r.ratio);
  note("route_odd", r.odd_per_s, "decisions/s");
}

const figures = {
  ingest, roundtrip, latency, idle, depth, start: startup, drain, slack,
  breaker, hooked, offer, live, faq, route,
};

// ---- running them ---------------------------------------------------------

function end() {
  for (const child of running) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in figures));
if (unknown.length) {
  console.error(`no figure ${unknown.join(", ")}; there are ` +
    Object.keys(figures).join(", "));
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => { end(); process.exit(130); });
try {
  for (const name of names.length ? names : Object.keys(figures))
    await figures[name]();
} catch (e) {
  console.error(`bench: ${e.message}`);
  process.exitCode = 1;
} finally {
  end();
}
