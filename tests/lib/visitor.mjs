// visitor: a customer's browser, without the browser. Every frame that it
// sends or gets is held against the schema, and the order of what it gets is
// checked as it comes.
//
// Three ways to travel, one interface: SocketVisitor here, StreamVisitor and
// PollVisitor in visitor_http.mjs.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import WebSocket from "ws";
import { valid } from "./schema.mjs";
import { until, within } from "./until.mjs";

export const newId = () => randomBytes(9).toString("base64url");

export class Refused extends Error {
  constructor(fault) {
    super(`${fault.code}: ${fault.detail ?? fault.title}`);
    this.fault = fault;
  }
}

export class Visitor {
  // seller: whom they come for.
  constructor(server, { company = "demo", token, after = 0, seller } = {}) {
    Object.assign(this, { server, company, token, after, seller });
    this.frames = []; // all that came, in order
    this.log = new Map(); // by seq: its event, or its ack
    this.newest = after; // event seq that came last
    this.closed = null; // { code, reason } once it is over
  }

  // ---- what comes

  take(frame) {
    valid("toVisitor", frame);
    this.frames.push(frame);
    if (frame.type === "event") this.#place(frame.event);
    if (frame.type === "ack" && !frame.duplicate) this.acked(frame);
  }

  #place(event) {
    assert.ok(event.seq > this.newest,
      `event ${event.seq} came after ${this.newest}`);
    assert.ok(!this.log.has(event.seq),
      `event ${event.seq} came, but its ack was here`);
    this.newest = event.seq;
    this.log.set(event.seq, event);
  }

  acked(ack) {
    assert.ok(!this.log.has(ack.seq), `ack ${ack.seq} came twice`);
    this.log.set(ack.seq, ack);
  }

  // Everything from the start is there, without a gap.
  checkDense() {
    const seqs = [...this.log.keys()].sort((a, b) => a - b);
    const wanted = Array.from(seqs, (_, i) => this.after + i + 1);
    assert.deepEqual(seqs, wanted);
  }

  get events() {
    return this.frames.filter((f) => f.type === "event").map((f) => f.event);
  }

  // The transcript as a person would read it.
  get said() {
    return this.events.filter((e) => e.kind === "message")
      .map((e) => `${e.author}: ${e.body.text}`);
  }

  // The first frame, from place `from` on, that is as wanted.
  find(wanted, from = 0) {
    return this.frames.slice(from).find(wanted);
  }

  async wait(what, wanted, from = 0) {
    return until(what, () => {
      const frame = this.find(wanted, from);
      if (frame !== undefined) return frame;
      if (this.failure) throw this.failure;
      if (this.closed)
        throw new Error(`${what}: closed ${this.closed.code} before it came`);
      return undefined;
    });
  }

  async waitEvent(what, wanted) {
    return (await this.wait(what,
      (f) => f.type === "event" && wanted(f.event))).event;
  }

  // The bot's answer to what was said at seq.
  answerTo(seq) {
    return this.waitEvent(`an answer to ${seq}`, (e) => e.kind === "message" &&
      e.author === "bot" && e.ref >= seq);
  }

  // ---- what goes

  // Gives the ack, or throws what was refused.
  async say(text, id = newId(), proper = true) {
    const from = this.frames.length;
    const frame = { type: "send", id, text };
    await this.put(proper ? valid("fromVisitor", frame) : frame);
    return this.#outcome(text, id, from);
  }

  async #outcome(text, id, from) {
    const frame = await this.wait(`an ack of "${text.slice(0, 40)}"`,
      (f) => (f.type === "ack" || f.type === "error") && f.id === id, from);
    if (frame.type === "error") throw new Refused(frame);
    return frame;
  }

  send(frame) {
    return this.put(valid("fromVisitor", frame));
  }

  async ask(text) {
    const ack = await this.say(text);
    return this.answerTo(ack.seq);
  }
}

export class SocketVisitor extends Visitor {
  static way = "socket";

  async connect() {
    const url = new URL("/v1/visitor/socket", this.server.socketBase);
    url.searchParams.set("company", this.company);
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on("message", (data, binary) => {
      try {
        assert.equal(binary, false);
        this.take(JSON.parse(data.toString()));
      } catch (error) {
        this.failure = error;
        this.socket.terminate();
      }
    });
    this.over = new Promise((resolve) => this.socket.on("close",
      (code, reason) => resolve(this.closed =
        { code, reason: reason.toString() })));
    await within("the handshake", new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    }));
    this.socket.on("error", () => undefined);
    return this;
  }

  async open() {
    await this.connect();
    this.send({
      type: "hello", company: this.company, after: this.after,
      ...(this.token === undefined ? {} : { token: this.token }),
      ...(this.seller === undefined ? {} : { seller: this.seller }),
    });
    this.welcome = await this.wait("a welcome", (f) => f.type === "welcome");
    this.token = this.welcome.token;
    return this;
  }

  put(frame) {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(data) {
    this.socket.send(data);
  }

  async close() {
    this.socket.close(1000);
    await within("the close", this.over);
    if (this.failure) throw this.failure;
  }

  // As when the train enters a tunnel.
  async drop() {
    this.socket.terminate();
    await within("the end", this.over);
  }
}
