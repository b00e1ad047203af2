// What the console knows, and how frames change it. Pure.

import type { Account, Channel, Colleague, Entry, Fault, Found, Frame, Offer,
  Row, Team } from "./types.ts";

export const VIEWS = [
  ["mine", "Mine"], ["queue", "Waiting"], ["open", "All open"],
  ["mail", "By mail"], ["snoozed", "Put off"], ["resolved", "Ended"],
  ["bot", "With the bot"],
] as const;

export const MOST = 200; // rows that are ever asked for

/** How something is said; the words are the protocol's. */
export type Mode = "send" | "note" | "whisper" | "barge";

/** What was said and is not in the log yet; fault: it was refused. */
export type Unsent = { id: string; conversation: number; text: string;
  mode: Mode; seen: number; fault: Fault | null };

export type State = {
  account: Account | null;
  line: "connecting" | "open" | "lost";
  away: boolean;
  set: boolean; // away, and not by one's own hand
  view: string;
  lists: { mine: Row[]; view: Row[] };
  loaded: boolean;
  more: boolean; // than the list shows
  found: { words: string; list: Found[] | null } | null; // null: asked for
  counts: Record<string, number>;
  teams: Team[];
  staff: Map<number, Colleague>;
  offers: Offer[];
  open: number; // the conversation that is shown; 0: none
  row: Row | null; // of it, wherever it is listed
  taking: number; // the conversation that is on its way to oneself
  channel: Channel | null;
  from: number; // entries are those after it
  entries: Entry[];
  seen: number; // by the customer
  typing: string; // who writes there; empty: nobody
  draft: string; // the bot's answer while it grows
  unsent: Unsent[];
};

export function initial(account: Account | null = null): State {
  return { account, line: "connecting", away: false, set: false, view: "mine",
    lists: { mine: [], view: [] }, loaded: false, more: false, found: null,
    counts: {}, teams: [], staff: new Map(), offers: [], open: 0, row: null,
    taking: 0, channel: null, from: 0, entries: [], seen: 0, typing: "",
    draft: "", unsent: [] };
}

/** The newest event that is on the screen. */
export const seenSeq = (s: State) => s.entries.at(-1)?.seq ?? s.from;

export const shown = (s: State) =>
  s.view === "mine" ? s.lists.mine : s.lists.view;

export const may = (s: State, what: string) =>
  s.account?.permissions.includes(what) ?? false;

const own = (s: State) => s.account?.agent?.id;

export const isMine = (s: State, r = s.row) =>
  r?.holder === "agent" && r.agent === own(s);

/** How they may say something there; the first is the usual one. */
export function modes(s: State): Mode[] {
  if (isMine(s) || (s.open && s.taking === s.open)) return ["send", "note"];
  if (s.row?.holder !== "agent" || s.row.status === "resolved" ||
    !may(s, "supervise")) return ["note"];
  return ["note", "whisper", "barge"];
}

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

export function takeOpenRow(s: State, row: Row) {
  if (row.id !== s.open || (s.row && s.row.seq > row.seq)) return;
  s.row = row;
  s.seen = Math.max(s.seen, row.seen.customer);
}

/** Acks and events tell sooner than rows, which come now and then. */
function takeHolder(s: State, seq: number, is: { status?: string;
  holder?: string; agent?: number }) {
  if (!s.row || seq < s.row.seq || !is.holder) return;
  const { agent, offered: _, ...row } = s.row;
  if (is.holder === row.holder && is.agent === agent &&
    (is.status ?? row.status) === row.status) return;
  s.row = { ...row, seq, holder: is.holder, status: is.status ?? row.status,
    ...(is.agent && { agent: is.agent }) };
}

/** What comes after their word, as a notice, does not hide it. */
function heard(o: Offer): Offer {
  const m = o.row.message;
  if (m?.author !== "customer" || m.seq <= (o.said?.seq ?? 0)) return o;
  return { ...o, said: { seq: m.seq, text: m.text || "a file" } };
}

function takeRow(s: State, f: Extract<Frame, { type: "row" }>) {
  s.lists.mine = f.mine ? put(s.lists.mine, f.row, "mine")
    : without(s.lists.mine, f.row.id);
  s.lists.view = f.view ? put(s.lists.view, f.row, s.view)
    : without(s.lists.view, f.row.id);
  takeOpenRow(s, f.row);
  s.offers = s.offers.map((o) => o.conversation === f.row.id
    ? heard({ ...o, row: f.row }) : o);
}

function takeEvent(s: State, f: Extract<Frame, { type: "event" }>) {
  s.unsent = s.unsent.filter((u) => u.conversation !== f.conversation ||
    u.id !== f.event.body?.["id"]);
  if (f.conversation !== s.open || f.event.seq <= seenSeq(s)) return;
  s.entries.push(f.event);
  if (f.event.kind === "holder") takeHolder(s, f.event.seq, f.event);
  if (f.event.kind === "message" || f.event.kind === "holder") {
    s.typing = "";
    if (f.event.author === "bot") s.draft = "";
  }
}

function takeError(s: State, f: Extract<Frame, { type: "error" }>) {
  const mine = s.unsent.find((u) => u.id === f.id);
  if (mine) mine.fault = f;
}

/** What is not shown has no event that says so. */
function takeAck(s: State, f: Extract<Frame, { type: "ack" }>) {
  if (f.conversation === s.open) takeHolder(s, f.seq, f);
  else s.unsent = s.unsent.filter((u) => u.id !== f.id);
}

function takeWelcome(s: State, f: Extract<Frame, { type: "welcome" }>) {
  s.line = "open";
  s.away = f.agent.away;
  s.counts = f.counts;
  s.teams = f.teams;
  s.staff = new Map(f.staff.map((c) => [c.agent, c]));
  s.offers = [];
}

function takeView(s: State, f: Extract<Frame, { type: "view" }>) {
  s.lists[f.list] = f.rows;
  s.loaded = true;
  if (f.list === "view")
    s.more = f.next !== undefined && f.rows.length < MOST;
  const row = f.rows.find((r) => r.id === s.open);
  if (row) takeOpenRow(s, row);
}

function takeStaff(s: State, f: Extract<Frame, { type: "staff" }>) {
  s.staff.set(f.agent, { ...s.staff.get(f.agent), ...f });
  if (f.agent === own(s)) s.away = f.away;
}

const otherOffers = (s: State, conversation: number) =>
  s.offers.filter((o) => o.conversation !== conversation);

type Taking = { [T in Frame["type"]]?:
  (s: State, f: Extract<Frame, { type: T }>) => void };

const taking: Taking = {
  welcome: takeWelcome, view: takeView, row: takeRow, event: takeEvent,
  error: takeError, ack: takeAck, staff: takeStaff,
  row_gone(s, f) {
    s.lists.mine = without(s.lists.mine, f.id);
    s.lists.view = without(s.lists.view, f.id);
  },
  counts(s, { type: _, ...counts }) { Object.assign(s.counts, counts); },
  offer(s, f) { s.offers = [...otherOffers(s, f.conversation), heard(f)]; },
  offer_end(s, f) { s.offers = otherOffers(s, f.conversation); },
  typing(s, f) {
    if (f.conversation === s.open && f.agent !== own(s))
      s.typing = f.on ? f.author : "";
  },
  draft(s, f) { if (f.conversation === s.open) s.draft = f.text; },
  seen(s, f) {
    if (f.conversation === s.open && f.author === "customer")
      s.seen = Math.max(s.seen, f.seq);
  },
};

export const take = (s: State, f: Frame): void =>
  (taking[f.type] as ((s: State, f: Frame) => void) | undefined)?.(s, f);

/** Another conversation is shown, or none; what is after `from` of it. */
export function show(s: State, id: number, row: Row | null, from: number) {
  s.open = id;
  s.row = row;
  s.channel = null;
  s.from = from;
  s.entries = [];
  s.seen = row?.seen.customer ?? 0;
  s.typing = s.draft = "";
}

export const rowOf = (s: State, id: number): Row | undefined =>
  [...s.lists.mine, ...s.lists.view, ...s.offers.map((o) => o.row),
    ...(s.found?.list ?? []).flatMap((f) => f.row ?? [])]
    .find((r) => r.id === id);

/** What events tell of an offer: how it was handed over, and their words. */
export function learn(o: Offer, entries: Entry[]): Offer {
  const pack = entries.findLast((e) => e.kind === "pack")?.body?.["summary"];
  const word = entries.findLast((e) => e.kind === "message" &&
    e.author === "customer");
  const text = String(word?.body?.["text"] ?? "");
  return { ...o,
    ...(Array.isArray(pack) && { handed: pack.join(" ") }),
    ...(word && text && word.seq >= (o.said?.seq ?? 0) &&
      { said: { seq: word.seq, text } }) };
}

/** What they want: as it was handed over, else their newest word. */
export const wish = (o: Offer) => o.handed || o.said?.text;

export const nameOf = (s: State, agent?: number) =>
  (agent && s.staff.get(agent)?.name) || "A colleague";

export const teamOf = (s: State, key?: string) =>
  s.teams.find((t) => t.key === key)?.name ?? key ?? "";

export const customer = (r: Row | null | undefined) =>
  r?.contact.name || r?.contact.email || r?.contact.user ||
  (r ? `Visitor ${r.id}` : "");
