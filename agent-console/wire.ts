// The line to the gateway: one WebSocket, opened again when it breaks.

import type { Account, Fault, Frame } from "./types.ts";

export class Refused extends Error {
  constructor(readonly status: number, readonly fault: Fault) {
    super(fault.detail ?? fault.title ?? fault.code);
  }
}

export async function call<T>(method: string, path: string, body?: unknown) {
  const answer = await fetch(`/v1/staff/${path}`, {
    method, credentials: "same-origin",
    ...(body === undefined ? {} : { body: JSON.stringify(body),
      headers: { "content-type": "application/json" } }),
  });
  const text = await answer.text();
  const json = text === "" ? null : JSON.parse(text);
  if (!answer.ok) throw new Refused(answer.status, json ?? { code: "none" });
  return json as T;
}

export const me = () => call<Account>("GET", "me");

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const PING = 20000;

export class Wire {
  #socket: WebSocket | null = null;
  #wait = FIRST_WAIT;
  #ended = false;

  constructor(
    private readonly frame: (f: Frame) => void,
    private readonly line: (state: "connecting" | "open" | "lost") => void,
    private readonly over: () => void,
  ) {
    this.#open();
    setInterval(() => this.send({ type: "ping" }), PING);
    addEventListener("online", () => this.#again(0));
  }

  #open() {
    const url = new URL("/v1/staff/socket", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.line("connecting");
    socket.onopen = () => {
      this.#wait = FIRST_WAIT;
      socket.send(JSON.stringify({ type: "hello" }));
    };
    socket.onmessage = (e) => this.frame(JSON.parse(String(e.data)) as Frame);
    socket.onclose = (e) => {
      if (this.#socket !== socket || this.#ended) return;
      this.line("lost");
      if (e.reason === "session_over") this.over();
      else this.#again(this.#wait + Math.random() * this.#wait);
    };
  }

  #again(ms: number) {
    if (this.#ended || this.#socket?.readyState === WebSocket.OPEN) return;
    const socket = this.#socket;
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
    setTimeout(async () => {
      if (this.#ended || this.#socket !== socket) return;
      // A session that has ended cannot open a socket; ask why it fails.
      try { await me(); } catch (e) {
        if (e instanceof Refused && e.status === 401) return this.over();
      }
      this.#open();
    }, ms);
  }

  send(frame: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  end() {
    this.#ended = true;
    this.#socket?.close();
  }
}
