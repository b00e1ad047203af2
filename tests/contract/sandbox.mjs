// sandbox: our own stand-ins for the vendors, set up with two vendors'
// accounts, and people who wrote to them in every way there is. What the
// sandbox posted then is the world that calls are made from.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { binary } from "../lib/server.mjs";
import { until, within } from "../lib/until.mjs";

const TEAM = "T0SHOP", BOT = "U0BOT", APP = "A0SHOP";
const SLACK_TOKEN = "xoxb-contract-token";
const SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const SID = "AC0123456789abcdef0123456789abcdef";
const TWILIO_TOKEN = "0123456789abcdef0123456789abcdef";
const KEY = { sid: "SK0123456789abcdef0123456789abcdef",
  secret: "the secret of an API key" };
const TEMPLATE = "HX0123456789abcdef0123456789abcdef";
const SERVICE = "MG0123456789abcdef0123456789abcdef";
const SENDER = "+15550001111", SERVED = "+15550002222";
const ANN = "whatsapp:+15551234567", SAM = "+15551234567";
const HIDDEN = "whatsapp:US.13491208655302741918"; // no number is shown
const PNG = Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010806"
  + "0000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049"
  + "454e44ae426082", "hex");

// ---- our side, as the vendors see it

// Keeps what is posted to it, and has files for the vendors to fetch.
class Us {
  hooks = [];

  async start() {
    this.server = createServer((request, response) => {
      const pieces = [];
      request.on("data", (piece) => pieces.push(piece));
      request.on("end", () => this.#take(request, response,
        Buffer.concat(pieces).toString("utf8")));
    });
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  #take({ method, url, headers }, response, body) {
    if (method === "GET") {
      response.writeHead(200, { "content-type": "image/png" }).end(PNG);
      return;
    }
    const [, channel, account, tail] =
      /^\/hooks\/(\w+)\/shop\/(\w+)(\/[^?]*)?/.exec(url);
    if (tail !== "/status")
      this.hooks.push({ channel, account, tail: tail ?? "", body,
        type: headers["content-type"], headers });
    response.writeHead(200).end();
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections?.();
  }
}

// ---- the set-up

function setup(us) {
  const hook = (path) => `${us}/hooks/${path}`;
  return {
    strict_rates: false,
    slack: [{ team: TEAM, app: APP, bot_user: BOT, bot_id: "B0BOT",
      token: SLACK_TOKEN, signing_secret: SLACK_SECRET,
      hook: hook("slack/shop/main/events"),
      hook_commands: hook("slack/shop/main/commands"),
      hook_interactivity: hook("slack/shop/main/actions"),
      users: [{ id: "U0ANN", name: "Ann" }], channels: ["C0HELP"] }],
    twilio: [{ sid: SID, token: TWILIO_TOKEN, keys: [KEY],
      services: [SERVICE],
      templates: [{ sid: TEMPLATE, text: "You asked us. {{1}}" }],
      numbers: [
        { address: `whatsapp:${SENDER}`, hook: hook("whatsapp/shop/main") },
        { address: `whatsapp:${SERVED}`, hook: hook("whatsapp/shop/service") },
        { address: SENDER, hook: hook("sms/shop/main") }] }],
  };
}

// Without a base the accounts have no address of their own.
export function documentOf(base) {
  const api = (path) => base && { api: base + path };
  const twilio = { id: SID, ...api("/twilio") };
  return { name: "Shop", accounts: [
    { channel: "slack", name: "main", id: TEAM, user: APP, sender: BOT,
      token: SLACK_TOKEN, signing: [SLACK_SECRET], ...api("/slack/api") },
    { channel: "whatsapp", name: "main", ...twilio, sender: SENDER,
      token: TWILIO_TOKEN, template: TEMPLATE },
    { channel: "whatsapp", name: "service", ...twilio, sender: SERVICE,
      user: KEY.sid, token: KEY.secret, signing: [TWILIO_TOKEN],
      template: TEMPLATE },
    { channel: "sms", name: "main", ...twilio, sender: SENDER,
      token: TWILIO_TOKEN }] };
}

const json = (value) => JSON.stringify(value);

// What a vendor may answer where the sandbox does not: each leads on to
// another step of some job.
function otherAnswers(sid) {
  const messages = "/2010-04-01/Accounts/" +
    `${SID}/Messages.json?PageSize=100&Page=1&PageToken=PA${sid}`;
  const slack = [
    { status: 404, body: "" }, // a response URL that is used up
    ...["message_not_in_streaming_state", "message_not_found"].map((error) =>
      ({ status: 200, body: json({ ok: false, error }) })),
    { status: 200, body: json({ ok: true, messages: [], has_more: true,
      response_metadata: {
        next_cursor: "bmV4dF90czoxNTEyMDg1ODYxMDAwNTQz" } }) },
    { status: 200, body: json({ ok: true, messages: [], has_more: false }) },
  ];
  const twilio = [
    { status: 400, body: json({ code: 63019, status: 400,
      message: "Media failed to download" }) },
    { status: 200, body: json({ messages: [], next_page_uri: messages }) },
    { status: 200, body: json({ messages: [], next_page_uri: null }) },
  ];
  return { slack, whatsapp: twilio, sms: twilio };
}

// ---- the sandbox

export class Sandbox {
  async start() {
    this.us = new Us();
    await this.us.start();
    this.dir = await mkdtemp(join(tmpdir(), "frontdesk-contract-"));
    const file = join(this.dir, "sandbox.json");
    await writeFile(file, json(setup(this.us.url)));
    this.errors = "";
    this.child = spawn(binary, ["sandbox", "--sandbox-listen", "127.0.0.1:0",
      "--sandbox-file", file], { stdio: ["ignore", "pipe", "pipe"] });
    process.on("exit", () => this.child.kill("SIGKILL"));
    this.child.stderr.on("data", (bytes) => { this.errors += bytes; });
    this.ended = new Promise((done) => this.child.once("close", done));
    const first = new Promise((done) =>
      createInterface(this.child.stdout).once("line", done));
    const line = await within("the sandbox starts",
      Promise.race([first, this.ended]));
    this.base = /^sandbox on (\S+)$/.exec(line)?.[1];
    assert.ok(this.base, `the sandbox said ${line}\n${this.errors}`);
  }

  async stop() {
    this.child?.kill("SIGTERM");
    await this.ended;
    this.us.stop();
    await rm(this.dir, { recursive: true, force: true });
    assert.doesNotMatch(this.errors, /Sanitizer|runtime error:/);
  }

  async control(path, body) {
    const answer = await fetch(`${this.base}/control/${path}`,
      body && { method: "POST", body: json(body),
        headers: { "content-type": "application/json" } });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text}`);
    return JSON.parse(text);
  }

  async #slack(method, body) {
    const answer = await fetch(`${this.base}/slack/api/${method}`, {
      method: "POST", body: json(body), headers: {
        "content-type": "application/json; charset=utf-8",
        authorization: `Bearer ${SLACK_TOKEN}` } });
    const said = await answer.json();
    assert.ok(said.ok, said.error);
    return said;
  }

  // Directly, in threads, with a mention, with files, by a command and by a
  // button.
  async #peopleAtSlack() {
    const user = "U0ANN";
    const write = (message) =>
      this.control("slack/message", { user, ...message });
    const { ts } = await write({ text: "Hello <there> & all" });
    await write({ text: "In a thread", thread_ts: ts });
    await write({ text: "A picture", files: [
      { name: "a.png", type: "image/png", base64: PNG.toString("base64") }] });
    const asked = await write({ channel: "C0HELP", text: "Open?",
      mention: true });
    await write({ channel: "C0HELP", text: "And on Sunday?", mention: true,
      thread_ts: asked.ts });
    await this.control("slack/command",
      { user, channel: "C0HELP", command: "/ai", text: "Are you open?" });
    const button = { type: "button", action_id: "answer_0", value: "yes",
      text: { type: "plain_text", text: "Yes" } };
    const posted = await this.#slack("chat.postMessage", { channel: "C0HELP",
      thread_ts: asked.ts, text: "Shall I?",
      blocks: [{ type: "actions", elements: [button] }] });
    await this.control("slack/action", { user, channel: "C0HELP",
      ts: posted.ts, action_id: "answer_0" });
  }

  // Of a file in a channel that is shared with another company only its id
  // is told.
  async #sharedFile() {
    const event = await until("a file", () => this.us.hooks
      .map(({ body }) => (body.startsWith("{") ? JSON.parse(body).event : {}))
      .find(({ files }) => files));
    await this.control("slack/raw", { event: { ...event,
      ts: "1790000000.000100", event_ts: "1790000000.000100",
      files: event.files.map(({ id, mimetype }) =>
        ({ id, mimetype, file_access: "check_file_info" })) } });
  }

  async #peopleWithPhones() {
    const media = [{ type: "image/png", base64: PNG.toString("base64") }];
    const say = (message) => this.control("twilio/message", message);
    const main = `whatsapp:${SENDER}`;
    await say({ from: ANN, to: main, body: "Hello" });
    await say({ from: ANN, to: main, body: "", media });
    await say({ from: HIDDEN, to: main, body: "Who am I?" });
    await say({ from: ANN, to: `whatsapp:${SERVED}`, body: "Hello",
      extra: { MessagingServiceSid: SERVICE } });
    await say({ from: SAM, to: SENDER, body: "", media });
    return say({ from: SAM, to: SENDER, body: "Hello" });
  }

  get bases() {
    return { slack: [`${this.base}/slack/api`],
      twilio: [`${this.base}/twilio`] };
  }

  // As the deliverer does: it follows only where the row says so, and then
  // without the account's login. What is refused says ok: false or its
  // status does.
  async take({ method, url, headers, body, follow }) {
    let answer = await fetch(url,
      { method, headers, body, redirect: "manual" });
    const to = answer.headers.get("location");
    if (follow && to !== null) answer = await fetch(to);
    const text = await answer.text();
    return { status: answer.status, body: text,
      type: answer.headers.get("content-type") ?? "",
      refused: !answer.ok || /^\{"ok":false/.test(text) };
  }

  // What calls are made from: see tests/contract/world.h.
  async world() {
    await this.#peopleAtSlack();
    await this.#sharedFile();
    const { sid } = await this.#peopleWithPhones();
    await until("all webhooks came", async () =>
      (await this.control("webhooks")).pending === 0);
    return { url: this.us.url, now: Date.now(),
      document: documentOf(this.base), hooks: this.us.hooks,
      answers: otherAnswers(sid),
      files: Array.from({ length: 10 }, (_, i) => ({ name: `bike [${i}].png`,
        type: "image/png", url: `${this.us.url}/files/${i}.png?a=1&b=2`,
        size: PNG.length })) };
  }
}
