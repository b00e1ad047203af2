// Events and refusals in words, for the people who read them.

import { nameOf, type State, teamOf } from "./state.ts";
import type { Entry, Fault, Row } from "./types.ts";

const CHANNELS: Record<string, string> = { web: "Website", slack: "Slack",
  whatsapp: "WhatsApp", sms: "SMS", email: "Mail" };

export const channel = (r: Row | null) =>
  r ? CHANNELS[r.channel] ?? r.channel : "";

const WHY: Record<string, string> = {
  asked: "the customer asked for a person",
  seller: "the customer asked for a certain person",
  rule: "a rule says so", mood: "the customer is upset",
  unsure: "the bot was not sure", unknown: "the bot did not know",
  failed: "the bot was out of order", nobody: "nobody is there",
  closed: "outside hours", too_long: "it waited too long",
  transfer: "handed on", drop: "who had it has gone",
  overflow: "nobody of the other team took it" };

function holder(s: State, e: Entry): string {
  const why = String(e.body?.["why"] ?? "");
  const who = nameOf(s, e.agent);
  if (why === "resolve") return ""; // that it has ended is said by itself
  if (e.holder === "agent")
    return why === "take_over" ? `${who} took it over`
      : why === "reopen" ? `${who} opened it again` : `${who} took it`;
  const to = { bot: "With the bot again", queue: "Waiting for a person",
    email: "With the support desk, by mail",
    nobody: "Blocked: nobody answers" }[e.holder ?? ""] ?? "";
  return WHY[why] ? `${to}: ${WHY[why]}` : to;
}

function offer(s: State, e: Entry): string {
  const not = e.body?.["not"] as Record<string, number> | undefined;
  const others = Object.entries(not ?? {})
    .map(([cause, n]) => `${n} ${cause.replaceAll("_", " ")}`).join(", ");
  return `Offered to ${nameOf(s, e.agent)}` +
    (others ? ` (not: ${others})` : "");
}

const ENDS: Record<string, string> = { declined: "declined",
  expired: "did not answer in time", withdrawn: "is not asked any more" };
const TIMERS: Record<string, string> = {
  first_response: "The first answer is overdue",
  next_response: "An answer is overdue", queue: "It has waited too long",
  idle: "Nothing was said for a while",
  window: "The time for free text is almost over",
  snooze: "The time it was put off for is over",
  unread: "The customer has not read the answer" };

function labels(_: State, e: Entry): string {
  const list = (name: string) =>
    ((e.body?.[name] as string[] | undefined) ?? []).join(", ");
  return [list("add") && `Labelled ${list("add")}`,
    list("remove") && `No longer ${list("remove")}`]
    .filter(Boolean).join("; ");
}

const lines: Record<string, (s: State, e: Entry) => string> = {
  opened: () => "The conversation began",
  holder,
  offer,
  offer_end: (s, e) => `${nameOf(s, e.agent)} ${ENDS[e.end ?? ""] ?? ""}`,
  resolved: () => "Ended",
  reopened: () => "Taken up again",
  snoozed: (_, e) => `Put off until ${new Date(e.ref ?? 0).toLocaleString([],
    { dateStyle: "medium", timeStyle: "short" })}`,
  timer: (_, e) => TIMERS[e.timer ?? ""] ?? "",
  mailed: () => "Sent to the support desk by mail",
  delivery: (_, e) => ({ failed: "Not delivered",
    unknown: "Perhaps not delivered", sent: "Delivered after all" }[
    String(e.body?.["state"] ?? "")] ?? "Delivery") +
    (e.body?.["reason"] ? `: ${String(e.body["reason"])}` : ""),
  gone: () => "The customer closed the chat",
  identified: () => "The customer proved who they are",
  labels,
  priority: (_, e) => e.ref ? `Urgent, level ${e.ref} of 3`
    : "Not urgent any more",
};

/** One line, or nothing where there is nothing to tell. */
export const line = (s: State, e: Entry): string =>
  lines[e.kind]?.(s, e) ?? "";

/** Who speaks; the customer: nothing. */
export function speaker(s: State, e: Entry): string {
  if (e.kind === "note") {
    const who = nameOf(s, e.agent);
    return { whisper: `${who} whispers`, transfer: `${who} hands it on`,
      refused: "Came in, and was refused",
      unreached: "The support desk is not reached" }[e.note ?? ""] ?? `Note of ${who}`;
  }
  if (e.author === "bot") return "Bot";
  if (e.author === "system") return "Automatic";
  if (e.author === "agent")
    return String(e.body?.["name"] ?? "") || nameOf(s, e.agent);
  return "";
}

/** Who has it, or what it waits for. */
export function whose(s: State, r: Row, since: string): string {
  if (r.status === "resolved")
    return r.holder === "nobody" ? "blocked" : "ended";
  if (r.offered) return `offered to ${nameOf(s, r.offered)}`;
  if (r.holder === "agent")
    return r.agent === s.account?.agent?.id ? "yours"
      : `with ${nameOf(s, r.agent)}`;
  if (r.holder === "queue")
    return `waiting ${since}${r.team ? `, ${teamOf(s, r.team)}` : ""}`;
  return { bot: "with the bot", email: "by mail", nobody: "blocked" }[
    r.holder] ?? "";
}

const FAULTS: Record<string, string> = {
  line: "There is no connection; nothing was done.",
  unsure: "The connection broke. Look whether it was done.",
  not_found: "There is no such conversation.",
  over: "The offer is gone: somebody else has it, or the time was over.",
  held: "Somebody else has it.", not_yours: "You do not have it.",
  spoken: "More was said meanwhile. Read it first.",
  resolved: "It has ended.", full: "They cannot take any more right now.",
  not_waiting: "It does not wait any more.",
  nobody: "Nobody is there who could take it.",
  forbidden: "You may not do that.", no_change: "It is so already.",
  too_many: "That was too much at once. Wait a little.",
  busy: "The server is busy. Try again in a moment." };

const TAKEN = new Set(["over", "held", "not_yours", "not_waiting"]);

export function refusal(f: Fault): string {
  if (TAKEN.has(f.code) && f.holder === "agent" && f.name)
    return `${f.name} has it now.`;
  const faults = f.faults?.map((x) => `${x.where} ${x.what}`).join("; ");
  return FAULTS[f.code] ?? ([f.title, faults || f.detail].filter(Boolean)
    .join(": ") || f.code);
}
