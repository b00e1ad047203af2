// wire_http: where WebSockets are blocked. A session by POST, then events by a
// stream of server-sent events or by long polling; what the visitor does goes
// by POST, one after the other.

import type { Fault, Incoming, Outgoing, Welcome } from "./frames.ts";
import { isFault } from "./frames.ts";
import type { Hooks, Opened, Place, Session } from "./wire.ts";

const ANSWER_MS = 15_000;
const FIRST_BYTES_MS = 6000; // else something on the way holds the stream
const SILENT_MS = 60_000; // the gateway says something more often than that
const POLL_S = 25;

const routes: Record<Outgoing["type"], string> = {
  send: "/v1/visitor/messages",
  typing: "/v1/visitor/typing",
  seen: "/v1/visitor/seen",
  handoff: "/v1/visitor/handoff",
  leave: "/v1/visitor/leave",
};

async function faultOf(response: Response): Promise<Fault> {
  const problem = await response.json().catch(() => ({})) as Partial<Fault>;
  return {
    ...problem, type: "error", code: problem.code ?? "busy",
    title: problem.title ?? `The answer was ${response.status}`,
  };
}

// The JSON of the answer, null for an empty one, or the fault.
async function post(
  path: string, body: object, token: string | null, stop?: AbortSignal,
): Promise<unknown> {
  const patience = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(path, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
    signal: patience,
  });
  if (stop?.aborted) return null;
  if (!response.ok) return faultOf(response);
  return response.status === 204 ? null : response.json();
}

async function begin(place: Place): Promise<Welcome | Fault | "unreachable"> {
  const token = place.token();
  try {
    return await post("/v1/visitor/session",
      token === null
        ? { company: place.company } : { company: place.company, token },
      null) as Welcome | Fault;
  } catch {
    return "unreachable";
  }
}

// Sends one after the other; what is said is told as a WebSocket would.
function sender(token: string, hooks: Hooks, stop: AbortController): Session {
  let queue = Promise.resolve();

  async function send({ type, ...body }: Outgoing): Promise<void> {
    if (stop.signal.aborted) return;
    const answer = await post(routes[type], body, token, stop.signal);
    if (stop.signal.aborted || type !== "send") return;
    if (isFault(answer))
      hooks.frame({ ...answer, ...("id" in body ? { id: body.id } : {}) });
    else hooks.frame(answer as Incoming);
  }

  return {
    send(frame) {
      queue = queue.then(() => send(frame)).catch(() => {
        if (stop.signal.aborted) return;
        stop.abort();
        hooks.over(null);
      });
    },
    close: () => stop.abort(),
  };
}

function get(
  path: string, token: string, after: number, stop: AbortSignal,
): Promise<Response> {
  const url = new URL(path, location.href);
  url.searchParams.set("after", String(after));
  return fetch(url, {
    headers: { Authorization: `Bearer ${token}` }, signal: stop,
  });
}

// Calls `line` for each line of the body, and `beat` for each piece of it.
async function readLines(
  body: ReadableStream<Uint8Array>, beat: () => void,
  line: (text: string) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    beat();
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach((l) => line(l.replace(/\r$/, "")));
  }
}

export async function openStream(place: Place, hooks: Hooks): Promise<Opened> {
  const welcome = await begin(place);
  if (typeof welcome === "string" || isFault(welcome)) return welcome;
  const stop = new AbortController();
  let patience = setTimeout(() => stop.abort(), FIRST_BYTES_MS);
  const over = (): void => {
    clearTimeout(patience);
    if (!stop.signal.aborted) hooks.over(null);
    stop.abort();
  };
  return new Promise((resolve) => {
    let flowing = false;
    const beat = (): void => {
      clearTimeout(patience);
      patience = setTimeout(over, SILENT_MS);
      if (flowing) return;
      flowing = true;
      hooks.frame(welcome);
      resolve(sender(welcome.token, hooks, stop));
    };
    const line = (text: string): void => {
      if (text.startsWith("data:") && !stop.signal.aborted)
        hooks.frame(JSON.parse(text.slice(5)) as Incoming);
    };
    get("/v1/visitor/stream", welcome.token, place.after(), stop.signal)
      .then((r) => {
        if (!r.ok || r.body === null) return undefined;
        beat();
        return readLines(r.body, beat, line);
      })
      .catch(() => undefined)
      .finally(() => flowing ? over() : resolve("blocked"));
  });
}

interface Batch {
  events: { seq: number; kind: string }[];
  seq: number;
  frames?: Parameters<Hooks["frame"]>[0][];
}

async function poll(
  token: string, after: number, wait: number, stop: AbortSignal,
): Promise<Batch | Fault> {
  const r = await get(`/v1/visitor/events?wait=${wait}`, token, after, stop);
  return r.ok ? await r.json() as Batch : faultOf(r);
}

export async function openPoll(place: Place, hooks: Hooks): Promise<Opened> {
  const welcome = await begin(place);
  if (typeof welcome === "string" || isFault(welcome)) return welcome;
  const stop = new AbortController();
  const { token } = welcome;

  async function follow(): Promise<Fault | null> {
    while (!stop.signal.aborted) {
      const batch = await poll(token, place.after(), POLL_S, stop.signal);
      if (isFault(batch)) return batch;
      for (const event of batch.events) hooks.frame({ type: "event", event });
      for (const frame of batch.frames ?? []) hooks.frame(frame);
    }
    return null;
  }

  hooks.frame(welcome);
  follow().catch(() => null).then((fault) => {
    if (!stop.signal.aborted) hooks.over(fault);
    stop.abort();
  });
  return sender(token, hooks, stop);
}
