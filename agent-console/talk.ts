// The right side: a conversation, what can be done with it, and the field.

import { clock, fill, h, linked } from "./dom.ts";
import type { Actions } from "./list.ts";
import { customer, nameOf, type State } from "./state.ts";
import type { Entry } from "./types.ts";
import { line, speaker } from "./words.ts";

const HOUR = 3600000;

function bubble(s: State, e: Entry) {
  const side = e.kind === "note" ? "note"
    : e.author === "customer" ? "theirs"
      : e.author === "system" ? "told" : "ours";
  const who = e.kind === "note" ? `Note of ${nameOf(s, e.agent)}`
    : speaker(s, e) || customer(s.row);
  return h("li", { class: `bubble ${side}` },
    h("span", { class: "by" }, who, " ", h("time", {}, clock(e.at))),
    h("p", {}, linked(String(e.body?.["text"] ?? ""))));
}

/** What people should know: said once, above what comes after it. */
function pack(e: Entry) {
  const b = e.body ?? {};
  const list = (name: string) => (b[name] as unknown[] | undefined) ?? [];
  const tried = list("tried") as { question: string; answer: string }[];
  return h("li", { class: "pack" },
    h("h3", {}, "Handed over"),
    h("ul", {}, ...list("summary").map((t) => h("li", {}, String(t)))),
    tried.length > 0 && h("p", { class: "soft" }, "The bot tried: ",
      tried.map((t) => `${t.question} (${t.answer})`).join("; ")),
    list("numbers").length > 0 && h("p", { class: "soft" }, "Numbers: ",
      list("numbers").join(", ")),
    b["angry"] === true && h("p", { class: "urgent" }, "Upset."));
}

function entry(s: State, e: Entry) {
  if (e.kind === "message" || (e.kind === "note" && e.body?.["text"]))
    return bubble(s, e);
  if (e.kind === "pack") return pack(e);
  const words = line(s, e);
  return words === "" ? null
    : h("li", { class: "line" }, words, " ", h("time", {}, clock(e.at)));
}

export function drawLog(s: State, to: Actions, log: Element) {
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  fill(log, [
    ...s.entries.map((e) => entry(s, e)),
    ...s.unsent.map((u) => h("li", { class: "bubble ours unsent" },
      h("span", { class: "by" }, u.why || "Sending …"),
      h("p", {}, linked(u.text)),
      u.why !== "" && h("button", { type: "button",
        click: () => to.again(u.id) }, "Send all the same"))),
    s.draft !== "" && h("li", { class: "bubble ours growing" },
      h("span", { class: "by" }, "Bot writes"), h("p", {}, s.draft)),
    s.typing !== "" && h("li", { class: "line" },
      s.typing === "customer" ? `${customer(s.row)} writes …`
        : "Somebody writes …"),
  ]);
  if (low) log.scrollTop = log.scrollHeight;
}

function button(label: string, click: () => void, kind = "") {
  return h("button", { type: "button", class: kind, click }, label);
}

/** A choice of where it goes, as a menu that the keyboard knows. */
function transfer(s: State, to: Actions, id: number) {
  const own = s.account?.agent?.id;
  const select = h("select", { "aria-label": "Hand on to", change: () => {
    const [kind, value] = select.value.split(":");
    select.value = "";
    if (kind === "team") to.act(id, "transfer", { team: value });
    if (kind === "agent") to.act(id, "transfer", { agent: Number(value) });
  } }, h("option", { value: "" }, "Hand on to …"),
    ...s.teams.map((t) => h("option", { value: `team:${t.key}` }, t.name)),
    ...[...s.staff.values()].filter((c) => c.agent !== own && c.online)
      .map((c) => h("option", { value: `agent:${c.agent}` },
        `${nameOf(s, c.agent)}${c.away ? " (away)" : ""}`)));
  return select;
}

export function drawHead(s: State, to: Actions, head: Element) {
  const r = s.row, id = s.open;
  const own = s.account?.agent?.id;
  const mine = r?.holder === "agent" && r.agent === own;
  const may = (p: string) => s.account?.permissions.includes(p);
  const ended = r?.status === "resolved";
  const act = (name: string, more?: object) => () => to.act(id, name, more);
  fill(head, [
    h("button", { type: "button", class: "back", "aria-label": "To the list",
      click: () => to.open(0) }, "←"),
    h("div", { class: "whom" }, h("h2", {}, customer(r)),
      h("p", { class: "soft" }, [r?.channel, r?.contact.email,
        r?.status === "snoozed" && "put off"].filter(Boolean).join(" · "))),
    h("div", { class: "deeds" },
      mine && transfer(s, to, id),
      mine && button("Back to the bot", act("give_back")),
      mine && r?.status !== "snoozed" &&
        button("Put off 1 h", () => to.act(id, "snooze",
          { until: Date.now() + HOUR })),
      mine && r?.status === "snoozed" && button("Take up", act("wake")),
      mine && button("End", act("resolve"), "main"),
      !mine && !ended && (r?.holder === "queue" || r?.holder === "email") &&
        button("Take", act("pull"), "main"),
      !mine && !ended && (r?.holder === "agent" || r?.holder === "bot") &&
        may("supervise") && button("Take over", act("take_over")),
      ended && button("Open again", act("reopen"))),
  ]);
}
