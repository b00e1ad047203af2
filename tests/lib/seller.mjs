// seller: one of a company's people at a console, without the console: logs
// in, asks by REST, works over the WebSocket. What comes is held against the
// protocol: the events of a conversation come in order and without a gap.
//
//	const sam = await new Seller(server, { email, password }).open();
//	const offer = await sam.offer(7);
//	await sam.act("accept", 7);
//	await sam.say(7, "Hello!");
//	await sam.close();
//
// One whose line breaks comes back by itself, as a console does; what was
// under way then fails with Gone, and surely() does it again.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { valid } from "./schema.mjs";
import { Browser } from "./staff.mjs";
import { until, within } from "./until.mjs";
import { Refused, newId } from "./visitor.mjs";

export class Gone extends Error {}

const AGAIN_MS = 20;

// What a seller sees of one conversation.
class Watched {
  constructor(conversation, after) {
    Object.assign(this, { conversation, newest: after, events: [] });
  }

  take(event) {
    assert.equal(event.seq, this.newest + 1,
      `event ${event.seq} of ${this.conversation} came after ${this.newest}`);
    this.newest = event.seq;
    this.events.push(event);
  }
}

export class Seller {
  constructor(server, { company = "shop", email, password, name }) {
    Object.assign(this, { server, company, email, password, name });
    this.frames = [];
    this.watched = new Map();
    this.steady = false; // comes back when the line breaks
    this.browser = new Browser(server);
  }

  // ---- REST

  // One call: { status, body, headers }, as openapi.json has it. loose: what
  // is sent need not be.
  call(method, path, body, loose = false) {
    return this.browser.ask(method, `/v1/staff/${path}`, body, { loose });
  }

  async ask(method, path, body) {
    const answer = await this.call(method, path, body);
    if (answer.status >= 400) throw new Refused(answer.body);
    return answer.body;
  }

  async login() {
    const { status, body } = await this.browser.login(this);
    assert.equal(status, 200, JSON.stringify(body));
    this.id = body.agent.id;
    this.permissions = body.permissions;
    return this;
  }

  // The whole log, as the store has it.
  async log(conversation) {
    const events = [];
    for (let after = 0; ;) {
      const page = await this.ask("GET",
        `conversations/${conversation}/events?after=${after}&limit=500`);
      events.push(...page.events);
      if (page.events.length === 0) break;
      after = page.seq;
    }
    events.forEach((event, i) => {
      assert.equal(event.seq, i + 1);
      valid("wholeEvent", event);
    });
    return events;
  }

  async row(conversation) {
    return (await this.ask("GET", `conversations/${conversation}`)).row;
  }

  async rows(view) {
    return (await this.ask("GET",
      `conversations?view=${view}&limit=200`)).rows;
  }

  async audit(conversation) {
    return (await this.ask("GET", "audit?limit=200" +
      (conversation === undefined ? "" : `&conversation=${conversation}`)))
      .lines;
  }

  // ---- the WebSocket

  async open({ away } = {}) {
    if (this.browser.cookie === undefined) await this.login();
    this.steady = true;
    await this.#connect(away);
    return this;
  }

  async #connect(away) {
    const socket = new WebSocket(
      new URL("/v1/staff/socket", this.server.socketBase),
      { perMessageDeflate: false,
        headers: { cookie: this.browser.cookie,
          origin: this.server.base } });
    const from = this.frames.length;
    this.socket = socket;
    this.asleep = false;
    this.closed = null;
    this.welcome = undefined;
    socket.on("message", (data) => this.#read(data));
    this.over = new Promise((resolve) => socket.on("close",
      (code, reason) => {
        this.closed = { code, reason: reason.toString() };
        resolve();
        if (!this.coming) this.#comeBack();
      }));
    await within("the handshake", new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    }));
    socket.on("error", () => undefined);
    this.put({ type: "hello", ...(away === undefined ? {} : { away }) });
    this.welcome = await this.wait("a welcome",
      (f) => f.type === "welcome", from);
    for (const one of this.watched.values()) this.#follow(one);
  }

  #follow({ conversation, newest }) {
    this.put({ type: "watch", conversation, after: newest });
  }

  async #comeBack() {
    this.coming = true;
    while (this.steady && this.closed) {
      await sleep(AGAIN_MS);
      if (this.steady) await this.#connect().catch(() => undefined);
    }
    this.coming = false;
  }

  #read(data) {
    try {
      this.take(valid("toSeller", JSON.parse(data.toString())));
    } catch (error) {
      this.failure = error;
      this.steady = false;
      this.socket.terminate();
    }
  }

  take(frame) {
    this.frames.push(frame);
    if (frame.type === "event")
      this.watched.get(frame.conversation).take(frame.event);
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN &&
      this.welcome !== undefined;
  }

  put(frame) {
    if (this.socket.readyState !== WebSocket.OPEN)
      throw new Gone("there is no line");
    this.socket.send(JSON.stringify(valid("fromSeller", frame)));
  }

  find(wanted, from = 0) {
    return this.frames.slice(from).find(wanted);
  }

  async wait(what, wanted, from = 0) {
    return until(`${this.email}: ${what}`, () => {
      const frame = this.find(wanted, from);
      if (frame !== undefined) return frame;
      if (this.failure) throw this.failure;
      if (this.closed)
        throw new Gone(`${what}: closed ${this.closed.code} ${
          this.closed.reason}`);
      return undefined;
    });
  }

  // ---- what they do

  // Until everything that there is now has come.
  async watch(conversation, after = 0) {
    const watched = new Watched(conversation, after);
    this.watched.set(conversation, watched);
    if (this.isOpen) this.#follow(watched);
    const { seq } = await this.row(conversation);
    await until(`${this.email}: events up to ${seq}`, () => {
      if (this.failure) throw this.failure;
      return watched.newest >= seq;
    });
    return watched;
  }

  // Whatever is theirs, or is offered to them, ends.
  async clear() {
    for (const { id, holder } of await this.rows("mine"))
      await this.ask("POST", `conversations/${id}/` +
        (holder === "agent" ? "resolve" : "decline"), {});
  }

  async seen(conversation, what, wanted) {
    const { events } = this.watched.get(conversation);
    return until(`${this.email}: ${what}`, () => {
      if (this.failure) throw this.failure;
      return events.find(wanted);
    });
  }

  // What is offered to them: of that conversation, or whichever comes first.
  // Looks at what came from `from` on.
  offer(conversation, from = 0) {
    return until(`${this.email}: an offer of ${conversation}`, () => {
      if (this.failure) throw this.failure;
      return this.find((f) => f.type === "offer" &&
        (conversation === undefined || f.conversation === conversation), from);
    });
  }

  // Accepts what is offered to them, however often the line breaks or the
  // offer is made anew meanwhile.
  async takes(conversation, from = 0) {
    await until(`${this.email}: to have ${conversation}`, async () => {
      const at = this.frames.length;
      await this.offer(conversation, from);
      try {
        return await this.act("accept", conversation);
      } catch (error) {
        if (error instanceof Gone) return undefined;
        if (error.fault?.code === "over") from = at;
        else if (error.fault?.code !== "no_change") throw error;
        return error.fault?.code === "no_change";
      }
    });
  }

  // Gives the ack, or throws Refused, or Gone.
  async does(frame) {
    const from = this.frames.length;
    this.put(frame);
    const answer = await this.wait(`an answer to ${frame.act ?? frame.type}`,
      (f) => (f.type === "ack" || f.type === "error") && f.id === frame.id,
      from);
    if (answer.type === "error") throw new Refused(answer);
    return answer;
  }

  act(act, conversation, more = {}) {
    return this.does({ type: "act", id: newId(), conversation, act, ...more });
  }

  say(conversation, text, { id = newId(), seen = this.#newest(conversation),
    type = "send" } = {}) {
    return this.does({ type, id, conversation, text, seen_seq: seen });
  }

  note(conversation, text, { id = newId(), type = "note" } = {}) {
    return this.does({ type, id, conversation, text });
  }

  #newest(conversation) {
    return this.watched.get(conversation)?.newest ?? Number.MAX_SAFE_INTEGER;
  }

  presence(away) {
    this.put({ type: "presence", away });
  }

  // ---- how they go

  async close() {
    this.steady = false;
    if (this.asleep) this.socket.terminate();
    else if (this.closed === null) this.socket.close(1000);
    await within("the close", this.over);
    if (this.failure) throw this.failure;
  }

  // As when the laptop is switched off.
  async drop() {
    this.steady = false;
    this.socket.terminate();
    await this.over;
  }

  // As when its lid is closed: nothing is read, nothing answered, and the
  // line stays as it is.
  sleep() {
    this.steady = false;
    this.asleep = true;
    this.socket.pause();
  }
}

// Does it until it is done, however often the line breaks meanwhile. What was
// under way then may have been done: `isDone` says so of what is refused.
export async function surely(what, fn, isDone = () => false) {
  let broke = false;
  return until(what, async () => {
    try {
      return await fn();
    } catch (error) {
      if (broke && error instanceof Refused && await isDone()) return true;
      if (!(error instanceof Gone)) throw error;
      broke = true;
      return undefined;
    }
  });
}
