// What the console knows, and how frames change it. Pure.

import type { Account, Colleague, Entry, Frame, Offer, Row, Team } from
  "./types.ts";

export const VIEWS = [
  ["mine", "Mine"], ["queue", "Waiting"], ["open", "With people"],
  ["mail", "By mail"], ["snoozed", "Put off"], ["resolved", "Ended"],
  ["bot", "With the bot"],
] as const;

export type State = {
  account: Account | null;
  line: "connecting" | "open" | "lost";
  away: boolean;
  view: string;
  lists: { mine: Row[]; view: Row[] };
  loaded: boolean;
  counts: Record<string, number>;
  teams: Team[];
  staff: Map<number, Colleague>;
  offers: Offer[];
  open: number; // the conversation that is shown; 0: none
  row: Row | null; // of it, wherever it is listed
  entries: Entry[];
  typing: string; // who writes there; empty: nobody
  draft: string; // the bot's answer while it grows
  unsent: { id: string; text: string; note: boolean; why: string }[];
};

export function initial(): State {
  return { account: null, line: "connecting", away: false, view: "mine",
    lists: { mine: [], view: [] }, loaded: false, counts: {}, teams: [],
    staff: new Map(), offers: [], open: 0, row: null, entries: [], typing: "",
    draft: "", unsent: [] };
}

/** The newest event that is on the screen. */
export const seenSeq = (s: State) => s.entries.at(-1)?.seq ?? 0;

export const shown = (s: State) =>
  s.view === "mine" ? s.lists.mine : s.lists.view;

/** The newer of two rows of one conversation, by their seq. */
function put(list: Row[], row: Row, view: string): Row[] {
  const at = list.findIndex((r) => r.id === row.id);
  const old = list[at];
  if (old && old.seq > row.seq) return list;
  const next = list.filter((r) => r.id !== row.id);
  next.push(row);
  const key = (r: Row) => view === "queue" ? -(r.queued_at ?? 0)
    : view === "bot" ? r.id : r.last_at;
  return next.sort((a, b) => key(b) - key(a) || b.id - a.id);
}

const without = (list: Row[], id: number) => list.filter((r) => r.id !== id);

function takeRow(s: State, f: Extract<Frame, { type: "row" }>) {
  s.lists.mine = f.mine ? put(s.lists.mine, f.row, "mine")
    : without(s.lists.mine, f.row.id);
  s.lists.view = f.view ? put(s.lists.view, f.row, s.view)
    : without(s.lists.view, f.row.id);
  if (f.row.id === s.open) s.row = f.row;
  s.offers = s.offers.map((o) => o.conversation === f.row.id
    ? { ...o, row: f.row } : o);
}

function takeEvent(s: State, f: Extract<Frame, { type: "event" }>) {
  if (f.conversation !== s.open || f.event.seq <= seenSeq(s)) return;
  s.entries.push(f.event);
  s.unsent = s.unsent.filter((u) => u.id !== f.event.body?.["id"]);
  if (f.event.kind === "message") {
    s.typing = "";
    if (f.event.author === "bot") s.draft = "";
  }
}

function takeError(s: State, f: Extract<Frame, { type: "error" }>) {
  const mine = s.unsent.find((u) => u.id === f.id);
  if (mine) mine.why = f.detail ?? f.title ?? f.code;
}

function takeWelcome(s: State, f: Extract<Frame, { type: "welcome" }>) {
  s.line = "open";
  s.away = f.agent.away;
  s.counts = f.counts;
  s.teams = f.teams;
  s.staff = new Map(f.staff.map((c) => [c.agent, c]));
  s.offers = [];
}

export function take(s: State, f: Frame): void {
  if (f.type === "welcome") takeWelcome(s, f);
  else if (f.type === "view") {
    s.lists[f.list] = f.rows;
    s.loaded = true;
    const row = f.rows.find((r) => r.id === s.open);
    if (row) s.row = row;
  } else if (f.type === "row") takeRow(s, f);
  else if (f.type === "row_gone") {
    s.lists.mine = without(s.lists.mine, f.id);
    s.lists.view = without(s.lists.view, f.id);
  } else if (f.type === "counts") {
    const { type: _, ...counts } = f;
    Object.assign(s.counts, counts);
  } else if (f.type === "offer") {
    s.offers = s.offers.filter((o) => o.conversation !== f.conversation);
    s.offers.push(f);
  } else if (f.type === "offer_end")
    s.offers = s.offers.filter((o) => o.conversation !== f.conversation);
  else if (f.type === "event") takeEvent(s, f);
  else if (f.type === "typing" && f.conversation === s.open)
    s.typing = f.on ? f.author : "";
  else if (f.type === "draft" && f.conversation === s.open) s.draft = f.text;
  else if (f.type === "error") takeError(s, f);
  else if (f.type === "staff") {
    s.staff.set(f.agent, { ...s.staff.get(f.agent), ...f });
    if (f.agent === s.account?.agent?.id) s.away = f.away;
  }
}

/** Another conversation is shown, or none. */
export function show(s: State, id: number): void {
  s.open = id;
  s.row = [...s.lists.mine, ...s.lists.view].find((r) => r.id === id) ?? null;
  s.entries = [];
  s.typing = s.draft = "";
  s.unsent = [];
}

export const nameOf = (s: State, agent?: number) =>
  (agent && s.staff.get(agent)?.name) || "A colleague";

export const customer = (r: Row | null) =>
  r?.contact.name || r?.contact.email || r?.contact.user ||
  (r ? `Visitor ${r.id}` : "");
