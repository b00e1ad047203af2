// What came with a message: pictures are shown, all else is named. Names and
// types are a stranger's; the server says of a kept file what its bytes are.

import { h } from "./dom.ts";
import type { Entry } from "./types.ts";

type Attached = { name?: string; type?: string; size?: number; url?: string;
  refused?: string };

/** Those that cannot run anything. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif",
  "image/webp"]);

function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  const kilo = n / 1000;
  return kilo < 1000 ? `${Math.round(kilo)} kB`
    : `${(kilo / 1000).toFixed(1)} MB`;
}

/** As the sender says, and over it what became of each. */
export function attached(message: Entry, events: Entry[]): Attached[] {
  const all = [...(message.body?.["files"] as Attached[] | undefined) ?? []];
  for (const { body } of events) {
    const at = Number(body?.["index"] ?? 0);
    if (at >= 0 && at <= all.length) all[at] = { ...all[at], ...body };
  }
  return all;
}

/** Nothing where it is no address of ours: a page may load nothing else. */
function own(url?: string): string | undefined {
  try {
    const address = new URL(url ?? "", location.href);
    return url && address.origin === location.origin ? address.href
      : undefined;
  } catch {
    return undefined;
  }
}

/** Chats on a phone give their pictures no name. */
const nameOf = (f: Attached) => f.name || { image: "Picture", audio: "Sound",
  video: "Film" }[f.type?.split("/")[0] ?? ""] ||
  (f.type === "application/pdf" ? "PDF" : "File");

function chip(f: Attached) {
  const url = own(f.url);
  const more = f.refused ? `Not kept. ${f.refused}`
    : [f.size !== undefined && bytes(f.size),
      !url && "not here yet"].filter(Boolean).join(", ");
  return h(url ? "a" : "span", { class: "file", ...(url ? { href: url,
    target: "_blank", rel: "noopener noreferrer" } : {}) },
  h("span", { class: "file-name" }, nameOf(f)),
  more !== "" && h("span", { class: "soft" }, more));
}

function picture(f: Attached, url: string, of: string) {
  const name = nameOf(f);
  const image = h("img", { src: url, alt: `Picture from ${of}: ${name}`,
    loading: "lazy", decoding: "async" });
  const link = h("a", { class: "picture", href: url, target: "_blank",
    rel: "noopener noreferrer", title: `${name}${
      f.size === undefined ? "" : `, ${bytes(f.size)}`}` }, image);
  image.addEventListener("error", () => link.replaceWith(chip(f)));
  return link;
}

export function show(f: Attached, of: string): Element {
  const url = own(f.url);
  return url && !f.refused && PICTURES.has(f.type ?? "")
    ? picture(f, url, of) : chip(f);
}
