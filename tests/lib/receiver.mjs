// receiver: a company's own system that is told what happens. It checks each
// delivery with the code that docs/webhooks.md gives to its readers, and
// against the schema, and keeps it.
//
//	const receiver = await startReceiver();
//	... receiver.url, receiver.got, receiver.answer = () => 500 ...
//	await receiver.stop();

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { valid } from "./schema.mjs";
import { until } from "./until.mjs";

export const SECRET = "a secret of webhooks, 32 letters";

const page = readFileSync(
  new URL("../../docs/webhooks.md", import.meta.url), "utf8");

// The block of code in that language.
export const example = (language) =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(page)[1];

export const genuine = new Function("require",
  `${example("js")}; return genuine;`)(createRequire(import.meta.url));

class Receiver {
  constructor() {
    this.got = []; // each try: { id, event, told, body, headers }
    this.forged = 0;
    // The status to answer with, or "cut"; by the delivery and its try.
    this.answer = () => 204;
  }

  async listen() {
    this.http = createServer((request, response) =>
      this.#take(request, response));
    this.http.listen(this.port ?? 0, "127.0.0.1");
    await once(this.http, "listening");
    this.port = this.http.address().port;
    this.url = `http://127.0.0.1:${this.port}/told`;
  }

  async #take(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    if (!genuine(request.headers, body, SECRET)) this.forged++;
    const told = JSON.parse(body);
    const delivery = { id: told.id, event: told.event, told, body,
      headers: request.headers };
    const status = this.answer(delivery, this.tries(told.id).length + 1);
    delivery.taken = status >= 200 && status <= 299;
    this.got.push(delivery);
    if (status === "cut") request.socket.destroy();
    else response.writeHead(status).end();
  }

  tries(id) {
    return this.got.filter((d) => d.id === id);
  }

  // What was told and taken, in the order it came, of one conversation or all.
  taken(conversation) {
    return this.got.filter((d) => d.taken &&
      (conversation === undefined ||
        d.told.conversation.id === conversation));
  }

  names(conversation) {
    return this.taken(conversation).map((d) => d.event);
  }

  // Each is right, none came twice, and each conversation's in its order.
  check() {
    const newest = new Map();
    const ids = new Set();
    assert.equal(this.forged, 0);
    for (const { told, headers, id, taken } of this.got) {
      valid("webhook", told);
      assert.equal(headers["x-frontdesk-event"], told.event);
      assert.equal(headers["x-frontdesk-delivery"], id);
      assert.equal(headers["content-type"], "application/json");
      assert.match(headers["user-agent"], /^Frontdesk\//);
      if (!taken) continue;
      const { id: which, seq } = told.conversation;
      assert.ok(!ids.has(id), `${id} came twice`);
      assert.ok(seq >= (newest.get(which) ?? 0), `${id} came late`);
      assert.equal(told.data.seq, seq);
      newest.set(which, seq);
      ids.add(id);
    }
  }

  wait(what, wanted) {
    return until(what, () => this.got.find(wanted));
  }

  async close() {
    this.http.close();
    this.http.closeAllConnections();
    await once(this.http, "close");
  }

  async stop() {
    if (this.http.listening) await this.close();
  }
}

export async function startReceiver() {
  const receiver = new Receiver();
  await receiver.listen();
  return receiver;
}

// A webhook of a company's document.
export const webhook = (receiver, more = {}) =>
  ({ name: "crm", url: receiver.url, secret: SECRET, ...more });
