// Elements, made and changed. Texts are only ever text.

type Props = Record<string, string | boolean | number | undefined |
  ((e: Event) => void)>;
type Child = Node | string | null | undefined | false;

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

/** Where an element stands below another: 2nd child, its 1st, ... */
function pathOf(e: Element | null, below: Element): number[] | null {
  const path: number[] = [];
  for (; e !== null && e !== below; e = e.parentElement)
    path.unshift([...(e.parentElement?.children ?? [])].indexOf(e));
  return e === null ? null : path;
}

/**
 * Makes the children of `parent` these; what stands where the keyboard was
 * gets it back. Nothing old is kept: it may do what was right before.
 */
export function fill(parent: Element, children: Child[]) {
  const path = pathOf(document.activeElement, parent);
  parent.replaceChildren(...children.filter((c): c is Node | string => !!c));
  if (path === null || path.length === 0) return;
  let e: Element | undefined = parent;
  for (const i of path) e = e?.children[i];
  if (e instanceof HTMLElement) e.focus({ preventScroll: true });
}

/** A text whose web addresses are links that show where they lead. */
export function linked(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const m of text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)) {
    out.append(text.slice(at, m.index));
    out.append(h("a", { href: m[0], target: "_blank",
      rel: "noopener noreferrer nofollow" }, m[0]));
    at = m.index + m[0].length;
  }
  out.append(text.slice(at));
  return out;
}

export const clock = (at?: number) => at === undefined ? ""
  : new Date(at).toLocaleTimeString([], { hour: "2-digit",
    minute: "2-digit" });

/** "3 min", "2 h", or a date. */
export function since(at?: number): string {
  if (!at) return "";
  const minutes = Math.floor((Date.now() - at) / 60000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return new Date(at).toLocaleDateString([], { day: "numeric",
    month: "short" });
}

export function announce(text: string) {
  const said = document.getElementById("said");
  if (said) said.textContent = text;
}
