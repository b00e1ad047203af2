// rows: what the transcript shows, line by line, as data. Pure; the view only
// draws it.

import type { Author, Holder } from "./frames.ts";
import type { Item, Pending, State } from "./state.ts";

export type Mark = "waiting" | "sending" | "delivered" | "seen" | "refused";

export type Row =
  | { key: string; is: "day"; at: number }
  | { key: string; is: "note"; text: string }
  | { key: string; is: "typing"; author: Author }
  | { key: string; is: "message"; message: Message };

export interface Message {
  author: Author;
  name: string; // of a person of the company; "" where none is known
  text: string;
  url: string | null; // of a file, whose name is the text
  at: number;
  first: boolean; // of a run by the same author
  last: boolean;
  draft: boolean;
  mark: Mark | null;
  refusal: string | null;
  id: string | null;
}

const RUN_MS = 5 * 60_000; // a longer silence starts a new run

export const refusals: Record<string, string> = {
  too_long: "This message is too long.",
  too_big: "This message is too long.",
  bad_text: "This message holds a character that cannot be sent.",
};

const holders: Record<Holder, (name: string) => string> = {
  bot: () => "The assistant answers again.",
  queue: () => "You are in line for a person.",
  agent: (name) => name === "" ? "A person answers now."
    : `${name} answers now.`,
  email: () => "Our team was written to, and answers here.",
  nobody: () => "This conversation is closed.",
};

function noteText(item: Item): string {
  if (item.kind === "resolved") return "The conversation was closed. " +
    "Write again to reopen it.";
  if (item.kind === "identified") return item.text === ""
    ? "You are signed in." : `You are signed in as ${item.text}.`;
  return item.holder === undefined ? "Somebody else answers now."
    : holders[item.holder](item.text);
}

// A line between the messages; "" where what stands beside it says enough.
function lineOf(item: Item, next: Item | undefined): string {
  if (item.kind === "message") return item.text;
  const told = next?.kind === "resolved" ||
    (item.holder === "queue" && next?.holder === "email") ||
    (next?.kind === "message" && next.author === "system");
  if (item.kind === "holder" && told) return "";
  return noteText(item);
}

function said(item: Item, name: string): Message {
  return {
    author: item.author, name, text: item.text, url: item.url ?? null,
    at: item.at,
    first: true, last: true, draft: false,
    mark: null, refusal: null, id: item.id ?? null,
  };
}

function waiting(p: Pending, online: boolean): Message {
  const mark = p.fault ? "refused" : online ? "sending" : "waiting";
  return {
    author: "customer", name: "", text: p.text, url: null, at: p.at,
    first: true, last: true, draft: false, mark, id: p.id,
    refusal: p.fault
      ? refusals[p.fault.code] ?? `This message was refused: ${p.fault.title}.`
      : null,
  };
}

// The same key before and after: a bubble stays put when its message is
// acknowledged, or its draft is done.
function keyOf(item: Item): string {
  if (item.turn !== undefined) return `draft ${item.turn}`;
  return item.id !== undefined ? `id ${item.id}` : `seq ${item.seq}`;
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

// Marks where runs begin and end, and puts days between.
function grouped(rows: Row[]): Row[] {
  const out: Row[] = [];
  let run: Message | null = null;
  let day: number | null = null;
  for (const row of rows) {
    if (row.is !== "message") {
      run = null;
      out.push(row);
      continue;
    }
    const m = row.message;
    if (day === null || !sameDay(day, m.at)) {
      out.push({ key: `day ${new Date(m.at).toDateString()}`, is: "day",
        at: m.at });
      run = null;
    }
    day = m.at;
    if (run !== null && run.author === m.author && run.name === m.name &&
      m.at - run.at < RUN_MS) {
      run.last = false;
      m.first = false;
    }
    run = m;
    out.push(row);
  }
  return out;
}

// Only the newest message that has arrived says how far it got.
function markNewest(rows: Row[], items: Item[], seen: number): void {
  const newest = items.findLast(
    (i) => i.kind === "message" && i.author === "customer");
  if (newest === undefined) return;
  const answered = items.some(
    (i) => i.seq > newest.seq && i.kind === "message" &&
      i.author !== "system");
  const row = rows.find((r) => r.key === keyOf(newest));
  if (row?.is !== "message") return;
  if (seen >= newest.seq) row.message.mark = "seen";
  else if (!answered) row.message.mark = "delivered";
}

// What was said, each by its name, and lines between.
function told(items: Item[]): Row[] {
  const out: Row[] = [];
  let holder = "";
  items.forEach((item, at) => {
    if (item.holder === "agent") holder = item.text;
    const by = item.kind === "file"
      ? items.find((i) => i.seq === item.of) ?? item : item;
    const only = item.kind === "message" && item.author === "agent" &&
      item.text === ""; // its files say all
    if (only) return;
    if (item.kind === "file" && by.author === "customer") return; // theirs
    if (item.kind === "file" ||
      (item.kind === "message" && item.author !== "system")) {
      const name = item.author === "agent" ? by.name ?? holder : "";
      out.push({ key: keyOf(item), is: "message", message: said(item, name) });
      return;
    }
    const text = lineOf(item, items[at + 1]);
    if (text !== "") out.push({ key: `seq ${item.seq}`, is: "note", text });
  });
  return out;
}

export function rows(state: State, now: number): Row[] {
  const out = told(state.items);
  markNewest(out, state.items, state.seen.company);
  for (const p of state.pending)
    out.push({ key: `id ${p.id}`, is: "message",
      message: waiting(p, state.line.is === "online") });
  if (state.draft !== null)
    out.push({ key: `draft ${state.draft.turn}`, is: "message", message: {
      author: "bot", name: "", text: state.draft.text, url: null, at: now,
      first: true, last: true, draft: true, mark: null, refusal: null, id: null } });
  else if (state.typing !== null)
    out.push({ key: "typing", is: "typing", author: state.typing });
  return grouped(out);
}
