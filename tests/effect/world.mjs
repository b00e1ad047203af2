// world: the real binary, the vendors' stand-ins and one company, for the
// effect test. The server may be killed and comes back; the stand-ins stay.
// None outlives us.
import { execFileSync, spawn } from "node:child_process";
import {
  mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../lib/ports.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.FD_BUILD ?? join(here, "../../build/release");
const binary = process.env.FD_BIN ?? join(build, "frontdesk");

export const DESK = "robin@desk.example";
const NUMBER = "+15550000000";
const SELLERS = 4;
// As many chats as there are customers.
const CAPACITY = 100_00;
const PROGRAM_MS = 60_000;

// ---- chance ---------------------------------------------------------------

export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() { // mulberry32
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n) {
    return Math.floor(this.next() * n);
  }

  percent(n) {
    return this.next() * 100 < n;
  }
}

// ---- the parts --------------------------------------------------------------

export async function json(url, body) {
  const answer = await fetch(url, body === undefined ? {} : {
    method: "POST", body: JSON.stringify(body),
    headers: { "content-type": "application/json" } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const secrets = { slack: "effect-signing-secret-slack",
  slackToken: "xoxb-effect-0000", sid: "AC0000000000000000000000000000ef1c",
  twilioToken: "effect-token-of-twilio", mail: "effect-password-of-mail" };

const setup = (base, slackUsers) => ({
  strict_rates: false, retry_scale: 0.05,
  slack: [{ team: "T0EFFECT", app: "A0EFFECT", bot_user: "U0BOT",
    bot_id: "B0BOT", token: secrets.slackToken,
    signing_secret: secrets.slack, hook: `${base}/hooks/slack/shop/main`,
    users: [], channels: [], generate_users: slackUsers }],
  twilio: [{ sid: secrets.sid, token: secrets.twilioToken, templates: [],
    numbers: [{ address: `whatsapp:${NUMBER}`,
      hook: `${base}/hooks/whatsapp/shop/main` }] }],
  mail: { user: "desk", password: secrets.mail, inbox: ["support"],
    domains: ["shop.example", "desk.example"] },
});

const rates = { sends_per_second: 100000, sends_per_recipient_minute: 100000 };

const accounts = (api, { smtp, imap }) => [
  { channel: "slack", name: "main", ...rates, id: "T0EFFECT",
    token: secrets.slackToken, signing: [secrets.slack],
    api: `${api}/slack/api` },
  { channel: "whatsapp", name: "main", ...rates, id: secrets.sid,
    token: secrets.twilioToken, sender: NUMBER, api: `${api}/twilio` },
  { channel: "email", name: "support", ...rates, user: "desk",
    sender: "support@shop.example", token: secrets.mail,
    smtp: `smtp://${smtp}`, imap: `imap://${imap}` }];

// The bot hands over when it is asked to; in the office nobody ever is, so
// what is for it goes by mail.
const people = {
  support: { account: "support", pause_seconds: 0,
    to: [{ address: DESK, name: "Robin from the desk" }] },
  teams: [{ key: "sales", name: "Sales" }, { key: "office", name: "Office" }],
  handoff: { team: "sales", unknown_after: 0, failed_after: 0, mood_after: 0,
    unread_minutes: 0, rules: [{ words: ["invoice"], team: "office" }] },
  routing: { offer_seconds: 5, grace_seconds: 5, sticky_seconds: 0 },
};

const once = { stdio: ["ignore", "ignore", "inherit"], timeout: PROGRAM_MS };

export class World {
  constructor(chance) {
    this.chance = chance;
    this.work = mkdtempSync(join(tmpdir(), "frontdesk-effect."));
    this.data = join(this.work, "data");
    this.running = new Set();
    process.on("exit", () => {
      for (const child of this.running) child.kill("SIGKILL");
    });
  }

  async #start(args) {
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.running.add(child);
    child.log = "";
    child.stderr.on("data", (bytes) => {
      child.log = (child.log + bytes).slice(-100_000);
    });
    child.over = new Promise((done) =>
      child.once("close", (code, signal) => done(signal ?? code)))
      .finally(() => this.running.delete(child));
    child.over.then((how) => {
      if (!child.asked) throw new Error(`${args[0]} ended with ${how}`);
    });
    const first = new Promise((done) =>
      createInterface(child.stdout).once("line", done));
    const line = await Promise.race([first, child.over.then(() => null)]);
    if (line === null) throw new Error(`${args[0]} ended:\n${child.log}`);
    child.port = Number(/:(\d+)$/.exec(line)[1]);
    return child;
  }

  control = (path, body) =>
    json(`http://127.0.0.1:${this.sandbox.port}/control/${path}`, body);

  async open(slackUsers) {
    this.front = await freePort();
    this.base = `http://127.0.0.1:${this.front}`;
    const file = join(this.work, "sandbox.json");
    writeFileSync(file, JSON.stringify(setup(this.base, slackUsers)));
    this.sandbox = await this.#start(["sandbox",
      "--sandbox-listen", "127.0.0.1:0", "--sandbox-smtp", "127.0.0.1:0",
      "--sandbox-imap", "127.0.0.1:0", "--sandbox-file", file,
      "--log-level", "warn"]);
    await this.#company();
    await this.serve();
    return this;
  }

  async #company() {
    const { mail } = await this.control("accounts");
    this.mailbox = [mail.imap, "desk", secrets.mail];
    const api = `http://127.0.0.1:${this.sandbox.port}`;
    const path = join(this.work, "shop.json");
    this.document = { ...JSON.parse(
      readFileSync(join(here, "../bench/company.json"), "utf8")), ...people,
    accounts: accounts(api, mail) };
    writeFileSync(path, JSON.stringify(this.document));
    mkdirSync(this.data);
    execFileSync(binary, ["company", "apply", "--data-dir", this.data,
      "--log-level", "warn", path], once);
    const keys = join(this.work, "keys");
    execFileSync(join(build, "tests/bench_desk"), ["staff",
      join(this.data, "frontdesk.db"), "shop", "sales", String(SELLERS),
      String(CAPACITY), keys], once);
    this.keys = readFileSync(keys, "utf8").trim().split("\n");
  }

  async serve() {
    this.server = await this.#start(["serve", "--data-dir", this.data,
      "--listen", `127.0.0.1:${this.front}`, "--listen-ops", "",
      "--visitor-burst", "0", "--visitor-per-minute", "0",
      "--sessions-per-minute", "0", "--connections-per-address", "0",
      "--staff-burst", "0", "--staff-per-minute", "0",
      "--desk-reread-ms", "1s", "--mail-plain", "true",
      "--mail-poll-ms", "100ms", "--mail-timeout-ms", "5s",
      "--mail-per-hour", "0", "--doubt-ms", "1s", "--log-level", "warn"]);
  }

  async end(signal) {
    this.server.asked = true;
    this.server.kill(signal);
    const how = await this.server.over;
    if (how !== (signal === "SIGTERM" ? 0 : signal))
      throw new Error(`the server ended with ${how}`);
  }

  async figures() {
    const text = await (await fetch(`${this.base}/metrics`)).text();
    return (name) =>
      Number(new RegExp(`^frontdesk_${name} (\\d+)$`, "m").exec(text)[1]);
  }

  // What is on disk, as tests/effect/dump.c writes it.
  dump() {
    const lines = execFileSync(join(build, "tests/effect_dump"),
      [join(this.data, "frontdesk.db")],
      { encoding: "utf8", maxBuffer: 1 << 30, timeout: PROGRAM_MS });
    const all = lines.trim().split("\n").map((line) => JSON.parse(line));
    const of = (member) => all.filter((o) => o[member] !== undefined);
    return { rows: of("row"), messages: of("message"), notes: of("note"),
      mailed: of("mailed"), deliveries: of("delivery"),
      conversations: of("holder") };
  }

  // Everything that the stand-ins did for us.
  async effects() {
    const all = [];
    for (let after = 0; ;) {
      const page = await this.control(`effects?after=${after}`);
      all.push(...page.effects.filter(({ kind }) =>
        kind === "message" || kind === "mail"));
      if (page.effects.length === 0) return all;
      after = page.next;
    }
  }

  tail() {
    return (this.server?.log ?? "").split("\n").slice(-20).join("\n");
  }

  forget() {
    rmSync(this.work, { recursive: true, force: true });
  }
}
