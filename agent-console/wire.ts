// The line to the gateway: requests, and one WebSocket that is opened again
// when it breaks or nothing comes over it any more.

import type { Account, Channel, Entry, Fault, Found, Frame, Row } from
  "./types.ts";

export class Refused extends Error {
  constructor(readonly status: number, readonly fault: Fault) {
    super(fault.detail ?? fault.title ?? fault.code);
  }
}

const ANSWER = 15000; // to a request, or to a ping

/** Throws Refused, or what fetch() throws where there is no answer. */
export async function call<T>(method: string, path: string, body?: unknown) {
  const answer = await fetch(`/v1/staff/${path}`, {
    method, credentials: "same-origin", signal: AbortSignal.timeout(ANSWER),
    ...(body === undefined ? {} : { body: JSON.stringify(body),
      headers: { "content-type": "application/json" } }),
  });
  const json = await answer.json().catch(() => null);
  if (!answer.ok)
    throw new Refused(answer.status, json ?? { code: "none",
      title: `The server answered ${answer.status}` });
  return json as T;
}

export const me = () => call<Account>("GET", "me");

export const conversation = (id: number) => call<{ row: Row;
  channel: Channel }>("GET", `conversations/${id}`);

export const events = (id: number, after: number, limit: number) =>
  call<{ events: Entry[] }>("GET",
    `conversations/${id}/events?after=${after}&limit=${limit}`);

export const search = (words: string) => call<{ found: Found[] }>("GET",
  `search?q=${encodeURIComponent(words)}&limit=50`);

/** In words, for whoever asked. */
export const complaint = (e: unknown) => e instanceof Refused
  ? e.message.charAt(0).toUpperCase() + e.message.slice(1)
  : "The server cannot be reached. Try again in a moment.";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const QUIET = 20000; // then it is asked whether it is there
const LOOK = 2500;

export class Wire {
  #socket: WebSocket | null = null;
  #wait = FIRST_WAIT;
  #ended = false;
  #heard = 0;
  #asked = 0; // when a ping went that has no answer yet

  constructor(
    private readonly frame: (f: Frame) => void,
    private readonly line: (state: "connecting" | "open" | "lost") => void,
    private readonly over: () => void,
  ) {
    this.#open();
    setInterval(() => this.#look(), LOOK);
    addEventListener("online", () => this.#again(0));
    // A line may have died while the machine slept.
    document.addEventListener("visibilitychange", () => this.#look(true));
  }

  #open() {
    const url = new URL("/v1/staff/socket", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#heard = this.#asked = Date.now();
    this.line("connecting");
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello" }));
    socket.onmessage = (e) => {
      if (this.#socket !== socket) return;
      this.#heard = Date.now();
      this.#asked = 0;
      this.#wait = FIRST_WAIT;
      this.frame(JSON.parse(String(e.data)) as Frame);
    };
    socket.onclose = (e) => this.#lose(socket, e.reason);
  }

  #lose(socket: WebSocket, reason = "") {
    if (this.#socket !== socket || this.#ended) return;
    this.#socket = null;
    socket.close();
    this.line("lost");
    if (reason === "session_over") this.#finish();
    else this.#again(this.#wait + Math.random() * this.#wait);
  }

  #look(now = false) {
    const socket = this.#socket, at = Date.now();
    if (!socket) return;
    if (this.#asked && at - this.#asked > ANSWER) this.#lose(socket);
    else if (!this.#asked && (now || at - this.#heard > QUIET) &&
      this.send({ type: "ping" })) this.#asked = at;
  }

  #again(ms: number) {
    if (this.#ended || this.#socket) return;
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
    setTimeout(async () => {
      if (this.#ended || this.#socket) return;
      // A session that has ended cannot open a socket; ask why it fails.
      try { await me(); } catch (e) {
        if (e instanceof Refused && e.status === 401) return this.#finish();
      }
      if (!this.#socket) this.#open();
    }, ms);
  }

  send(frame: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #finish() {
    this.#ended = true;
    this.over();
  }

  end() {
    this.#ended = true;
    this.#socket?.close();
  }
}
