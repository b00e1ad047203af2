// The page: its parts, and when they are drawn.

import { button, fill, h, say } from "./dom.ts";
import { Field } from "./field.ts";
import { drawHead } from "./head.ts";
import { drawOffers, Side, tick } from "./list.ts";
import { shown, type State } from "./state.ts";
import { Log } from "./talk.ts";
import type { Actions } from "./actions.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const LINE = { connecting: "Connecting …", open: "Connected",
  lost: "No connection. Trying again …" };

const key = (name: string) => h("kbd", {}, name);

/** Both are to be seen: how it is, and what a press makes of it. */
const drawState = (s: State, to: Actions, state: Element) =>
  fill(state, s.away, () => h("fieldset", {},
    h("legend", { class: "visually-hidden" }, "You"),
    ...([[false, "Taking chats"], [true, "Away"]] as const).map(
      ([away, label]) => h("label", { class: "choose" }, h("input",
        { type: "radio", name: "away", checked: s.away === away,
          change: () => to.away(away) }), label))));

const nothing = () => h("section", { class: "talk none" },
  h("p", {}, "Choose a conversation."),
  h("p", { class: "soft" }, key("Alt"), " + ", key("↑"), " ", key("↓"),
    " goes through the list, ", key("Alt"), " + ", key("O"),
    " to what is offered."));

function keys(s: State, to: Actions, offers: Element) {
  document.addEventListener("keydown", (e) => {
    if (!e.altKey || e.ctrlKey || e.metaKey ||
      document.querySelector("dialog[open]")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const rows = shown(s), at = rows.findIndex((r) => r.id === s.open);
    const next = step && rows[Math.max(0, Math.min(rows.length - 1,
      at + step))];
    if (next && next.id !== s.open) to.open(next.id);
    if (e.code === "KeyO") offers.querySelector("button")?.focus();
    if (step || e.code === "KeyO") e.preventDefault();
  });
}

/** drawn: after the conversation was. */
export function build(root: Element, s: State, to: Actions,
  drawn: () => void) {
  const company = s.account?.company.name ?? "";
  const log = new Log(), field = new Field(to), side = new Side(to);
  const lamp = h("span", { class: "lamp", role: "status" });
  const state = h("div", { class: "state" });
  const offers = h("ul", { class: "offers" });
  const offered = h("section", { "aria-label": "Offers" }, offers);
  const head = h("header", { class: "head" });
  const fault = h("p", { class: "fault", role: "alert" });
  const talk = h("main", { class: "talk", "aria-label": "Chat" }, head,
    h("div", { class: "log-box" }, log.element, log.newer),
    field.element);
  const none = nothing();
  const set = h("p", { class: "notice" }, "You were set away, because what " +
    "was offered to you went by unanswered. ", button("I am there",
    () => to.away(false)));
  const frame = h("div", { class: "console" },
    h("header", { class: "top" }, h("h1", {}, company), lamp,
      h("span", { class: "me" }, s.account?.agent?.name ?? ""), state,
      button("Log out", () => to.logout(), "quiet")),
    h("div", { class: "news" }, set, fault, offered), side.element, talk,
    none);
  let asked = false; // to draw, with the next frame
  let writes = false; // the keyboard goes to the field then

  function paint() {
    asked = false;
    lamp.dataset["line"] = s.line;
    say(lamp, LINE[s.line]);
    drawState(s, to, state);
    set.hidden = !s.set;
    offered.hidden = s.offers.length === 0;
    drawOffers(s, to, offers);
    side.draw(s);
    frame.dataset["open"] = String(s.open !== 0);
    talk.hidden = s.open === 0;
    none.hidden = s.open !== 0;
    field.draw(s);
    if (s.open === 0) return;
    drawHead(s, to, head);
    log.draw(s, to);
    drawn();
    if (writes) field.focus();
    writes = false;
  }

  function draw() {
    const n = s.offers.length + s.lists.mine.filter((r) => r.unread).length;
    document.title = `${n > 0 ? `(${n}) ` : ""}${company}`;
    if (!asked) requestAnimationFrame(paint);
    asked = true;
  }

  function write() {
    writes = !matchMedia("(pointer: coarse)").matches;
    draw();
  }

  root.replaceChildren(frame);
  setInterval(() => tick(offers), SECOND);
  setInterval(draw, MINUTE); // "3 min" becomes "4 min"
  addEventListener("focus", draw);
  keys(s, to, offers);
  const complain = (words: string) => say(fault, words);
  return { log, field, draw, write, complain };
}
