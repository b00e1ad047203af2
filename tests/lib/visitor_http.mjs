// visitor_http: visitors where WebSockets are blocked. What they do goes by
// POST; what happens comes by a stream or by long polling.

import assert from "node:assert/strict";
import { openapi, valid } from "./schema.mjs";
import { Visitor } from "./visitor.mjs";

const routes = {
  hello: "session", send: "messages", typing: "typing", seen: "seen",
  identify: "identify", handoff: "handoff", leave: "leave",
};

// One call of the API: status and JSON body. The status must be one that
// openapi.json names for it, and a fault must be a problem.
export async function call(server, method, path, { token, body, headers } = {}) {
  const response = await fetch(server.url(path), {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {}
      : { body: typeof body === "string" || body instanceof Uint8Array
        ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  // Turned away at the door, a connection is not yet a request.
  if (!(response.status === 429 && response.headers.has("retry-after")))
    assert.ok(response.headers.has("x-request-id"), "no X-Request-Id");
  if (response.status < 400)
    return { status: response.status, body: text ? JSON.parse(text) : null };
  return { status: response.status, body: problemOf(response, text),
    headers: response.headers };
}

function problemOf(response, text) {
  assert.match(response.headers.get("content-type") ?? "",
    /^application\/problem\+json/);
  const problem = valid("problem", JSON.parse(text));
  assert.equal(problem.status, response.status);
  const named = openapi.paths[new URL(response.url).pathname];
  if (named !== undefined && response.status !== 405)
    assert.ok(Object.values(named).some((o) => o.responses[response.status]),
      `openapi.json does not name ${response.status} of ${response.url}`);
  return problem;
}

class HttpVisitor extends Visitor {
  async open() {
    const { body } = await this.post({
      type: "hello", company: this.company,
      ...(this.token === undefined ? {} : { token: this.token }),
      ...(this.seller === undefined ? {} : { seller: this.seller }),
    });
    this.take(body);
    this.welcome = body;
    this.token = body.token;
    this.stop = new AbortController();
    this.following = this.follow().catch((error) => {
      if (!this.stop.signal.aborted) this.failure = error;
    });
    return this;
  }

  async post(frame) {
    const { type, ...body } = frame;
    const token = type === "hello" ? undefined : this.token;
    return call(this.server, "POST", `/v1/visitor/${routes[type]}`,
      { token, body });
  }

  async put(frame) {
    const { status, body } = await this.post(frame);
    if (status >= 400) {
      const { status: _, ...fault } = body;
      this.take({ ...fault, type: "error", ...(frame.id ? { id: frame.id } : {}) });
    } else if (body !== null) {
      this.take(body);
    }
  }

  // Another connection carries the events: these tell the place.
  acked() {}

  async close() {
    this.stop.abort();
    await this.following;
    if (this.failure) throw this.failure;
  }

  drop() {
    return this.close();
  }

  get(path) {
    return fetch(this.server.url(path), {
      headers: { authorization: `Bearer ${this.token}` },
      signal: this.stop.signal,
    });
  }
}

export class StreamVisitor extends HttpVisitor {
  static way = "stream";

  async follow() {
    const response = await this.get(`/v1/visitor/stream?after=${this.after}`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^text\/event-stream/);
    const decoder = new TextDecoder();
    let rest = "";
    for await (const piece of response.body) {
      const blocks = (rest + decoder.decode(piece, { stream: true }))
        .split("\n\n");
      rest = blocks.pop();
      blocks.forEach((block) => this.#block(block));
    }
    this.closed = { code: 1000, reason: "the stream ended" };
  }

  // data is one frame; an event's id is its seq.
  #block(block) {
    const lines = block.split("\n").filter((l) => !l.startsWith(":"));
    const data = lines.filter((l) => l.startsWith("data:"));
    const id = lines.find((l) => l.startsWith("id:"));
    if (data.length === 0) return;
    assert.equal(data.length, 1);
    const frame = JSON.parse(data[0].slice(5));
    assert.equal(id?.slice(3).trim(),
      frame.type === "event" ? String(frame.event.seq) : undefined);
    this.take(frame);
  }
}

export class PollVisitor extends HttpVisitor {
  static way = "poll";

  async follow() {
    while (!this.stop.signal.aborted) {
      const response = await this.get(
        `/v1/visitor/events?after=${this.newest}&wait=25`);
      assert.equal(response.status, 200);
      const batch = valid("events", await response.json());
      for (const event of batch.events) this.take({ type: "event", event });
      assert.equal(batch.seq, this.newest);
      for (const frame of batch.frames ?? []) this.take(frame);
    }
  }
}
