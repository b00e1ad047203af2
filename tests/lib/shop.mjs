// shop: a company with people, as scenarios of handing over need it: the real
// binary, the vendors' stand-ins beside it, sellers, customers on each
// channel, and a clock that can be moved.
//
//	test("somebody asks", inShop({ sellers: ["sam"] }, async (shop) => {
//		const sam = await shop.seller("sam");
//		const ann = shop.slack();
//		await ann.say("I want to talk to a human");
//		...
//	}));
//
// Whatever fails says with which seed, and what the server said last.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Mail } from "./mail.mjs";
import { freePort } from "./ports.mjs";
import { Process, Server, binary, company } from "./server.mjs";
import { Seller } from "./seller.mjs";
import { until } from "./until.mjs";
import { SocketVisitor } from "./visitor.mjs";

export const SEED = Number(process.env.FD_SEED ??
  Math.floor(Math.random() * 1e9) + 1);

let state = SEED >>> 0;
export function random() { // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
export const below = (n) => Math.floor(random() * n);

const LOG_TAIL = 40; // lines

// ---- the set-up -----------------------------------------------------------

const NUMBER = "+15550000000";
const TEMPLATE = "HX00000000000000000000000000000001";
const slackUsers = 200;
const secrets = { slack: "shop-signing-secret-slack",
  slackToken: "xoxb-shop-0000", sid: "AC000000000000000000000000000005h0",
  twilioToken: "shop-token-of-twilio", mail: "shop-password-of-mail" };
secrets.sid = secrets.sid.replace(/[^A-C0-9]/g, "0");

export const DESK = "robin@desk.example";

const setup = (hooks) => ({
  strict_rates: false, retry_scale: 0.005,
  slack: [{ team: "T0SHOP", app: "A0SHOP", bot_user: "U0BOT", bot_id: "B0BOT",
    token: secrets.slackToken, signing_secret: secrets.slack,
    hook: `${hooks}/hooks/slack/shop/main`, users: [], channels: [],
    generate_users: slackUsers }],
  twilio: [{ sid: secrets.sid, token: secrets.twilioToken,
    templates: [{ sid: TEMPLATE, text: "News from us: {{1}}" }],
    numbers: [{ address: `whatsapp:${NUMBER}`,
      hook: `${hooks}/hooks/whatsapp/shop/main` }] }],
  mail: { user: "desk", password: secrets.mail,
    domains: ["shop.example", "desk.example", "mail.example", "other.example"],
    inbox: ["support"] },
});

const rates = { sends_per_second: 100000, sends_per_recipient_minute: 100000 };

const accounts = (url, { smtp, imap }, template) => [
  { channel: "slack", name: "main", ...rates, id: "T0SHOP",
    token: secrets.slackToken, signing: [secrets.slack],
    api: `${url}/slack/api` },
  { channel: "whatsapp", name: "main", ...rates, id: secrets.sid,
    token: secrets.twilioToken, sender: NUMBER, api: `${url}/twilio`,
    ...(template ? { template: TEMPLATE } : {}) },
  { channel: "email", name: "support", sender: "support@shop.example",
    user: "desk", token: secrets.mail, smtp: `smtp://127.0.0.1:${smtp}`,
    imap: `imap://127.0.0.1:${imap}`, ...rates },
];

// The company's document; `more` stands instead of its members.
const documentOf = (accountsOfIt, more) => ({
  ...company,
  bot: { ...company.bot, idle_minutes: 60 },
  accounts: accountsOfIt,
  support: { account: "support", pause_seconds: 0,
    to: [{ address: DESK, name: "Robin from the desk" }] },
  teams: [{ key: "sales", name: "Sales" }, { key: "repairs", name: "Repairs" }],
  handoff: { team: "sales", unread_minutes: 1 },
  routing: { offer_seconds: 30, grace_seconds: 30, notice_minutes: 1,
    queue_minutes: 10, sticky_seconds: 0 },
  ...more,
});

const SETTINGS = { mailPlain: true, mailPollMs: "100ms", sweepMs: "50ms",
  doubtMs: "100ms", deskRereadMs: "250ms", visitorBurst: 0, visitorPerMinute: 0,
  sessionsPerMinute: 0, connectionsPerAddress: 0, staffBurst: 0,
  staffPerMinute: 0, logLevel: "info", leaseMs: "500ms" };

// ---- customers ------------------------------------------------------------

// One on a vendor's channel: says something, hears what was sent to them.
class Customer {
  constructor(shop, place) {
    Object.assign(this, { shop, place });
  }

  // What reached them, in order: { text, row, ... }.
  async heard() {
    return (await this.shop.effects()).filter((e) =>
      e.kind === "message" && e.to === this.place);
  }

  // What they heard as texts.
  async texts() {
    return (await this.heard()).map((e) => e.text);
  }

  // Waits for a text that has `part` in it, or fits the pattern.
  hears(part) {
    const fits = (text) => part instanceof RegExp ? part.test(text)
      : text.includes(part);
    return until(`${this.place} hears ${part}`, async () =>
      (await this.heard()).find((e) => fits(e.text)));
  }
}

class SlackCustomer extends Customer {
  constructor(shop, n) {
    const digits = String(n).padStart(6, "0");
    super(shop, `DG${digits}`);
    this.user = `UG${digits}`;
  }

  say(text) {
    return this.shop.control("slack/message", { user: this.user, text });
  }
}

class WhatsAppCustomer extends Customer {
  constructor(shop, n, name) {
    super(shop, `whatsapp:+1555${String(n).padStart(7, "0")}`);
    this.name = name;
  }

  say(text) {
    return this.shop.control("twilio/message", { from: this.place,
      to: `whatsapp:${NUMBER}`, body: text,
      extra: { ProfileName: this.name } });
  }
}

// A page that comes back when the line breaks, and goes on where it was.
export class Page extends SocketVisitor {
  async open() {
    this.steady = true;
    await super.open();
    this.#mind();
    return this;
  }

  #mind() {
    this.over.then(async () => {
      while (this.steady && this.closed && !this.failure) {
        await until("a moment", () => true);
        this.closed = null;
        // What was acknowledged comes again as an event.
        for (const seq of this.log.keys())
          if (seq > this.newest) this.log.delete(seq);
        this.after = this.newest;
        await super.open().then(() => this.#mind(),
          () => { this.closed ??= {}; });
      }
    });
  }

  async close() {
    this.steady = false;
    await super.close();
  }
}

// ---- the shop -------------------------------------------------------------

class Shop {
  constructor(dir) {
    Object.assign(this, { dir, made: 0, known: [], after: 0, sellers: {} });
  }

  control = async (path, body) => {
    const answer = await fetch(`${this.url}/control/${path}`,
      body === undefined ? {} : { method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };

  async #sandbox(gateway) {
    const file = join(this.dir, "sandbox.json");
    writeFileSync(file, JSON.stringify(setup(gateway)));
    this.sandbox = new Process(["sandbox", "--sandbox-listen", "127.0.0.1:0",
      "--sandbox-smtp", "127.0.0.1:0", "--sandbox-imap", "127.0.0.1:0",
      "--sandbox-file", file, "--log-level", "warn"], this.env);
    this.url = await this.sandbox.ready(/^sandbox on (http:\S+)$/);
    const { mail } = await this.control("accounts");
    const port = (at) => Number(at.split(":").at(-1));
    this.ports = { smtp: port(mail.smtp), imap: port(mail.imap) };
    this.mail = new Mail(this.control, this.ports);
  }

  // Its clock can be moved by later(), with the stand-ins' clocks.
  #clock() {
    const path = join(this.dir, "later");
    writeFileSync(path, Buffer.alloc(8));
    this.clock = openSync(path, "r+");
    this.ahead = 0;
    this.env = { FD_LATER: path,
      LD_PRELOAD: join(dirname(binary), "tests/liblater.so"),
      ASAN_OPTIONS: [process.env.ASAN_OPTIONS, "verify_asan_link_order=0"]
        .filter(Boolean).join(":") };
  }

  async open({ sellers = ["sam"], company: more = {}, settings = {},
    movable = false, template = true, mode = "serve" }) {
    if (movable) this.#clock();
    const gateway = `127.0.0.1:${await freePort()}`;
    await this.#sandbox(`http://${gateway}`);
    this.server = new Server(mode, this.dir, { ...SETTINGS, ...settings });
    this.server.listen = gateway;
    this.server.env = this.env;
    this.document = documentOf(accounts(this.url, this.ports, template), more);
    await this.server.apply("shop", this.document);
    await this.#hire(sellers);
    await this.server.startAll();
    return this;
  }

  // "sam", or { name: "sam", role: "supervisor", teams: ["repairs"] }.
  async #hire(list) {
    const staff = list.map((s) => typeof s === "string" ? { name: s } : s)
      .map(({ name, ...rest }) => ({ email: `${name}@shop.example`,
        name: name[0].toUpperCase() + name.slice(1), role: "seller",
        capacity: 300, teams: ["sales"],
        password: `a long word of ${name}'s own`, ...rest }));
    const file = join(this.dir, "staff.json");
    writeFileSync(file, JSON.stringify({ sellers: staff }));
    if (list.length > 0)
      await this.server.command("agent", "load", "shop", file);
    for (const { email, password, name } of staff)
      this.sellers[name.toLowerCase()] =
        new Seller(this.server, { email, password, name });
  }

  // A seller at their desk.
  seller(name, how) {
    return this.sellers[name].open(how);
  }

  slack() {
    return new SlackCustomer(this, ++this.made);
  }

  whatsapp(name = "Bo Lind") {
    return new WhatsAppCustomer(this, ++this.made, name);
  }

  page(company = "shop") {
    return new Page(this.server, { company }).open();
  }

  // `frontdesk mail-in`, as a mail server calls it; gives its exit status.
  mailIn(raw, company = "shop") {
    const child = spawn(binary, ["mail-in", company, "--data-dir",
      join(this.dir, "data")],
    { env: { ...process.env, ...this.env },
      stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.on("error", () => undefined);
    child.stdin.end(raw);
    return new Promise((done) => child.on("close", done));
  }

  // Everything the stand-ins did for us so far.
  async effects() {
    for (;;) {
      const page = await this.control(`effects?after=${this.after}`);
      this.known.push(...page.effects);
      this.after = page.next;
      if (page.effects.length === 0) return this.known;
    }
  }

  // So much time passes, at once, in milliseconds.
  later(ms) {
    this.ahead += ms;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.ahead));
    writeSync(this.clock, bytes, 0, 8, 0);
  }

  now() {
    return Date.now() + (this.ahead ?? 0);
  }

  async kill() {
    await this.server.restart("SIGKILL");
  }

  tail() {
    const said = Object.values(this.server?.processes ?? {})
      .map((p) => p.errors).join("");
    return said.trimEnd().split("\n").slice(-LOG_TAIL).join("\n");
  }

  async close() {
    try {
      for (const seller of Object.values(this.sellers))
        if (seller.socket !== undefined) await seller.close();
      await this.server?.stop();
      await this.sandbox?.end();
    } finally {
      if (this.clock !== undefined) closeSync(this.clock);
      rmSync(this.dir, { recursive: true, force: true });
    }
  }
}

function tell(shop, error) {
  console.error(`seed ${SEED} (FD_SEED=${SEED} repeats it)\n` +
    `the server said last:\n${shop.tail()}`);
  return error;
}

// A test, or a part of one, in that shop.
export const part = (shop, fn) => (t) => fn(t).catch((error) => {
  throw tell(shop, error);
});

async function openShop(how) {
  const shop = new Shop(mkdtempSync(join(tmpdir(), "frontdesk-shop-")));
  try {
    return await shop.open(how);
  } catch (error) {
    tell(shop, error);
    await shop.close().catch(() => undefined);
    throw error;
  }
}

// A test in a shop of its own, which is closed behind it.
export const inShop = (how, fn) => async (t) => {
  const shop = await openShop(how);
  let failed = true;
  try {
    await part(shop, () => fn(shop, t))(t);
    failed = false;
  } finally {
    await shop.close().catch((error) => { if (!failed) throw error; });
  }
};
