// view: draws the state. Text from outside only ever becomes text; whatever
// the visitor does goes up as a verb.

import { keyedList } from "./list.ts";
import { rows, type Row } from "./rows.ts";
import type { State } from "./state.ts";
import { drawRow, setText, updateRow } from "./view_rows.ts";
import { lineWords, noticeWords } from "./words.ts";

export interface Actions {
  ask(text: string): void;
  type(on: boolean): void; // there is text in the field, or none any more
  discard(id: string): void;
  retry(): void;
  person(): void; // instead of the bot
  leave(): void; // the chat ends on their side
  read(): void; // the newest line is on the screen
}

export interface View {
  update(state: State, now: number): void;
}

const COUNT_FROM = 0.9; // of the limit: then the count shows
const NEAR_PX = 80; // so near the end, new lines are followed

function find<T extends HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (found === null) throw new Error(`no ${selector} in the page`);
  return found;
}

// Characters as the gateway counts them.
function lengthOf(text: string): number {
  return [...text].length;
}

function mountField(act: Actions): (state: State) => void {
  const form = find<HTMLFormElement>(".form");
  const field = find<HTMLTextAreaElement>(".text");
  const send = find<HTMLButtonElement>(".send");
  const count = find(".count");
  let most = Infinity;

  function fit(): void {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  function check(): boolean {
    const length = lengthOf(field.value);
    const good = field.value.trim() !== "" && length <= most;
    send.disabled = !good;
    count.hidden = length < most * COUNT_FROM;
    count.classList.toggle("over", length > most);
    setText(count, length > most
      ? `${length - most} characters too many`
      : `${most - length} characters left`);
    field.setAttribute("aria-invalid", String(length > most));
    return good;
  }

  function submit(event: globalThis.Event): void {
    event.preventDefault();
    if (!check()) return;
    const text = field.value;
    field.value = "";
    check();
    fit();
    act.ask(text);
    field.focus();
  }

  field.addEventListener("input", () => {
    check();
    fit();
    act.type(field.value !== "");
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing)
      submit(event);
  });
  form.addEventListener("submit", submit);
  return (state) => {
    field.disabled = state.line.is === "refused";
    if (most === state.textMax) return;
    most = state.textMax;
    check();
  };
}

function mountStart(act: Actions): (state: State) => void {
  const start = find(".start");
  const list = find(".asks");
  let shown = "";
  const suggest = (asks: readonly string[]): void => {
    if (shown === asks.join("\n")) return;
    shown = asks.join("\n");
    list.replaceChildren(...asks.map((text) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ask";
      button.textContent = text;
      button.addEventListener("click", () => act.ask(text));
      return button;
    }));
  };
  return (state) => {
    suggest(state.company?.suggestions ?? []);
    const name = state.company?.name ?? "";
    const talked = state.pending.length > 0 ||
      state.items.some((i) => i.kind === "message");
    start.hidden = state.company === null;
    list.hidden = talked;
    setText(find(".start-name"), name);
    setText(find(".start-words"), state.company?.welcome ||
      "Ask a question, and we will answer it here.");
  };
}

function mountTop(act: Actions): (state: State, now: number) => void {
  const chat = find(".chat");
  const retry = find<HTMLButtonElement>(".retry");
  retry.addEventListener("click", () => act.retry());
  return (state, now) => {
    const name = state.company?.name ?? "Chat";
    chat.dataset["line"] = state.line.is;
    document.title = name;
    setText(find(".name"), name);
    for (const crest of document.querySelectorAll(".crest"))
      setText(crest, state.company === null ? "" : name.trim().slice(0, 1));
    setText(find(".line-words"), lineWords(state.line, now));
    // Said aloud when it changes, but not each second of a wait.
    setText(find(".said-line"), lineWords(state.line, now).split(",")[0] ?? "");
    retry.hidden = state.line.is !== "waiting" && state.line.is !== "refused";
    const notice = find(".notice");
    const words = noticeWords(state);
    notice.hidden = words === null;
    setText(notice, words ?? "");
  };
}

// There from the first words on, while the bot answers.
function mountPerson(act: Actions): (state: State) => void {
  const button = find<HTMLButtonElement>(".person");
  button.addEventListener("click", () => act.person());
  return (state) => {
    button.hidden = state.holder !== "bot" || state.line.is !== "online" ||
      !state.items.some((i) => i.kind === "message");
  };
}

// There from the first words on, until the chat has ended.
function mountLeave(act: Actions): (state: State) => void {
  const button = find<HTMLButtonElement>(".leave");
  button.addEventListener("click", () => act.leave());
  return (state) => {
    button.hidden = state.left || state.line.is !== "online" ||
      !state.items.some((i) => i.kind === "message") ||
      state.items.at(-1)?.kind === "resolved";
  };
}

// Follows the newest line, unless the visitor has scrolled up to read.
function mountScroll(act: Actions): { before(): void; after(): void } {
  const scroll = find(".scroll");
  const newest = find<HTMLButtonElement>(".newest");
  let following = true;
  let lines = 0;

  function atEnd(): boolean {
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight <
      NEAR_PX;
  }

  function toEnd(): void {
    scroll.scrollTop = scroll.scrollHeight;
    newest.hidden = true;
    act.read();
  }

  scroll.addEventListener("scroll", () => {
    if (!atEnd()) return;
    newest.hidden = true;
    act.read();
  }, { passive: true });
  newest.addEventListener("click", toEnd);
  new ResizeObserver(() => following && toEnd()).observe(scroll);
  return {
    before: () => following = atEnd(),
    after() {
      const now = find(".log").childElementCount;
      if (following) toEnd();
      else if (now > lines) newest.hidden = false;
      lines = now;
    },
  };
}

export function mount(act: Actions): View {
  const field = mountField(act);
  const start = mountStart(act);
  const top = mountTop(act);
  const person = mountPerson(act);
  const leave = mountLeave(act);
  const scroll = mountScroll(act);
  let time = 0;
  const log = keyedList(find(".log"), drawRow,
    (li, row: Row) => updateRow(li, row, time, act));
  return {
    update(state, now) {
      time = now;
      scroll.before();
      field(state);
      start(state);
      top(state, now);
      person(state);
      leave(state);
      log(rows(state, now));
      scroll.after();
    },
  };
}
