// The console: who is let in, what frames change, what is drawn when.

import { accept, login } from "./door.ts";
import { announce, fill, h } from "./dom.ts";
import { type Actions, drawList } from "./list.ts";
import { customer, initial, seenSeq, show, shown, type State, take } from
  "./state.ts";
import { drawHead, drawLog } from "./talk.ts";
import type { Account, Frame, Offer } from "./types.ts";
import { call, me, Wire } from "./wire.ts";

const root = document.getElementById("root") as HTMLElement;
const TYPING_MS = 4000;

/** Also where the page came by plain http, which has no randomUUID(). */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
  (b) => b.toString(16).padStart(2, "0")).join("");
const LINE = { connecting: "Connecting …", open: "Online",
  lost: "No connection; trying again" };

function work(account: Account) {
  const s: State = initial();
  s.account = account;
  let asked = false; // to draw, with the next frame
  const begun = new Map<number, string>(); // answers not sent yet

  // ---- the page's parts ----------------------------------------------------
  const lamp = h("span", { class: "lamp", role: "status" });
  const away = h("button", { type: "button", class: "away",
    click: () => to.away(!s.away) });
  const offers = h("section", { class: "offers", "aria-label": "Offers" });
  const tabs = h("nav", { class: "tabs", "aria-label": "Lists" });
  const rows = h("ul", { class: "rows" });
  const head = h("header", { class: "head" });
  const log = h("ol", { class: "log", role: "log", tabindex: 0,
    "aria-label": "Conversation" });
  const note = h("input", { type: "checkbox", id: "note" });
  const text = h("textarea", { class: "text", rows: 2,
    "aria-label": "Your answer", placeholder: "Write an answer" });
  const form = h("form", { class: "field-form" }, text,
    h("div", { class: "field-foot" }, h("label", { for: "note" }, note,
      " Note, for colleagues only"),
    h("button", { type: "submit", class: "main" }, "Send")));
  const fault = h("p", { class: "fault", role: "alert" });
  const talk = h("section", { class: "talk" }, head, log, fault, form);
  const nothing = h("section", { class: "talk none" },
    h("p", { class: "soft" }, "Choose a conversation."));
  const frame = h("div", { class: "console" },
    h("header", { class: "top" }, h("h1", {}, account.company.name), lamp,
      h("span", { class: "me" }, account.agent?.name ?? ""), away,
      h("button", { type: "button", click: () => to.logout() }, "Log out")),
    offers, h("aside", { class: "side" }, tabs, rows), talk, nothing);
  fill(root, [frame]);

  // ---- what people do ------------------------------------------------------
  const wire = new Wire(heard, (state) => {
    s.line = state;
    draw();
  }, () => location.reload());

  function send(id: string) {
    const u = s.unsent.find((x) => x.id === id);
    if (!u) return;
    u.why = "";
    const sent = wire.send({ type: u.note ? "note" : "send", id,
      conversation: s.open, text: u.text,
      ...(u.note ? {} : { seen_seq: seenSeq(s) }) });
    if (!sent) u.why = "The line is broken; it was not sent.";
  }

  const to: Actions = {
    view(name) {
      s.view = name;
      s.lists.view = [];
      s.loaded = name === "mine";
      wire.send(name === "mine" ? { type: "view" }
        : { type: "view", view: name });
      draw();
    },
    open(id) {
      if (s.open) wire.send({ type: "unwatch", conversation: s.open });
      begun.set(s.open, text.value);
      show(s, id);
      text.value = begun.get(id) ?? "";
      note.checked = false;
      history.replaceState(null, "", id ? `#/${id}` : "./");
      if (id) wire.send({ type: "watch", conversation: id, after: 0 });
      fault.textContent = "";
      draw();
      if (id) text.focus();
    },
    act(conversation, act, more = {}) {
      fault.textContent = "";
      if (!wire.send({ type: "act", conversation, act, ...more }))
        fault.textContent = "The line is broken; nothing was done.";
      if (act === "accept") to.open(conversation);
    },
    say(words, asNote) {
      const id = newId();
      s.unsent.push({ id, text: words, note: asNote, why: "" });
      send(id);
      draw();
    },
    again: (id) => { send(id); draw(); },
    typing: (on) => {
      if (s.open) wire.send({ type: "typing", conversation: s.open, on });
    },
    away(on) { wire.send({ type: "presence", away: on }); },
    async logout() {
      await call("POST", "logout", {}).catch(() => undefined);
      wire.end();
      location.reload();
    },
  };

  // ---- what comes ------------------------------------------------------------
  function heard(f: Frame) {
    take(s, f);
    if (f.type === "welcome") {
      if (s.view !== "mine") wire.send({ type: "view", view: s.view });
      if (s.open) wire.send({ type: "watch", conversation: s.open,
        after: seenSeq(s) });
    }
    if (f.type === "offer") announce(`Offered: ${customer(f.row)}`);
    if (f.type === "error" && !s.unsent.some((u) => u.id === f.id))
      fault.textContent = f.detail ?? f.title ?? f.code;
    if (f.type === "event" && f.conversation === s.open) {
      if (f.event.author === "customer" && f.event.kind === "message") {
        announce(`${customer(s.row)}: ${String(f.event.body?.["text"])}`);
        wire.send({ type: "seen", conversation: s.open, seq: f.event.seq });
      }
    }
    draw();
  }

  // ---- drawing ----------------------------------------------------------------
  function offer(o: Offer) {
    const left = Math.max(0, Math.ceil((o.until - Date.now()) / 1000));
    return h("div", { class: "offer" },
      h("div", { class: "offer-words" }, h("strong", {}, customer(o.row)),
        ` · ${o.row.channel}`,
        h("p", {}, o.row.message?.text ?? "")),
      h("span", { class: "left", "aria-label": `${left} seconds left` },
        `${left} s`),
      h("button", { type: "button", class: "main",
        click: () => to.act(o.conversation, "accept") }, "Accept"),
      h("button", { type: "button",
        click: () => to.act(o.conversation, "decline") }, "Decline"));
  }

  const drawOffers = () => fill(offers, s.offers.map(offer));
  function draw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      lamp.dataset["line"] = s.line;
      lamp.textContent = LINE[s.line];
      away.textContent = s.away ? "You are away" : "You are there";
      away.setAttribute("aria-pressed", String(s.away));
      drawOffers();
      drawList(s, to, tabs, rows);
      frame.dataset["open"] = String(s.open !== 0);
      talk.hidden = s.open === 0;
      nothing.hidden = s.open !== 0;
      if (s.open === 0) return;
      drawHead(s, to, head);
      drawLog(s, to, log);
    });
  }
  setInterval(() => { if (s.offers.length > 0) drawOffers(); }, 1000);

  // ---- the field ----------------------------------------------------------------
  let typed = 0;
  text.addEventListener("input", () => {
    if (note.checked || Date.now() - typed < TYPING_MS) return;
    typed = Date.now();
    to.typing(true);
  });
  text.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const words = text.value.trim();
    if (words === "") return;
    text.value = "";
    typed = 0;
    to.say(words, note.checked);
    note.checked = false;
  });
  document.addEventListener("keydown", (e) => {
    if (e.target instanceof HTMLElement &&
      e.target.closest("input, textarea, select")) return;
    const list = shown(s), at = list.findIndex((r) => r.id === s.open);
    const step = { j: 1, k: -1 }[e.key];
    const next = step && list[Math.max(0, Math.min(list.length - 1,
      at + step))];
    if (next) to.open(next.id);
    if (e.key === "a" && s.offers[0])
      to.act(s.offers[0].conversation, "accept");
  });

  const linked = /^#\/(\d+)$/.exec(location.hash)?.[1];
  if (linked) {
    show(s, Number(linked));
    call<{ row: State["row"] }>("GET", `conversations/${linked}`)
      .then((c) => { s.row = c.row; draw(); })
      .catch(() => to.open(0));
  }
  draw();
}

const token = /^#(invitation|reset)=(.+)$/.exec(location.hash);
if (token) accept(token[2] ?? "", token[1] === "invitation", work);
else me().then(work).catch(() => login(work));
