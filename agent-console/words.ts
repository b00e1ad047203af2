// Events in words, for the people who read a conversation.

import { nameOf, type State } from "./state.ts";
import type { Entry } from "./types.ts";

const HOLDERS: Record<string, string> = { bot: "the bot", queue: "the line",
  email: "the support desk", nobody: "nobody" };
const WHY: Record<string, string> = {
  asked: "asked for a person", seller: "asked for a certain person",
  rule: "a rule says so", mood: "is upset", unsure: "the bot was not sure",
  unknown: "the bot did not know", failed: "the bot was out of order",
  nobody: "nobody is there", closed: "outside hours",
  too_long: "waited too long" };

function holder(s: State, e: Entry): string {
  const why = WHY[String(e.body?.["why"] ?? "")];
  const to = e.holder === "agent" ? nameOf(s, e.agent)
    : HOLDERS[e.holder ?? ""] ?? "somebody";
  return `Now with ${to}${why ? `: ${why}` : ""}`;
}

function offer(s: State, e: Entry): string {
  const not = e.body?.["not"] as Record<string, number> | undefined;
  const others = Object.entries(not ?? {})
    .map(([cause, n]) => `${n} ${cause.replaceAll("_", " ")}`).join(", ");
  return `Offered to ${nameOf(s, e.agent)}` +
    (others ? ` (not: ${others})` : "");
}

const lines: Record<string, (s: State, e: Entry) => string> = {
  opened: () => "The conversation began",
  holder,
  offer,
  offer_end: (s, e) => `${nameOf(s, e.agent)}: offer ${e.end}`,
  resolved: () => "Ended",
  reopened: () => "Taken up again",
  snoozed: (_, e) => `Put off until ${new Date(e.ref ?? 0).toLocaleString()}`,
  timer: (_, e) => `Overdue: ${(e.timer ?? "").replaceAll("_", " ")}`,
  mailed: () => "Sent to the support desk by mail",
  delivery: (_, e) => `Delivery ${String(e.body?.["state"] ?? "")}` +
    (e.body?.["reason"] ? `: ${String(e.body["reason"])}` : ""),
  gone: () => "The customer closed the chat",
  identified: () => "The customer proved who they are",
  edited: () => "The customer changed a message",
  deleted: () => "The customer took a message back",
  file: (_, e) => `File ${String(e.body?.["name"] ?? "")}` +
    (e.body?.["refused"] ? ` refused: ${String(e.body["refused"])}` : ""),
  labels: () => "Labels changed",
  priority: (_, e) => `Priority ${e.ref ?? 0}`,
};

/** One line, or nothing where there is nothing to tell. */
export const line = (s: State, e: Entry): string =>
  lines[e.kind]?.(s, e) ?? "";

export function speaker(s: State, e: Entry): string {
  if (e.author === "bot") return "Bot";
  if (e.author === "system") return "Said by itself";
  if (e.author === "agent")
    return String(e.body?.["name"] ?? "") || nameOf(s, e.agent);
  return "";
}
