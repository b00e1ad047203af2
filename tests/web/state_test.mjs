// state and rows: what the page knows after what happened, and what it shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadTypeScript } from "../lib/typescript.mjs";

const page = new URL("../../channels/web/page/", import.meta.url);
const { empty, reduce, nextToSend, unread } =
  await loadTypeScript(new URL("state.ts", page));
const { rows } = await loadTypeScript(new URL("rows.ts", page));
const { lineWords, noticeWords, dayWords } =
  await loadTypeScript(new URL("words.ts", page));
const { waitMs } = await loadTypeScript(new URL("wire_wait.ts", page));

const NOON = new Date(2026, 2, 10, 12).getTime();
const MINUTE = 60_000;

const frame = (f) => ({ kind: "frame", frame: f, at: NOON });
const event = (seq, author, text, more = {}) => frame({ type: "event", event: {
  seq, kind: "message", author, at: NOON + seq * MINUTE,
  body: { text, ...more },
} });
const opened = frame({ type: "event", event: {
  seq: 1, kind: "opened", author: "system", at: NOON, body: {} } });
const hidden = (seq) =>
  frame({ type: "event", event: { seq, kind: "hidden" } });
const ack = (id, seq) => frame({ type: "ack", id, seq, at: NOON });
const wrote = (id, text) => ({ kind: "wrote", id, text, at: NOON });
const online = { kind: "line", line: { is: "online" } };
const welcome = frame({
  type: "welcome", token: "t", seq: 0, seen: { customer: 0, company: 0 },
  company: { key: "demo", name: "Demo", welcome: "Hi", suggestions: [] },
  limits: { text: 4000, frame: 65536 },
});

const run = (...happenings) => happenings.reduce(reduce, empty);
const texts = (state) => state.items.map((i) => i.text);
const messages = (state) => rows(state, NOON)
  .filter((r) => r.is === "message").map((r) => r.message);

test("events come in order and once", () => {
  const s = run(opened, event(2, "customer", "a"), event(3, "bot", "b"),
    event(2, "customer", "a"), event(3, "bot", "b"));
  assert.equal(s.seq, 3);
  assert.deepEqual(texts(s), ["a", "b"]);
});

test("any order of arrival shows the same", () => {
  const all = [opened, event(2, "customer", "a"), event(3, "bot", "b"),
    event(4, "customer", "c"), hidden(5)];
  const straight = run(...all);
  for (let turn = 0; turn < all.length; turn++) {
    const turned = [...all.slice(turn), ...all.slice(0, turn)];
    const s = run(...turned);
    assert.deepEqual(s.items, straight.items);
    assert.equal(s.seq, 5);
    assert.deepEqual(s.ahead, []);
  }
});

test("seq stays below a gap, so that the gap is asked for again", () => {
  const s = run(opened, event(3, "bot", "b"), hidden(5));
  assert.equal(s.seq, 1);
  assert.deepEqual(s.ahead, [3, 5]);
  assert.equal(run(opened, event(3, "bot", "b"), hidden(2)).seq, 3);
});

test("an ack turns what was written into a message", () => {
  const s = run(online, opened, wrote("m1", "hello"), ack("m1", 2));
  assert.deepEqual(s.pending, []);
  assert.deepEqual(texts(s), ["hello"]);
  assert.equal(s.seq, 2);
});

test("an ack that overtakes earlier events leaves room for them", () => {
  const s = run(opened, wrote("m1", "hello"), ack("m1", 3));
  assert.equal(s.seq, 1);
  const t = reduce(s, event(2, "bot", "before"));
  assert.equal(t.seq, 3);
  assert.deepEqual(texts(t), ["before", "hello"]);
});

test("the event of a message stands for its ack", () => {
  const s = run(opened, wrote("m1", "hello"),
    event(2, "customer", "hello", { id: "m1" }));
  assert.deepEqual(s.pending, []);
  assert.deepEqual(texts(s), ["hello"]);
  assert.deepEqual(texts(reduce(s, ack("m1", 2))), ["hello"]);
});

test("messages go out one after the other", () => {
  const s = run(wrote("m1", "a"), wrote("m2", "b"));
  assert.equal(nextToSend(s).id, "m1");
  assert.equal(nextToSend(reduce(s, ack("m1", 2))).id, "m2");
});

test("a refused message stays, says so, and lets the next one pass", () => {
  const refused = frame({ type: "error", code: "too_long",
    title: "The text is too long", id: "m1" });
  const s = run(online, wrote("m1", "a"), wrote("m2", "b"), refused);
  assert.equal(nextToSend(s).id, "m2");
  assert.deepEqual(messages(s).map((m) => m.mark), ["refused", "sending"]);
  assert.equal(messages(s)[0].refusal, "This message is too long.");
  assert.deepEqual(run(wrote("m1", "a"), refused,
    { kind: "dropped", id: "m1" }).pending, []);
});

test("a fault that passes keeps the message for another try", () => {
  const s = run(online, wrote("m1", "a"), frame({ type: "error",
    code: "busy", title: "Too busy right now", id: "m1" }));
  assert.equal(nextToSend(s).id, "m1");
  assert.match(noticeWords(s), /sent in a moment/);
  assert.equal(noticeWords(reduce(s, { kind: "noticed" })), null);
});

test("what was kept comes before what is written now", () => {
  const s = run(wrote("m2", "b"), { kind: "kept", pending: [
    { id: "m1", text: "a", at: NOON }, { id: "m2", text: "b", at: NOON }] });
  assert.deepEqual(s.pending.map((p) => p.id), ["m1", "m2"]);
});

test("a draft replaces the one before and ends with the bot's event", () => {
  const draft = (text) => frame({ type: "draft", turn: "1-2", text });
  const typing = frame({ type: "typing", author: "bot", on: true });
  const s = run(opened, event(2, "customer", "a"), typing, draft("We"),
    draft("We are"));
  assert.equal(s.typing, null);
  assert.equal(messages(s).at(-1).text, "We are");
  assert.ok(messages(s).at(-1).draft);
  const key = rows(s, NOON).at(-1).key;
  const t = reduce(s, event(3, "bot", "We are open"));
  assert.equal(t.draft, null);
  assert.equal(rows(t, NOON).at(-1).key, key);
  assert.deepEqual(texts(t), ["a", "We are open"]);
});

test("a person who takes over ends what the bot was about to say", () => {
  const holds = (seq, holder) => frame({ type: "event", event: {
    seq, kind: "holder", author: "system", at: NOON, holder, body: {} } });
  const s = run(opened, event(2, "customer", "a"),
    frame({ type: "draft", turn: "1-2", text: "We" }),
    frame({ type: "typing", author: "bot", on: true }));
  for (const holder of ["queue", "agent", "email", "nobody"]) {
    const t = reduce(s, holds(3, holder));
    assert.equal(t.draft, null);
    assert.equal(t.typing, null);
  }
  assert.equal(reduce(s, holds(3, "bot")).draft.text, "We");
});

test("who has ended the chat is told so until they write again", () => {
  const left = run(online, opened, event(2, "customer", "a"),
    frame({ type: "queue", position: 1 }), { kind: "left" });
  assert.match(noticeWords(left), /^You have ended the chat/);
  assert.ok(reduce(left, event(3, "agent", "b")).left);
  assert.equal(reduce(left, wrote("m1", "c")).left, false);
  assert.equal(reduce(left, event(3, "customer", "d")).left, false);
});

test("a broken line ends drafts and typing", () => {
  const s = run(opened, frame({ type: "draft", turn: "1-1", text: "x" }),
    { kind: "line", line: { is: "waiting", until: NOON } });
  assert.equal(s.draft, null);
  assert.equal(rows(s, NOON).length, 0);
});

test("an old event that comes again does not end a draft", () => {
  const s = run(opened, event(2, "bot", "old"),
    frame({ type: "draft", turn: "1-3", text: "x" }), event(2, "bot", "old"));
  assert.equal(s.draft.text, "x");
});

test("marks: sending, waiting, delivered, seen; on the newest only", () => {
  const seen = frame({ type: "seen", author: "company", seq: 3 });
  const marks = (s) => messages(s).map((m) => m.mark);
  assert.deepEqual(marks(run(online, wrote("m1", "a"))), ["sending"]);
  assert.deepEqual(marks(run(wrote("m1", "a"))), ["waiting"]);
  const two = run(online, opened, event(2, "customer", "a"),
    event(3, "customer", "b"));
  assert.deepEqual(marks(two), [null, "delivered"]);
  assert.deepEqual(marks(reduce(two, seen)), [null, "seen"]);
  assert.deepEqual(marks(reduce(two, event(4, "bot", "c"))),
    [null, null, null]);
});

test("read marks only rise", () => {
  const seen = (author, seq) => frame({ type: "seen", author, seq });
  const s = run(seen("company", 5), seen("company", 3), seen("customer", 2));
  assert.deepEqual(s.seen, { customer: 2, company: 5 });
});

test("unread is the newest of the company's that was not read", () => {
  const s = run(opened, event(2, "customer", "a"), event(3, "bot", "b"),
    event(4, "customer", "c"));
  assert.equal(unread(s), 3);
  assert.equal(unread(reduce(s, { kind: "read", seq: 3 })), 0);
  assert.equal(unread(run(event(2, "customer", "a"))), 0);
});

test("a forgotten visitor starts anew but keeps what was not sent", () => {
  const s = run(online, welcome, opened, event(2, "bot", "a"),
    wrote("m1", "b"), { kind: "forgotten" });
  assert.equal(s.seq, 0);
  assert.deepEqual(s.items, []);
  assert.equal(s.pending[0].id, "m1");
});

test("what is not known changes nothing", () => {
  const s = run(opened);
  assert.equal(reduce(s, frame({ type: "confetti" })), s);
  const t = reduce(s, frame({ type: "event",
    event: { seq: 2, kind: "confetti", author: "bot", at: 1, body: {} } }));
  assert.equal(t.seq, 2);
  assert.deepEqual(t.items, []);
});

test("runs of one author are one shape, days stand between", () => {
  const day = 24 * 60 * MINUTE;
  const at = (seq, author, when) => frame({ type: "event", event: {
    seq, kind: "message", author, at: when, body: { text: `${seq}` } } });
  const s = run(at(1, "bot", NOON - day), at(2, "bot", NOON - day + 1),
    at(3, "customer", NOON - day + 2), at(4, "customer", NOON),
    at(5, "customer", NOON + 6 * MINUTE), at(6, "customer", NOON + 7 * MINUTE));
  assert.deepEqual(rows(s, NOON).map((r) => r.is === "message"
    ? `${r.message.first ? "[" : ""}${r.message.text}${r.message.last ? "]" : ""}`
    : r.is), ["day", "[1", "2]", "[3]", "day", "[4]", "[5", "6]"]);
  assert.equal(dayWords(NOON, NOON + MINUTE), "Today");
  assert.equal(dayWords(NOON - day, NOON), "Yesterday");
  assert.match(dayWords(NOON - 5 * day, NOON), /^Thursday,? 5 March$/);
  assert.match(dayWords(new Date(2025, 11, 31).getTime(), NOON),
    /^Wednesday,? 31 December 2025$/);
});

test("keys are unique, whatever is on the screen", () => {
  const s = run(online, opened, event(2, "customer", "a", { id: "m1" }),
    event(3, "bot", "b"), wrote("m2", "c"), wrote("m3", "d"),
    frame({ type: "draft", turn: "1-2", text: "x" }));
  const keys = rows(s, NOON).map((r) => r.key);
  assert.equal(new Set(keys).size, keys.length);
});

test("the line is said in words", () => {
  const words = (line) => lineWords(line, NOON);
  assert.equal(words({ is: "online" }), "Online");
  assert.equal(words({ is: "waiting", until: NOON + 4200 }),
    "No connection, trying again in 5 s");
  assert.equal(words({ is: "waiting", until: NOON - 10 }),
    "No connection, trying again in 1 s");
  const fault = { type: "error", code: "unknown_company", title: "x" };
  const s = run({ kind: "line", line: { is: "refused", fault } });
  assert.match(noticeWords(s), /no chat at this address/);
});

test("what the visitor is told while the line is broken", () => {
  const waiting = { kind: "line", line: { is: "waiting", until: NOON } };
  assert.match(noticeWords(run(waiting)), /go on writing/);
  assert.match(noticeWords(run(waiting, wrote("m1", "a"))), /is kept/);
  assert.equal(noticeWords(run(waiting, online)), null);
});

test("waits grow from 1 to 30 s and are spread", () => {
  for (let n = 0; n < 40; n++) {
    const [least, most] = [waitMs(n, 0), waitMs(n, 1)];
    assert.ok(least >= 1000 && most <= 30_000 && least <= most);
    assert.ok(n === 0 || most - least >= 1000);
    assert.ok(n === 0 || most >= waitMs(n - 1, 1));
  }
  assert.equal(waitMs(40, 1), 30_000);
});

test("a place in line is told until somebody else has it", () => {
  const holder = (seq, who, body = {}) => frame({ type: "event", event: {
    seq, kind: "holder", author: "system", at: NOON, holder: who, body } });
  const queue = (position, wait_s) => frame(wait_s === undefined
    ? { type: "queue", position } : { type: "queue", position, wait_s });
  let s = run(online, opened, holder(2, "queue"), queue(3));
  assert.equal(s.holder, "queue");
  assert.equal(noticeWords(s), "You are number 3 in line.");
  s = reduce(s, queue(1, 240));
  assert.equal(noticeWords(s), "You are next. About 4 minutes.");
  s = reduce(s, holder(3, "agent", { name: "Ben" }));
  assert.equal(s.holder, "agent");
  assert.equal(noticeWords(s), null);
  assert.equal(rows(s, NOON).at(-1).text, "Ben answers now.");
});

test("what the system says is a line, and stands for the change it tells of",
  () => {
    const holder = (seq, who, body) => frame({ type: "event", event: {
      seq, kind: "holder", author: "system", at: NOON, holder: who, body } });
    const shown = (s) => rows(s, NOON).map((r) => r.is === "note"
      ? r.text : r.is === "message" ? `${r.message.name}: ${r.message.text}`
        : r.is);
    let s = run(online, opened, event(2, "customer", "a human"),
      hidden(3), holder(4, "queue", {}));
    assert.deepEqual(shown(s),
      ["day", ": a human", "You are in line for a person."]);
    // Who is passed on at once was never in line.
    assert.deepEqual(shown(reduce(s, holder(5, "email", {}))), ["day",
      ": a human", "Our team was written to, and answers here."]);
    s = reduce(s, event(5, "system", "You are number 2.",
      { notice: "waiting" }));
    assert.deepEqual(shown(s), ["day", ": a human", "You are number 2."]);
    assert.equal(messages(s)[0].mark, "delivered"); // nobody has answered

    s = reduce(s, holder(6, "agent", { name: "Anna" }));
    s = reduce(s, event(7, "agent", "Hello", {}));
    s = reduce(s, event(8, "agent", "Boss here", { name: "Bo" }));
    s = reduce(s, holder(9, "bot", {}));
    s = reduce(s, frame({ type: "event", event: {
      seq: 10, kind: "resolved", author: "agent", at: NOON, body: {} } }));
    assert.deepEqual(shown(s).slice(3), ["Anna answers now.", "Anna: Hello",
      "Bo: Boss here",
      "The conversation was closed. Write again to reopen it."]);
    assert.deepEqual(messages(s).slice(1).map((m) => m.first), [true, true]);
  });

test("a file of the company's is a link by who sent it, and nothing else is",
  () => {
    const file = (seq, ref, body) => frame({ type: "event", event: {
      seq, kind: "file", author: "system", at: NOON, ref, body: {
        index: 0, name: "bill.pdf", type: "application/pdf", size: 3,
        hash: "0".repeat(64), ...body } } });
    const url = "/v1/files/00?name=bill.pdf";
    const s = run(online, opened, event(2, "customer", "a"),
      event(3, "agent", "", { name: "Robin", files: [{ name: "bill.pdf" }] }),
      file(4, 3, { url }), file(5, 2, { url }),
      file(6, 3, { url: "https://evil.example/" }));
    assert.deepEqual(messages(s).map(({ name, text, url: at }) =>
      [name, text, at]), [["", "a", null], ["Robin", "bill.pdf", url]]);
    assert.equal(unread(s), 3);
  });
