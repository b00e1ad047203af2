// Elements, made and changed. Texts are only ever text.

type Props = Record<string, string | boolean | number | undefined |
  ((e: Event) => void)>;
export type Child = Node | string | null | undefined | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, props: Props = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") e.addEventListener(name, value);
    else if (value === true) e.setAttribute(name, "");
    else if (value !== false && value !== undefined)
      e.setAttribute(name, String(value));
  }
  for (const child of children)
    if (child) e.append(child);
  return e;
}

export const button = (label: string, click: () => void, kind = "") =>
  h("button", { type: "button", class: kind, click }, label);

/** Only where it is another: who listens hears of changes only. */
export function say(e: Element, text: string) {
  if (e.textContent !== text) e.textContent = text;
}

// ---- lists -----------------------------------------------------------------

/** A child by its key; `is` says all that it shows. */
export type Item = { key: string; is: string; make: () => Element };

const marks = new WeakMap<Element, Item>();
const FOCUSED = "button, a, input, select, textarea, summary";

/** Where an element stands below another: 2nd child, its 1st, ... */
function pathOf(e: Element | null, below: Element): number[] | null {
  const path: number[] = [];
  for (; e !== null && e !== below; e = e.parentElement)
    path.unshift([...(e.parentElement?.children ?? [])].indexOf(e));
  return e === null ? null : path;
}

/** The keyboard goes to what stands where it was, or next to that. */
function focus(parent: Element, key: string | undefined, path: number[]) {
  const [at = 0, ...below] = path;
  const all = [...parent.children];
  const same = all.find((c) => marks.get(c)?.key === key);
  let e: Element | undefined = same ?? all[Math.min(at, all.length - 1)];
  const top = e;
  for (const i of same ? below : []) e = e?.children[i];
  if (!e?.matches(FOCUSED)) e = top?.matches(FOCUSED) ? top
    : [...top?.querySelectorAll(FOCUSED) ?? []]
      .find((x) => x.checkVisibility());
  if (e instanceof HTMLElement) e.focus({ preventScroll: true });
}

/**
 * Makes the children of `parent` these. Who shows the same as before stays the
 * same element, with its focus, what is selected in it and its pictures.
 */
export function list(parent: Element, items: Item[]) {
  const path = pathOf(document.activeElement, parent);
  const held = path?.length ? parent.children[path[0] ?? 0] : undefined;
  const key = held && marks.get(held)?.key;
  const active = document.activeElement;
  const wanted = new Map(items.map((i) => [i.key, i.is]));
  const kept = new Map<string, Element>();
  for (const e of [...parent.children]) {
    const mark = marks.get(e);
    if (mark && wanted.get(mark.key) === mark.is) kept.set(mark.key, e);
    else e.remove();
  }
  let at = parent.firstElementChild;
  for (const item of items) {
    const e = kept.get(item.key) ?? item.make();
    marks.set(e, item);
    if (e === at) at = at.nextElementSibling;
    else parent.insertBefore(e, at);
  }
  if (path?.length && document.activeElement !== active)
    focus(parent, key, path);
}

/** All of it anew, where it shows something else than before. */
export const fill = (parent: Element, is: unknown, make: () => Element) =>
  list(parent, [{ key: "", is: JSON.stringify(is), make }]);

// ---- texts -----------------------------------------------------------------

/** A text whose web addresses are links that show where they lead. */
export function linked(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const m of text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)) {
    const address = m[0].replace(/[.,;:!?]+$/, "");
    out.append(text.slice(at, m.index));
    out.append(h("a", { href: address, target: "_blank",
      rel: "noopener noreferrer nofollow" }, address));
    at = m.index + address.length;
  }
  out.append(text.slice(at));
  return out;
}

// Made once: each costs as much as a thousand uses.
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit",
  minute: "2-digit" });
const DAY = new Intl.DateTimeFormat([], { weekday: "long", day: "numeric",
  month: "long" });
const DATE = new Intl.DateTimeFormat([], { day: "numeric", month: "short" });

export const clock = (at?: number) => at === undefined ? ""
  : CLOCK.format(at);

export const day = (at: number) => DAY.format(at);

/** "3 min", "2 h", or a date. */
export function since(at?: number): string {
  if (!at) return "";
  const minutes = Math.floor((Date.now() - at) / 60000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return DATE.format(at);
}

export function announce(text: string) {
  const said = document.getElementById("said");
  if (said) said.textContent = text;
}
