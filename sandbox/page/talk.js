// talk: what both pages share: asking the sandbox, and the parts of a page
// that look alike. Text only ever becomes text, never markup.

export const part = (id) => document.getElementById(id);

export function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error ?? answer.status);
  return json;
}

export const say = (text) => { part("state").textContent = text; };

const time = new Intl.DateTimeFormat(undefined,
  { hour: "2-digit", minute: "2-digit" });
export const clock = (ms) => time.format(new Date(ms));

// Links, and the marks of bold, italic and code, as elements.
const MARK = /(https?:\/\/[^\s<>|]+)|\*([^*\n]+)\*|_([^_\n]+)_|`([^`\n]+)`/g;
const TAGS = ["a", "strong", "em", "code"];

export function lines(text) {
  const node = make("div", "text");
  let at = 0;
  for (const m of text.matchAll(MARK)) {
    const which = m.slice(1).findIndex((group) => group !== undefined);
    const inner = make(TAGS[which], "", m[which + 1]);
    if (which === 0) {
      inner.href = m[1];
      inner.rel = "noreferrer noopener";
      inner.target = "_blank";
    }
    node.append(text.slice(at, m.index), inner);
    at = m.index + m[0].length;
  }
  node.append(text.slice(at));
  return node;
}

// One element for each item, made anew only when it would look different; so
// the keyboard's focus stays, and only news is read aloud. Keeps the end in
// sight for whoever was looking at it.
const kept = new Map();

export function show(items, keyOf, build) {
  const talk = part("talk");
  const end = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  const keys = new Set(items.map(keyOf));
  for (const [key, { node }] of kept)
    if (!keys.has(key)) {
      node.remove();
      kept.delete(key);
    }
  let before = null;
  for (const item of items) {
    const key = keyOf(item);
    const sign = JSON.stringify(item);
    const old = kept.get(key);
    let node = old?.sign === sign ? old.node : build(item);
    if (old?.node.isEqualNode(node)) node = old.node;
    if (old && old.node !== node) old.node.replaceWith(node);
    const place = before ? before.nextSibling : talk.firstChild;
    if (place !== node) talk.insertBefore(node, place);
    kept.set(key, { sign, node });
    before = node;
  }
  if (end) talk.scrollTop = talk.scrollHeight;
}

// Enter sends, Shift and Enter makes a new line.
export function onSend(send) {
  const form = part("form");
  const text = part("text");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (words === "") return;
    text.value = "";
    try {
      await send(words);
    } catch (error) {
      text.value = words;
      say(error.message);
    }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// Again and again, slower while nobody can see it.
export async function follow(look) {
  for (;;) {
    try {
      await look();
    } catch (error) {
      say(`no connection: ${error.message}`);
    }
    const ms = document.hidden ? 5000 : 700;
    await new Promise((done) => setTimeout(done, ms));
  }
}
