// view_rows: one line of the transcript as an element, made once by drawRow
// and brought up to date by updateRow.

import type { Message, Row } from "./rows.ts";
import { dayWords, marks, timeWords } from "./words.ts";

export interface RowActions {
  discard(id: string): void;
}

const speakers: Record<Message["author"], string> = {
  system: "Notice", customer: "You", bot: "Assistant", agent: "Agent",
};

function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function drawMessage(): HTMLElement {
  const li = make("li", "row");
  const bubble = make("div", "bubble");
  bubble.append(make("span", "visually-hidden speaker"), make("p", "words"));
  const below = make("div", "below");
  below.append(make("time", "time"), make("span", "mark"),
    make("button", "discard", "Remove"));
  const who = make("span", "who");
  who.setAttribute("aria-hidden", "true"); // the bubble says it, too
  li.append(who, bubble, below);
  return li;
}

function drawTyping(): HTMLElement {
  const li = make("li", "row typing");
  const bubble = make("div", "bubble dots");
  bubble.append(make("span", "visually-hidden", "An answer is being written"),
    make("i", "dot"), make("i", "dot"), make("i", "dot"));
  li.append(bubble);
  return li;
}

export function drawRow(row: Row): HTMLElement {
  switch (row.is) {
    case "message":
      return drawMessage();
    case "typing":
      return drawTyping();
    case "note":
      return make("li", "note", row.text);
    case "day":
      return make("li", "day");
  }
}

function part(li: Element, className: string): HTMLElement {
  return li.querySelector(`.${className}`) as HTMLElement;
}

// What has not changed is left alone: a reader would say it again.
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function setWords(words: HTMLElement, m: Message): void {
  if (m.url === null) {
    setText(words, m.text);
  } else if (words.firstElementChild === null) {
    const link = make("a", "file", m.text) as HTMLAnchorElement;
    link.href = m.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    words.replaceChildren(link);
  }
}

function classesOf(m: Message): string {
  return ["row", m.author === "customer" ? "mine" : "theirs",
    m.first && "first", m.last && "last", m.draft && "draft",
    m.mark !== null && `is-${m.mark}`].filter(Boolean).join(" ");
}

function updateMessage(li: Element, m: Message, act: RowActions): void {
  const time = part(li, "time") as HTMLTimeElement;
  const mark = part(li, "mark");
  const discard = part(li, "discard") as HTMLButtonElement;
  li.className = classesOf(m);
  // A growing answer is read aloud once, when it stands.
  li.setAttribute("aria-busy", String(m.draft));
  setText(part(li, "speaker"), `${m.name || speakers[m.author]}: `);
  setText(part(li, "who"), m.name);
  part(li, "who").hidden = m.name === "" || !m.first;
  setWords(part(li, "words"), m);
  time.hidden = m.draft || !m.last || m.refusal !== null;
  time.dateTime = new Date(m.at).toISOString();
  setText(time, timeWords(m.at));
  mark.hidden = m.mark === null;
  setText(mark, m.refusal ?? (m.mark === null ? "" : marks[m.mark]));
  part(li, "below").hidden = time.hidden && mark.hidden;
  discard.type = "button";
  discard.hidden = m.refusal === null;
  discard.onclick = () => m.id !== null && act.discard(m.id);
}

export function updateRow(
  li: Element, row: Row, now: number, act: RowActions,
): void {
  if (row.is === "message") updateMessage(li, row.message, act);
  else if (row.is === "note") setText(li, row.text);
  else if (row.is === "day") setText(li, dayWords(row.at, now));
}
