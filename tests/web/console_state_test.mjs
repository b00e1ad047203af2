// console_state: what the console knows after what came, what may be done
// then, and that it speaks the words of schemas/.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadTypeScript } from "../lib/typescript.mjs";

const console_ = new URL("../../agent-console/", import.meta.url);
const load = (name) => loadTypeScript(new URL(name, console_));
const { initial, isMine, learn, modes, rowOf, seenSeq, show, shown, take,
  wish } = await load("state.ts");
const { line, refusal, speaker } = await load("words.ts");
const { attached } = await load("files.ts");
const schema = (name) => JSON.parse(readFileSync(
  new URL(`../../schemas/${name}.schema.json`, import.meta.url)));

const ANN = 3, BEN = 4;
const account = (...permissions) => ({ agent: { id: ANN, name: "Ann" },
  permissions: ["answer", "take", ...permissions],
  company: { key: "demo", name: "Demo" } });
const row = (id, more = {}) => ({ id, seq: 10, status: "open",
  holder: "agent", agent: ANN, opened_at: 1, last_at: 1, channel: "web",
  contact: { id }, seen: { customer: 0, company: 0 }, labels: [], ...more });
const event = (seq, more = {}) => ({ type: "event", conversation: 7,
  event: { seq, kind: "message", author: "customer", at: seq,
    body: { text: `${seq}` }, ...more } });

function state(frames = [], of = account()) {
  const s = initial(of);
  const staff = [[ANN, "Ann"], [BEN, "Ben"]].map(([agent, name]) =>
    ({ agent, name, online: true, away: false }));
  for (const f of [{ type: "welcome", agent: { id: ANN, away: false },
    counts: {}, teams: [{ key: "sales", name: "Sales" }], staff }, ...frames])
    take(s, f);
  return s;
}

test("events come once, in order, and only of what is open", () => {
  const s = state();
  show(s, 7, row(7), 4);
  assert.equal(seenSeq(s), 4);
  for (const seq of [4, 5, 5, 6]) take(s, event(seq));
  take(s, { ...event(7), conversation: 8 });
  assert.deepEqual(s.entries.map((e) => e.seq), [5, 6]);
});

test("of two rows the newer one counts, and lists are in order", () => {
  const s = state([{ type: "row", mine: true, row: row(1, { last_at: 5 }) },
    { type: "row", mine: true, row: row(2, { last_at: 9 }) },
    { type: "row", mine: true, row: row(1, { seq: 9, last_at: 99 }) }]);
  assert.deepEqual(shown(s).map((r) => r.id), [2, 1]);
  assert.equal(rowOf(s, 1).last_at, 5);
  take(s, { type: "row", row: row(1, { seq: 11, agent: BEN }) });
  assert.deepEqual(shown(s).map((r) => r.id), [2]);
});

test("what is open follows its row, wherever that is listed", () => {
  const s = state();
  show(s, 7, row(7), 0);
  assert.ok(isMine(s));
  take(s, { type: "row", row: row(7, { seq: 12, agent: BEN }) });
  assert.ok(!isMine(s));
  take(s, { type: "view", list: "view", view: "open", rows: [row(7)] });
  assert.ok(!isMine(s)); // that was the older one
});

test("acks and events tell sooner than rows whose it is", () => {
  const waits = row(7, { holder: "queue", agent: undefined, offered: ANN });
  const s = state();
  show(s, 7, waits, 9);
  s.taking = 7; // under way: what is typed now is meant for the customer
  assert.deepEqual(modes(s), ["send", "note"]);
  s.taking = 0;
  assert.deepEqual(modes(s), ["note"]);
  take(s, { type: "ack", conversation: 7, seq: 11, status: "open",
    holder: "agent", agent: ANN });
  assert.ok(isMine(s));
  assert.equal(s.row.offered, undefined);
  take(s, { type: "row", row: waits }); // it was on its way
  assert.ok(isMine(s));
  take(s, event(12, { kind: "holder", holder: "agent", agent: BEN }));
  assert.ok(!isMine(s));
  take(s, { type: "ack", conversation: 7, seq: 11, status: "open",
    holder: "agent", agent: ANN }); // older than the event
  assert.ok(!isMine(s));
});

test("how one may say something", () => {
  const how = (more, ...rights) => {
    const s = state([], account(...rights));
    show(s, 7, row(7, more), 0);
    return modes(s);
  };
  const others = { agent: BEN };
  assert.deepEqual(how({}), ["send", "note"]);
  assert.deepEqual(how(others), ["note"]);
  assert.deepEqual(how(others, "supervise"), ["note", "whisper", "barge"]);
  assert.deepEqual(how({ ...others, holder: "queue" }, "supervise"), ["note"]);
  assert.deepEqual(how({ status: "resolved", holder: "bot" }), ["note"]);
});

const said = (seq, author, text) => ({ seq: seq + 1, offered: ANN,
  message: { seq, author, at: seq, ...(text && { text }) } });

test("an offer says their newest word, whenever it was learned", () => {
  const offer = (more) => ({ type: "offer", conversation: 7, until: 99,
    row: row(7, more) });
  const hears = (s, ...of) => take(s, { type: "row", row: row(7, said(...of)) });
  const s = state([offer(said(5, "system", "You are first"))]);
  const wants = () => wish(s.offers[0]);
  const asked = [event(3).event, event(4).event];
  assert.equal(wants(), undefined);
  s.offers[0] = learn(s.offers[0], asked);
  assert.equal(wants(), "4");
  hears(s, 8, "customer", "Hello?");
  assert.equal(wants(), "Hello?");
  hears(s, 9, "system", "A moment more");
  assert.equal(wants(), "Hello?");
  hears(s, 10, "customer");
  assert.equal(wants(), "a file");
  s.offers[0] = learn(s.offers[0], asked); // the answer came late
  assert.equal(wants(), "a file");
  // What was handed over says more than what came after it.
  s.offers[0] = learn(s.offers[0], [...asked, { seq: 6, kind: "pack",
    body: { summary: ["A hose", "is lost"] } }]);
  hears(s, 12, "customer", "Hello??");
  assert.equal(wants(), "A hose is lost");
});

test("what was said waits until its event comes", () => {
  const s = state();
  show(s, 7, row(7), 0);
  const said = (id, conversation) => ({ id, conversation, text: "x",
    mode: "send", seen: 0, fault: null });
  s.unsent = [said("a", 7), said("b", 7), said("c", 8), said("d", 8)];
  take(s, event(1, { author: "agent", body: { text: "x", id: "a" } }));
  take(s, { type: "ack", id: "b", conversation: 7, seq: 2 }); // event follows
  take(s, { type: "ack", id: "c", conversation: 8, seq: 2 });
  take(s, { type: "error", id: "d", conversation: 8, code: "spoken" });
  assert.deepEqual(s.unsent.map((u) => u.id), ["b", "d"]);
  assert.equal(s.unsent[1].fault.code, "spoken");
});

test("who writes stops with what they wrote, and with who had it", () => {
  const s = state();
  show(s, 7, row(7), 0);
  const writes = (agent) => ({ type: "typing", conversation: 7,
    author: agent ? "agent" : "customer", agent, on: true });
  take(s, writes(ANN)); // oneself, in another tab
  assert.equal(s.typing, "");
  for (const end of [event(1), event(2, { kind: "holder" })]) {
    take(s, writes());
    assert.equal(s.typing, "customer");
    take(s, end);
    assert.equal(s.typing, "");
  }
});

test("a file is as the sender says, then as it is kept", () => {
  const message = { body: { files: [{ name: "a.png", size: 9 }, {}] } };
  const file = (body) => ({ kind: "file", body });
  assert.deepEqual(attached(message, []), [{ name: "a.png", size: 9 }, {}]);
  assert.deepEqual(attached(message, [
    file({ index: 1, name: "b.pdf", refused: "too large" }),
    file({ index: 0, name: "a.png", type: "image/png", size: 8 }),
    file({ index: 9, name: "of nothing" })]).map((f) =>
    [f.name, f.size, f.type, f.refused]), [
    ["a.png", 8, "image/png", undefined],
    ["b.pdf", undefined, undefined, "too large"]]);
  assert.deepEqual(attached({ body: { text: "x" } }, []), []);
});

test("refusals are in words, and say who has it", () => {
  assert.equal(refusal({ code: "held", holder: "agent", name: "Ben" }),
    "Ben has it now.");
  assert.equal(refusal({ code: "full", holder: "agent", name: "Ben" }),
    "They cannot take any more right now.");
  assert.equal(refusal({ code: "channel", title: "No", faults: [
    { where: "text", what: "is long" }] }), "No: text is long");
  assert.equal(refusal({ code: "new", title: "T", detail: "d" }), "T: d");
});

test("every refusal that the protocol has is in words of its own", () => {
  const { enum: codes } = schema("seller").$defs.refusal;
  for (const code of codes.filter((c) => !/malformed|channel/.test(c)))
    assert.notEqual(refusal({ code }), code);
});

test("no event is told in a program's words", () => {
  const s = state();
  const { kind, timer_name, offer_end_name, note_name, holder_name } =
    schema("event").$defs;
  const words = [
    ...kind.enum.map((k) => line(s, { kind: k, body: {} })),
    ...timer_name.enum.map((timer) => line(s, { kind: "timer", timer })),
    ...offer_end_name.enum.map((end) => line(s, { kind: "offer_end", end })),
    ...holder_name.enum.map((h) => line(s, { kind: "holder", holder: h })),
    ...note_name.enum.map((note) => speaker(s, { kind: "note", note }))];
  for (const text of words) assert.doesNotMatch(text, /_|undefined|null/);
});

test("the console knows every frame that can come", () => {
  const text = readFileSync(new URL("types.ts", console_), "utf8");
  const known = text.split("export type Frame =")[1]
    .matchAll(/type: ("\w+"(?: \| "\w+")*)/g);
  const types = [...known].flatMap((m) => m[1].match(/\w+/g));
  assert.deepEqual(types.sort(),
    Object.keys(schema("seller").$defs.to_seller.$defs).sort());
});
