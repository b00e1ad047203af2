// items: what stands in the log for the visitor to see, made of its events.
// Pure.

import type { Author, Event, Holder } from "./frames.ts";

// A message, a file or a note of the log, at its place.
export interface Item {
  seq: number;
  kind: "message" | "file" | "identified" | "resolved" | "holder";
  author: Author;
  at: number;
  text: string;
  id?: string;
  turn?: string; // it grew as the draft of this turn
  holder?: Holder; // who has it since
  name?: string; // of the person who wrote it
  url?: string; // of a file
  of?: number; // the message that brought it
}

export function insert(items: Item[], item: Item): Item[] {
  if (items.some((other) => other.seq === item.seq)) return items;
  let at = items.length;
  while (at > 0 && (items[at - 1] as Item).seq > item.seq) at--;
  return [...items.slice(0, at), item, ...items.slice(at)];
}

// By whom it was sent, its message says.
function fileOf(event: Event, at: number): Item | null {
  const { seq, ref, body = {} } = event;
  if (!body.url?.startsWith("/v1/files/")) return null;
  const item: Item = { seq, kind: "file", author: "agent", at: event.at ?? at,
    text: body.name || "File", url: body.url };
  if (ref !== undefined) item.of = ref;
  return item;
}

export function itemOf(event: Event, at: number): Item | null {
  const { seq, kind, author = "system", body = {} } = event;
  if (kind === "file") return fileOf(event, at);
  if (
    kind !== "message" && kind !== "identified" &&
    kind !== "resolved" && kind !== "holder"
  ) return null;
  const item: Item = {
    seq, kind, author,
    at: event.at ?? at,
    text: (kind === "message" ? body.text : body.name ?? body.user) ?? "",
  };
  if (body.id !== undefined) item.id = body.id;
  if (event.holder !== undefined) item.holder = event.holder;
  if (kind === "message" && body.name !== undefined) item.name = body.name;
  return item;
}
