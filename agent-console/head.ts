// Above a conversation: whose it is, and what can be done with it.

import { ask, choice, type Choice, text } from "./ask.ts";
import { button, fill, h, since } from "./dom.ts";
import { customer, isMine, may, nameOf, type State } from "./state.ts";
import type { Row, Thing } from "./types.ts";
import { channel, whose } from "./words.ts";
import { call } from "./wire.ts";
import type { Actions } from "./actions.ts";

const HOUR = 3600000;
const NOTE_MAX = 5000;

// ---- questions -------------------------------------------------------------

/** To whom, and what they should know. */
function handOn(s: State, to: Actions, r: Row) {
  const people: Choice[] = [...s.staff.values()]
    .filter((c) => c.agent !== r.agent && c.online)
    .sort((a, b) => Number(a.away) - Number(b.away))
    .map((c) => ({ value: `agent:${c.agent}`, label: nameOf(s, c.agent),
      more: c.away ? "away" : "there" }));
  const teams: Choice[] = s.teams.map((t) => ({ value: `team:${t.key}`,
    label: t.name, more: "team" }));
  ask("Hand on", [
    choice("to", "To whom?", [...people, ...teams]),
    h("label", { class: "field" },
      h("span", {}, "Note for whoever gets it (customers never see it)"),
      h("textarea", { name: "note", rows: 3 })),
  ], "Hand on", async (form) => {
    const over = [...text(form, "note")].length - NOTE_MAX;
    if (over > 0) return `The note is ${over} characters too long.`;
    const [kind, value = ""] = text(form, "to").split(/:(.*)/s);
    return to.act(r.id, "transfer", {
      ...(kind === "team" ? { team: value } : { agent: Number(value) }),
      ...(text(form, "note") && { note: text(form, "note") }) });
  });
}

/** Nine o'clock, so many days from now. */
function morning(days: number): number {
  const at = new Date();
  at.setDate(at.getDate() + days);
  return at.setHours(9, 0, 0, 0);
}

function putOff(to: Actions, r: Row) {
  const now = Date.now(), monday = (8 - new Date().getDay()) % 7 || 7;
  const words = (at: number) => new Date(at).toLocaleString([],
    { weekday: "short", hour: "2-digit", minute: "2-digit" });
  const times = [["In an hour", now + HOUR], ["In three hours",
    now + 3 * HOUR], ["Tomorrow morning", morning(1)],
  ["Next Monday", morning(monday)]] as const;
  ask("Put off", [choice("until", "Until when?", [
    ...times.map(([label, at]) => ({ value: String(at), label,
      more: words(at) })), { value: "", label: "At another time" }]),
  h("label", { class: "field" }, h("span", {}, "Day and time"),
    h("input", { type: "datetime-local", name: "at", input: (e) => {
      const own = (e.target as HTMLInputElement).form
        ?.querySelector<HTMLInputElement>("input[value='']");
      if (own) own.checked = true;
    } })),
  ], "Put off", async (form) => {
    const until = Number(text(form, "until")) ||
      new Date(text(form, "at")).getTime();
    if (!(until > Date.now())) return "Choose a time that is to come.";
    return to.act(r.id, "snooze", { until });
  });
}

async function label(to: Actions, r: Row) {
  const known = await call<{ items: Thing[] }>("GET", "labels")
    .catch(() => ({ items: [] }));
  const all = [...new Set([...r.labels, ...known.items.map((l) => l.key)])];
  ask("Labels", [
    all.length > 0 && h("fieldset", { class: "choice" },
      h("legend", {}, "On it"), ...all.map((key) => h("label", {},
        h("input", { type: "checkbox", name: "on", value: key,
          checked: r.labels.includes(key) }), h("span", {}, key)))),
    h("label", { class: "field" }, h("span", {}, "A new one"),
      h("input", { name: "new", maxlength: 40, autocomplete: "off" })),
  ], "Save", async (form) => {
    const on = new FormData(form).getAll("on").map(String);
    if (text(form, "new")) on.push(text(form, "new"));
    const add = on.filter((l) => !r.labels.includes(l));
    const remove = r.labels.filter((l) => !on.includes(l));
    if (add.length + remove.length === 0) return "";
    return to.act(r.id, "label", { add, remove });
  });
}

// ---- the head --------------------------------------------------------------

function more(s: State, to: Actions, r: Row, act: Act) {
  const held = isMine(s) || may(s, "supervise");
  const live = r.status !== "resolved";
  const all = [
    button("Labels …", () => void label(to, r)),
    live && button(r.priority ? "Not urgent" : "Urgent", () =>
      void to.act(r.id, "priority", { priority: r.priority ? 0 : 1 })),
    live && r.holder === "agent" && held &&
      button("Back to the bot", act("give_back")),
    held && r.holder !== "nobody" && button("Block", () => ask(
      `Block ${customer(r)}?`, [h("p", {}, "Nobody answers any more, " +
        "whatever they write.")], "Block", () => to.act(r.id, "block"))),
  ];
  const menu: HTMLDetailsElement = h("details", { class: "menu",
    keydown: (e) => {
      if ((e as KeyboardEvent).key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    },
    focusout: (e) => {
      if (!menu.contains((e as FocusEvent).relatedTarget as Node | null))
        menu.open = false;
    },
  }, h("summary", {}, "More"), h("div", { class: "menu-list",
    click: () => { menu.open = false; } }, ...all));
  return menu;
}

type Act = (name: string) => () => void;

function deeds(s: State, to: Actions, r: Row) {
  const act: Act = (name) => () => void to.act(r.id, name);
  const mine = isMine(s), ended = r.status === "resolved";
  const held = mine || (r.holder === "agent" && may(s, "supervise"));
  const offered = r.offered === s.account?.agent?.id;
  const waits = r.holder === "queue" || r.holder === "email";
  return h("div", { class: "deeds" },
    held && !ended && button("Hand on …", () => handOn(s, to, r)),
    mine && !ended && (r.status === "snoozed"
      ? button("Take up", act("wake"))
      : button("Put off …", () => putOff(to, r))),
    more(s, to, r, act),
    !ended && r.holder === "bot" && button("To people", act("queue")),
    !ended && !mine && !waits && may(s, "supervise") &&
      button("Take over", act("take_over")),
    !ended && offered && button("Accept", act("accept"), "main"),
    !ended && waits && !offered && may(s, "take") &&
      button("Take", act("pull"), "main"),
    mine && !ended && button("End", act("resolve")),
    ended && (r.holder === "nobody" ? button("Unblock", act("give_back"))
      : button("Open again", act("reopen"), "main")));
}

function whom(s: State, r: Row) {
  const words = [channel(r), r.contact.name && r.contact.email,
    whose(s, r, since(r.queued_at)), r.status === "snoozed" && "put off",
    r.gone && "has closed the chat"].filter(Boolean).join(" · ");
  return h("div", { class: "whom" }, h("h2", {}, customer(r)),
    h("p", { class: "soft" }, words, !!r.priority &&
      h("b", { class: "urgent" }, " urgent"),
    ...r.labels.map((l) => h("span", { class: "label" }, l))));
}

/** All that the head shows of it. */
const isOf = (s: State, r: Row) => [r.id, r.status, r.holder, r.agent,
  r.offered, r.team, r.priority, r.gone, r.contact, r.labels,
  since(r.queued_at), nameOf(s, r.agent), nameOf(s, r.offered)];

export function drawHead(s: State, to: Actions, head: Element) {
  const r = s.row;
  fill(head, r && isOf(s, r), () => h("div", { class: "head-row" },
    h("button", { type: "button", class: "back", "aria-label": "To the list",
      click: () => to.open(0) }, "←"),
    r && whom(s, r), r && deeds(s, to, r)));
}
