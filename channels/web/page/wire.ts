// wire: the line to the gateway. The rest of the page sees frames come, hands
// out what shall be sent and is told how the line is; only this file and its
// parts (wire_*.ts) know how the bytes travel.
//
// Each attempt goes down a ladder: a WebSocket; a stream of server-sent
// events with POST; long polling with POST. When nothing answers at all, it
// waits, a little longer each time, and begins at the top again.

import type { Fault, Incoming, Outgoing } from "./frames.ts";
import { isFault, passes } from "./frames.ts";
import type { Line } from "./state.ts";
import { openPoll, openStream } from "./wire_http.ts";
import { openSocket } from "./wire_socket.ts";
import { waitMs } from "./wire_wait.ts";

export interface Place {
  company: string;
  token(): string | null;
  after(): number; // the newest place known without a gap
}

export interface Hooks {
  frame(frame: Incoming): void;
  over(fault: Fault | null): void; // at most once; after it, silence
}

export interface Session {
  send(frame: Outgoing): void;
  close(): void; // no hook is called after it
}

// Why there is no session: this way is blocked, nothing answers, or a fault.
export type Opened = Session | "blocked" | "unreachable" | Fault;
export type Open = (place: Place, hooks: Hooks) => Promise<Opened>;

export interface Wire {
  offer(message: { id: string; text: string } | undefined): void;
  say(frame: Outgoing): void; // not kept when there is no line
  retry(): void;
}

const STEADY_MS = 10_000; // online this long: the next wait is short again

const ladder: Open[] = [openSocket, openStream, openPoll];
// Trying again cannot help.
export const final = new Set(["unknown_company", "bad_origin", "not_found"]);

export function wireTo(place: Place, on: {
  frame(frame: Incoming): void;
  line(line: Line): void;
  forgotten(): void; // the token is not good any more
}): Wire {
  let session: Session | null = null;
  let attempt = 0; // its number; an older one has nothing to say
  let failures = 0;
  let since = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let offered: { id: string; text: string } | undefined;
  let inFlight: string | null = null;
  let held = false; // refused for now; a timer runs

  function pump(): void {
    if (session === null || offered === undefined || held) return;
    if (inFlight === offered.id) return;
    inFlight = offered.id;
    session.send({ type: "send", id: offered.id, text: offered.text });
  }

  function hold(): void {
    held = true;
    setTimeout(() => {
      held = false;
      pump();
    }, waitMs(1, Math.random()));
  }

  function onFrame(frame: Incoming): void {
    const answered = frame.type === "ack" || frame.type === "error";
    if (answered && frame.id === inFlight) {
      inFlight = null;
      if (frame.type === "error" && passes(frame)) hold();
    }
    on.frame(frame);
  }

  function rest(): void {
    const ms = waitMs(failures++, Math.random());
    on.line({ is: "waiting", until: Date.now() + ms });
    timer = setTimeout(start, ms);
  }

  function fail(fault: Fault | null): void {
    attempt++;
    session = null;
    inFlight = null;
    if (Date.now() - since > STEADY_MS) failures = 0;
    if (!navigator.onLine) {
      on.line({ is: "offline" });
    } else if (fault !== null && final.has(fault.code)) {
      on.line({ is: "refused", fault });
    } else {
      if (fault !== null) on.frame(fault);
      if (fault?.code === "bad_token") on.forgotten();
      rest();
    }
  }

  async function climb(mine: number): Promise<Opened> {
    let opened: Opened = "unreachable";
    for (const open of ladder) {
      opened = await open(place, {
        frame: (frame) => mine === attempt && onFrame(frame),
        over: (fault) => mine === attempt && fail(fault),
      });
      if (opened !== "blocked") break;
    }
    return opened;
  }

  async function start(): Promise<void> {
    clearTimeout(timer);
    const mine = ++attempt;
    session?.close();
    session = null;
    on.line({ is: "connecting" });
    const opened = await climb(mine);
    if (mine !== attempt) {
      if (typeof opened === "object" && !isFault(opened)) opened.close();
      return;
    }
    since = Date.now();
    if (typeof opened === "string") return fail(null);
    if (isFault(opened)) return fail(opened);
    session = opened;
    on.line({ is: "online" });
    pump();
  }

  function drop(): void {
    session?.close();
    clearTimeout(timer);
    fail(null);
  }

  addEventListener("online", () => void start());
  addEventListener("offline", drop);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && session === null && timer !== undefined)
      void start();
  });
  // Not before the caller has what this returns.
  queueMicrotask(() => void start());

  return {
    offer(message) {
      offered = message;
      pump();
    },
    say: (frame) => session?.send(frame),
    retry: () => void start(),
  };
}
