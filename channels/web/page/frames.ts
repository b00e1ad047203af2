// frames: the words of schemas/visitor.schema.json, as types.

export type Author = "system" | "customer" | "bot" | "agent";

// Who speaks for the company.
export type Holder = "bot" | "queue" | "agent" | "email" | "nobody";

export interface Event {
  seq: number;
  kind: string;
  author?: Author;
  at?: number;
  ref?: number;
  holder?: Holder; // of kind "holder"
  body?: {
    text?: string; id?: string; name?: string; user?: string;
    url?: string; // of kind "file": where it can be had
  };
}

export interface Company {
  key: string;
  name: string;
  welcome: string;
  suggestions: string[];
}

export interface Welcome {
  type: "welcome";
  token: string;
  seq: number;
  seen: { customer: number; company: number };
  company: Company;
  limits: { text: number; frame: number };
}

export interface Ack {
  type: "ack";
  id: string;
  seq: number;
  at: number;
  duplicate?: boolean;
}

export interface Fault {
  type: "error";
  code: string;
  title: string;
  detail?: string;
  id?: string;
}

// To the visitor. Types and members that are not known here mean nothing.
export type Incoming =
  | Welcome
  | Ack
  | Fault
  | { type: "event"; event: Event }
  | { type: "typing"; author: Author; on: boolean }
  | { type: "seen"; author: "customer" | "company"; seq: number }
  | { type: "draft"; turn: string; text: string }
  | { type: "queue"; position: number; wait_s?: number }
  | { type: "pong" };

export type Outgoing =
  | { type: "send"; id: string; text: string }
  | { type: "typing"; on: boolean }
  | { type: "seen"; seq: number }
  | { type: "handoff" }
  | { type: "leave" };

export function isFault(x: unknown): x is Fault {
  return typeof x === "object" && x !== null && "code" in x;
}

// Faults that pass by themselves: the same thing may be tried again.
export const passing = new Set(["busy", "no_room", "too_many", "going_away"]);

export function passes(fault: Fault): boolean {
  return passing.has(fault.code);
}
