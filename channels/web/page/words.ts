// words: what the page says about its line, its faults and its times.

import type { Mark } from "./rows.ts";
import type { Line, State } from "./state.ts";

export const marks: Record<Mark, string> = {
  waiting: "Waiting to be sent",
  sending: "Sending",
  delivered: "Delivered",
  seen: "Seen",
  refused: "Not sent",
};

export function lineWords(line: Line, now: number): string {
  switch (line.is) {
    case "online":
      return "Online";
    case "connecting":
      return "Connecting";
    case "offline":
      return "You are offline";
    case "waiting": {
      const s = Math.max(1, Math.ceil((line.until - now) / 1000));
      return `No connection, trying again in ${s} s`;
    }
    case "refused":
      return "Not available";
  }
}

export const faults: Record<string, string> = {
  unknown_company: "There is no chat at this address. " +
    "Please check the link that brought you here.",
  bad_origin: "This chat may not be shown on this website.",
  bad_token: "Your earlier conversation could not be opened again.",
  too_many: "That was a bit fast. Your message will be sent in a moment.",
  busy: "A lot is going on right now. Your message will be sent in a moment.",
  no_room: "Messages cannot be stored right now. " +
    "Yours is kept here and sent as soon as it works again.",
  going_away: "The chat restarts and will be back in a moment.",
  ended: "This chat has ended. Write again whenever you like.",
  too_slow: "The connection was too slow and was opened again.",
};

function placeWords({ position, wait }: { position: number; wait?: number }):
string {
  const next = position === 1 ? "You are next."
    : `You are number ${position} in line.`;
  if (wait === undefined) return next;
  const minutes = Math.max(1, Math.round(wait / 60));
  return `${next} About ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}

// One sentence above the field, or nothing.
export function noticeWords(state: State): string | null {
  const fault = state.line.is === "refused" ? state.line.fault : state.notice;
  if (fault !== null) return faults[fault.code] ?? `${fault.title}.`;
  const broken = state.line.is === "offline" || state.line.is === "waiting";
  const kept = state.pending.some((p) => p.fault === undefined);
  if (broken && kept)
    return "What you wrote is kept and sent as soon as you are connected.";
  if (!broken && state.left)
    return "You have ended the chat. Write again whenever you like.";
  if (!broken && state.place !== null) return placeWords(state.place);
  return broken
    ? "You can go on writing. Messages are sent as soon as you are connected."
    : null;
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

export function dayWords(at: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const far = new Date(at).getFullYear() !== new Date(now).getFullYear();
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "long", day: "numeric", month: "long",
    ...(far ? { year: "numeric" } : {}),
  }).format(at);
}

export function timeWords(at: number): string {
  return new Intl.DateTimeFormat(undefined, {
    hour: "2-digit", minute: "2-digit",
  }).format(at);
}
