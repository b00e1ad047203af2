// The protocol's words as types: gateway/seller.h says what they mean.

export type Row = {
  id: number; seq: number; status: string; holder: string;
  agent?: number; offered?: number; team?: string; priority?: number;
  opened_at: number; last_at: number; queued_at?: number;
  waiting_at?: number; snoozed_until?: number; gone?: boolean;
  contact: { id: number; user?: string; name?: string; email?: string };
  channel: string;
  message?: { seq: number; author: string; agent?: number; at: number;
    text?: string };
  seen: { customer: number; company: number };
  unread?: boolean; labels: string[];
};

export type Entry = {
  seq: number; kind: string; author?: string; at?: number; ref?: number;
  agent?: number; team?: number; holder?: string; end?: string; note?: string;
  timer?: string; body?: Record<string, unknown>;
};

/** What may be said there. */
export type Channel = { name: string; title?: string; text?: number;
  window_until?: number; template?: boolean };

export type Colleague = { agent: number; name?: string; online: boolean;
  away: boolean };

export type Offer = { conversation: number; row: Row; until: number;
  reason?: Record<string, unknown>;
  handed?: string; // what they want, as it was handed over
  said?: { seq: number; text: string } }; // their newest word

export type Team = { key: string; name: string };

export type Found = { conversation: number; seq: number; text: string;
  row?: Row };

/** A reply at hand, or what a label looks like. */
export type Thing = { key: string; text: string; colour?: string;
  shared?: boolean; version: number };

export type Account = {
  agent: { id: number; name: string } | null;
  permissions: string[];
  company: { key: string; name: string };
};

export type Fault = { code: string; title?: string; detail?: string;
  id?: string; conversation?: number; holder?: string; agent?: number;
  name?: string; faults?: { where: string; what: string }[] };

export type Frame =
  | { type: "welcome"; agent: { id: number; name: string; away: boolean };
      company: { key: string; name: string }; permissions: string[];
      counts: Record<string, number>; teams: Team[]; staff: Colleague[] }
  | { type: "view"; list: "mine" | "view"; view?: string; rows: Row[];
      next?: string }
  | { type: "row"; row: Row; mine?: boolean; view?: boolean }
  | { type: "row_gone"; id: number }
  | ({ type: "counts" } & Record<string, number>)
  | ({ type: "offer" } & Offer)
  | { type: "offer_end"; conversation: number; end: string }
  | { type: "event"; conversation: number; event: Entry }
  | { type: "typing"; conversation: number; author: string; agent?: number;
      on: boolean }
  | { type: "draft"; conversation: number; text: string }
  | { type: "seen"; conversation: number; author: string; seq: number }
  | { type: "unwatched"; conversation: number }
  | { type: "ack"; id?: string; conversation: number; seq: number;
      status: string; holder: string; agent?: number }
  | ({ type: "error" } & Fault)
  | ({ type: "staff" } & Colleague)
  | { type: "pong" };
