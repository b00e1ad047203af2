// main: ties the parts together. Everything that happens goes through
// reduce(); then the view is drawn, what must outlive the page is kept, and
// the wire is handed what is to be sent next.

import { showElsewhere } from "./elsewhere.ts";
import type { Incoming } from "./frames.ts";
import { passes } from "./frames.ts";
import { keepOf } from "./keep.ts";
import { empty, nextToSend, reduce, unread } from "./state.ts";
import type { Happening, State } from "./state.ts";
import { mount } from "./view.ts";
import { wireTo } from "./wire.ts";

const TYPING_AGAIN_MS = 3000; // said again while it goes on
const TYPING_OVER_MS = 5000;
const QUIET_MS = 12_000; // a typing mark that nobody took back

const company = new URLSearchParams(location.search).get("company") ?? "demo";
const keep = keepOf(company);
let state: State = reduce(empty, { kind: "kept", pending: keep.pending() });
let drawn = false;

const view = mount({
  ask(text) {
    const id = newId();
    // Half of a surrogate pair is no text to anyone else.
    const whole = text.replace(/\p{Surrogate}/gu, "\ufffd").replaceAll("\0", "");
    keep.add({ id, text: whole, at: Date.now() });
    happen({ kind: "wrote", id, text: whole, at: Date.now() });
    stopTyping();
  },
  type: (on) => (on ? type() : stopTyping()),
  discard(id) {
    keep.drop(id);
    happen({ kind: "dropped", id });
  },
  retry: () => wire.retry(),
  person: () => wire.say({ type: "handoff" }),
  leave() {
    stopTyping();
    wire.say({ type: "leave" });
    happen({ kind: "left" });
  },
  read: () => setTimeout(read),
});

const wire = wireTo({
  company,
  token: () => keep.token(),
  after: () => state.seq,
}, {
  frame: onFrame,
  line: (line) => happen({ kind: "line", line }),
  forgotten() {
    keep.setToken(null);
    happen({ kind: "forgotten" });
  },
});

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// Drawn once a frame, however much happens in it; a hidden page draws too.
function draw(): void {
  if (drawn) return;
  drawn = true;
  const now = (): void => {
    drawn = false;
    view.update(state, Date.now());
  };
  if (document.hidden) setTimeout(now);
  else requestAnimationFrame(now);
}

function happen(event: Happening): void {
  const before = state;
  state = reduce(state, event);
  if (state === before) return;
  for (const p of before.pending)
    if (!state.pending.some((q) => q.id === p.id)) keep.drop(p.id);
  wire.offer(nextToSend(state));
  draw();
}

let quiet: ReturnType<typeof setTimeout> | undefined;

function onFrame(frame: Incoming): void {
  if (frame.type === "welcome") keep.setToken(frame.token);
  if (frame.type === "error" && frame.id !== undefined && !passes(frame))
    keep.drop(frame.id);
  if (frame.type === "typing" && frame.on) {
    clearTimeout(quiet);
    quiet = setTimeout(() => happen({ kind: "quiet" }), QUIET_MS);
  }
  happen({ kind: "frame", frame, at: Date.now() });
}

let typedAt = 0;
let typed: ReturnType<typeof setTimeout> | undefined;

function type(): void {
  clearTimeout(typed);
  typed = setTimeout(stopTyping, TYPING_OVER_MS);
  if (Date.now() - typedAt < TYPING_AGAIN_MS) return;
  typedAt = Date.now();
  wire.say({ type: "typing", on: true });
}

function stopTyping(): void {
  clearTimeout(typed);
  if (typedAt === 0) return;
  typedAt = 0;
  wire.say({ type: "typing", on: false });
}

function read(): void {
  const seq = unread(state);
  if (seq === 0 || document.hidden || state.line.is !== "online") return;
  wire.say({ type: "seen", seq });
  happen({ kind: "read", seq });
}

document.addEventListener("visibilitychange", draw);
setInterval(() => {
  if (state.line.is === "waiting") draw();
}, 1000);
draw();
void showElsewhere();
