// state: what the page knows. Pure: reduce(state, event) is the only way it
// changes, and times come with the events.

import type {
  Author, Company, Event, Fault, Holder, Incoming,
} from "./frames.ts";
import { passes } from "./frames.ts";
import type { Item } from "./items.ts";
import { insert, itemOf } from "./items.ts";

export type { Item } from "./items.ts";

// What the visitor wrote and the gateway has not acknowledged.
export interface Pending {
  id: string;
  text: string;
  at: number;
  fault?: Fault; // it is refused for good
}

export type Line =
  | { is: "connecting" }
  | { is: "online" }
  | { is: "offline" }
  | { is: "waiting"; until: number }
  | { is: "refused"; fault: Fault };

export interface State {
  line: Line;
  company: Company | null;
  textMax: number;
  seq: number; // everything up to here is known
  ahead: number[]; // known places above it
  items: Item[]; // by seq
  pending: Pending[]; // in the order written
  draft: { turn: string; text: string } | null;
  typing: Author | null;
  seen: { customer: number; company: number };
  notice: Fault | null;
  holder: Holder;
  place: { position: number; wait?: number } | null; // in line, seconds
  left: boolean; // they ended the chat, and have not written since
}

export type Happening =
  | { kind: "frame"; frame: Incoming; at: number }
  | { kind: "line"; line: Line }
  | { kind: "wrote"; id: string; text: string; at: number }
  | { kind: "kept"; pending: Pending[] }
  | { kind: "dropped"; id: string }
  | { kind: "read"; seq: number }
  | { kind: "quiet" }
  | { kind: "noticed" }
  | { kind: "left" }
  | { kind: "forgotten" };

export const empty: State = {
  line: { is: "connecting" },
  company: null,
  textMax: 4000,
  seq: 0,
  ahead: [],
  items: [],
  pending: [],
  draft: null,
  typing: null,
  seen: { customer: 0, company: 0 },
  notice: null,
  holder: "bot",
  place: null,
  left: false,
};

// Notes the place, and moves `seq` up over what is known without a gap.
function place(state: State, seq: number): State {
  if (seq <= state.seq || state.ahead.includes(seq)) return state;
  const ahead = [...state.ahead, seq].sort((a, b) => a - b);
  let top = state.seq;
  while (ahead[0] === top + 1) top = ahead.shift() as number;
  return { ...state, seq: top, ahead };
}

function without(pending: Pending[], id: string | undefined): Pending[] {
  return id === undefined ? pending : pending.filter((p) => p.id !== id);
}

function onEvent(state: State, event: Event, at: number): State {
  const item = itemOf(event, at);
  const next = place(state, event.seq);
  if (item === null || event.seq <= state.seq) return next;
  const spoken = item.kind === "message" && item.author !== "customer" &&
    item.author !== "system";
  if (spoken && state.draft !== null) item.turn = state.draft.turn;
  // What the bot was about to say, it says no more.
  const over = spoken ||
    (item.holder !== undefined && item.holder !== "bot");
  return {
    ...next,
    items: insert(next.items, item),
    pending: without(next.pending, item.id),
    draft: over ? null : next.draft,
    typing: over ? null : next.typing,
    holder: item.holder ?? next.holder,
    place: item.holder === undefined ? next.place : null,
    left: next.left &&
      !(item.kind === "message" && item.author === "customer"),
  };
}

function onAck(state: State, id: string, seq: number, at: number): State {
  const waiting = state.pending.find((p) => p.id === id);
  const next = place(state, seq);
  if (waiting === undefined) return next;
  const item: Item = {
    seq, kind: "message", author: "customer", at, text: waiting.text, id,
  };
  return {
    ...next,
    items: insert(next.items, item),
    pending: without(next.pending, id),
  };
}

// A fault of one message stands beside it; any other is a notice. What
// passes by itself is tried again and only worth a word.
function onFault(state: State, fault: Fault): State {
  const id = fault.id;
  if (id === undefined || passes(fault)) return { ...state, notice: fault };
  return {
    ...state,
    pending: state.pending.map((p) => (p.id === id ? { ...p, fault } : p)),
  };
}

function raise(
  seen: State["seen"], side: "customer" | "company", seq: number,
): State["seen"] {
  return seq > seen[side] ? { ...seen, [side]: seq } : seen;
}

function placeOf(frame: { position: number; wait_s?: number }): State["place"] {
  const { position, wait_s: wait } = frame;
  return wait === undefined ? { position } : { position, wait };
}

function onFrame(state: State, frame: Incoming, at: number): State {
  switch (frame.type) {
    case "welcome":
      return {
        ...state,
        company: frame.company,
        textMax: frame.limits.text,
        seen: raise(
          raise(state.seen, "customer", frame.seen.customer),
          "company", frame.seen.company),
        draft: null,
        typing: null,
      };
    case "event":
      return onEvent(state, frame.event, at);
    case "ack":
      return onAck(state, frame.id, frame.seq, frame.at);
    case "error":
      return onFault(state, frame);
    case "typing":
      return { ...state, typing: frame.on ? frame.author : null };
    case "seen":
      return { ...state, seen: raise(state.seen, frame.author, frame.seq) };
    case "draft":
      return {
        ...state, draft: { turn: frame.turn, text: frame.text }, typing: null,
      };
    case "queue":
      return { ...state, place: placeOf(frame) };
    default:
      return state;
  }
}

// Adds what was kept from an earlier visit, before what was written since.
function onKept(state: State, kept: Pending[]): State {
  const known = new Set(state.pending.map((p) => p.id));
  const more = kept.filter((p) => !known.has(p.id));
  return { ...state, pending: [...more, ...state.pending] };
}

export function reduce(state: State, event: Happening): State {
  switch (event.kind) {
    case "frame":
      return onFrame(state, event.frame, event.at);
    case "line":
      return event.line.is === "online"
        ? { ...state, line: event.line, notice: null }
        : { ...state, line: event.line, draft: null, typing: null };
    case "wrote": {
      const { id, text, at } = event;
      return { ...state, left: false,
        pending: [...state.pending, { id, text, at }] };
    }
    case "kept":
      return onKept(state, event.pending);
    case "dropped":
      return { ...state, pending: without(state.pending, event.id) };
    case "read":
      return { ...state, seen: raise(state.seen, "customer", event.seq) };
    case "quiet":
      return { ...state, typing: null };
    case "noticed":
      return { ...state, notice: null };
    case "left":
      return { ...state, left: true };
    case "forgotten":
      return { ...empty, line: state.line, pending: state.pending };
  }
}

// The next message to bring to the gateway; one at a time keeps the order.
export function nextToSend(state: State): Pending | undefined {
  return state.pending.find((p) => p.fault === undefined);
}

// How far there is something of the company's to read.
export function unread(state: State): number {
  const last = state.items.findLast((i) =>
    i.author !== "customer" && i.kind !== "file");
  return last !== undefined && last.seq > state.seen.customer ? last.seq : 0;
}
