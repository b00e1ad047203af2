// The left side: views with their counts, and the rows of the one chosen.

import { fill, h, since } from "./dom.ts";
import { customer, nameOf, shown, type State, VIEWS } from "./state.ts";
import type { Row } from "./types.ts";

export type Actions = {
  view(name: string): void;
  open(id: number): void;
  act(conversation: number, act: string, more?: object): void;
  say(text: string, note: boolean): void;
  again(id: string): void;
  typing(on: boolean): void;
  away(on: boolean): void;
  logout(): void;
};

function tab(s: State, to: Actions, name: string, label: string) {
  const n = name === "mine" ? s.lists.mine.length : s.counts[name] ?? 0;
  return h("button", { type: "button", class: "tab",
    "aria-current": s.view === name ? "true" : undefined,
    click: () => to.view(name) },
    label, n > 0 && h("span", { class: "count" }, n >= 1000 ? "999+"
      : String(n)));
}

function where(s: State, r: Row): string {
  if (r.offered) return `offered to ${nameOf(s, r.offered)}`;
  if (r.holder === "agent")
    return r.agent === s.account?.agent?.id ? "yours" : nameOf(s, r.agent);
  if (r.holder === "queue")
    return `waiting ${since(r.queued_at)}${r.team ? `, ${r.team}` : ""}`;
  return { bot: "bot", email: "by mail", nobody: "blocked" }[r.holder] ?? "";
}

function line(s: State, to: Actions, r: Row) {
  return h("li", {}, h("button", { type: "button", class: "row",
    "aria-current": r.id === s.open ? "true" : undefined,
    click: () => to.open(r.id) },
    h("span", { class: "row-name" }, r.unread && h("span",
      { class: "dot", role: "img", "aria-label": "unread" }),
    customer(r)),
    h("time", { class: "row-at" }, since(r.last_at)),
    h("span", { class: "row-text" }, r.message?.text ?? ""),
    h("span", { class: "row-where" }, r.channel, " · ", where(s, r),
      !!r.priority && h("b", { class: "urgent" }, " urgent"),
      ...r.labels.map((l) => h("span", { class: "label" }, l)))));
}

const EMPTY: Record<string, string> = {
  mine: "Nothing is yours. What is offered to you comes up here.",
  queue: "Nobody waits.", open: "Nobody is with people.",
  mail: "Nothing is with the support desk.", snoozed: "Nothing is put off.",
  resolved: "Nothing has ended yet.", bot: "Nobody is with the bot.",
};

export function drawList(s: State, to: Actions, tabs: Element, rows: Element) {
  fill(tabs, VIEWS.map(([name, label]) => tab(s, to, name, label)));
  const list = shown(s);
  fill(rows, list.length > 0 ? list.map((r) => line(s, to, r))
    : [h("li", { class: "empty" }, s.loaded ? EMPTY[s.view] ?? ""
      : "Loading …")]);
}
