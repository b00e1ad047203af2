// check: what is on disk (intents) against what the stand-ins were asked to do
// (effects), and against what everybody knows.
import assert from "node:assert/strict";
import { numberIn } from "../lib/mail.mjs";

const SENT = 3, UNKNOWN = 4, DEAD = 5;

const markOf = (text) => /\[([\w-]+)\]/.exec(text)?.[1];
const none = (list, what) => assert.deepEqual(list, [], what);

function tally(list) {
  const counts = new Map();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

const more = (counts) => [...counts].filter(([, n]) => n > 1).map(([x]) => x);

// ---- what was said to us ------------------------------------------------------

// Whose support desk no mail reached since a person spoke to them: they wait.
function unreached({ messages, notes }) {
  const last = new Map(notes.filter((n) => n.what === "unreached")
    .map((n) => [n.conversation, n.note]));
  for (const m of messages)
    if (m.author === "agent" && m.message > (last.get(m.conversation) ?? 0))
      last.delete(m.conversation);
  return last;
}

export function checkInbound(stored, said) {
  const { messages, conversations, mailed } = stored;
  const waits = unreached(stored);
  const seen = tally(messages.filter((m) => m.author === "customer")
    .map((m) => markOf(m.body.text)));
  const upto = new Map(mailed.map((m) => [m.conversation, m.upto]));
  none(said.filter((mark) => !seen.has(mark)), "lost");
  none(more(seen), "there more than once");
  none(conversations.filter((c) => c.holder === "bot" && c.handled < c.last),
    "unanswered");
  none(conversations.filter((c) => c.holder === "email" &&
    (upto.get(c.conversation) ?? 0) < c.last), "not written to the desk");
  none(conversations.filter((c) => !["bot", "email"].includes(c.holder) &&
    !(c.holder === "queue" && waits.has(c.conversation))),
  "still with people");
}

// Each is there once, where it was acknowledged, by whom; what was refused is
// not.
export function checkSellers({ messages }, said, refused) {
  const at = new Map(messages.map((m) =>
    [`${m.conversation}:${m.message}`, m]));
  const texts = tally(messages.map((m) => m.body.text));
  none(said.filter(({ conversation, seq, text, agent }) => {
    const m = at.get(`${conversation}:${seq}`);
    return m?.body.text !== text || m.author !== "agent" || m.agent !== agent;
  }), "a seller's words are not where they were acknowledged");
  none(said.filter(({ text }) => texts.get(text) !== 1),
    "a seller's words are there more than once");
  none(refused.filter((text) => texts.has(text)), "said, and refused");
}

// Each honest answer is what a person said, once; or, where a seller had the
// conversation, a note for them. The others are nothing, or a note that says
// why not.
export function checkDesk({ messages, notes }, { answers, falses }) {
  const marks = (list) => tally(list.map((e) => markOf(e.body.text ?? "")));
  const told = marks(messages.filter((m) => m.author === "agent" &&
    m.agent === 0));
  const noted = marks(notes.filter((n) => n.what === "refused"));
  const all = marks([...messages, ...notes]);
  const count = (mark) => (told.get(mark) ?? 0) + (noted.get(mark) ?? 0);
  none(answers.filter(({ mark }) => count(mark) !== 1 || all.get(mark) !== 1)
    .map((a) => ({ ...a, times: count(a.mark) })),
  "answers by mail that are not there once");
  none(falses.filter((mark) => (all.get(mark) ?? 0) !==
    Math.min(noted.get(mark) ?? 0, 1)), "what is not true was believed");
  return answers.filter(({ mark }) => noted.has(mark)).length;
}

// ---- what we meant ----------------------------------------------------------------

// Each thing said to a vendor's customer has rows, on a website none; what went
// to the desk has a mail.
export function checkIntents({ rows, messages, conversations, mailed }) {
  const has = new Set(rows.map((r) => `${r.conversation}:${r.seq}`));
  const vendors = new Set(conversations.filter((c) => c.channel !== "web")
    .map((c) => c.conversation));
  none(messages.filter((m) => m.author !== "customer" &&
    has.has(`${m.conversation}:${m.message}`) !==
      vendors.has(m.conversation)), "rows and messages differ");
  // The desk needs no mail about what it has just said itself.
  const own = new Set(messages.filter((m) => m.author === "agent" &&
    m.agent === 0).map((m) => `${m.conversation}:${m.message + 1}`));
  none(mailed.filter((m) => {
    const at = `${m.conversation}:${m.mailed}`;
    return !has.has(at) && !own.has(at);
  }), "sent to the desk without a mail");
}

// ---- what was done ------------------------------------------------------------------

// Mails have no row of their own in the ledger; their sender names it.
export const withRows = (effects) => effects.map((e) =>
  e.kind === "mail" ? { ...e, row: numberIn(e.from) } : e);

function byRow(effects) {
  const by = new Map();
  for (const effect of effects)
    by.set(effect.row, [...by.get(effect.row) ?? [], effect]);
  return by;
}

// A vendor is asked whether it has a message of which we do not know. Nobody
// can be asked for a mail: it goes out once more, and who gets both knows by
// its id. That may be so only where the server did not tell us of the first, or
// we were killed before we had written down what it said.
const WRITTEN_MS = 2000; // by then, however slow it is
const OUTLIVES_MS = 1000; // what speaks SMTP for us, when we are killed
const excused = (kills) => (effect, i, all) => !effect.told ||
  kills.some((at) => at >= effect.at - OUTLIVES_MS &&
    at <= effect.at + WRITTEN_MS &&
    at <= (all[i + 1]?.at ?? Infinity));

const fits = {
  [SENT]: (row, mine, kills) => mine.length > 0 &&
    mine.length <= (row.channel === "email" ? 2 : 1) &&
    mine.slice(0, -1).every(excused(kills)),
  [DEAD]: (row, mine, kills) => row.code + row.reason !== "" &&
    (mine.length === 0 ||
      (row.channel === "email" && mine.every(excused(kills)))),
  [UNKNOWN]: (row, mine, kills) => row.code + row.reason !== "" &&
    mine.length <= (row.channel === "email" ? 2 : 1) &&
    mine.every(row.channel === "email" ? excused(kills) : (e) => !e.told),
};

export function checkEffects({ rows }, effects, kills) {
  const by = byRow(effects);
  const wrong = [];
  for (const row of rows) {
    const mine = by.get(row.row) ?? [];
    by.delete(row.row);
    if (!fits[row.state]?.(row, mine, kills))
      wrong.push({ ...row, effects: mine });
  }
  none(wrong, "rows and effects differ");
  none([...by.values()], "effects without a row");
}

// Of what did not arrive, or may not have, the conversation says so.
export function checkNamed({ rows, deliveries }) {
  const named = new Set(deliveries.map((d) => `${d.conversation}:${d.of}`));
  none(rows.filter((r) => r.state !== SENT &&
    !named.has(`${r.conversation}:${r.seq}`)), "lost without a word");
}

// What reached the far side is what its row is of.
export function checkWords({ rows, messages }, effects) {
  const said = new Map(messages.map((m) =>
    [`${m.conversation}:${m.message}`, m.body.text]));
  const of = new Map(rows.map((r) => [r.row, `${r.conversation}:${r.seq}`]));
  none(effects.filter((e) => e.kind === "message" &&
    markOf(e.text) !== markOf(said.get(of.get(e.row)) ?? "[?]")),
  "effects of other words");
}

// The support desk has read what the customer said last, in the newest mail or
// in one before it. It need not know what the bot answered before the desk took
// the chat by a late answer of its own, of which no mail tells; nor can it where
// a mail did not arrive.
export function checkLetters({ rows, messages, mailed }, effects) {
  const mails = rows.filter((r) => r.channel === "email");
  const texts = byRow(effects.filter((e) => e.kind === "mail"));
  none(mailed.filter(({ conversation, mailed: seq, upto }) => {
    const sofar = mails.filter((r) => r.conversation === conversation &&
      r.seq <= seq);
    const has = new Set(sofar.map((r) => r.seq));
    const own = mailed.findLast((m) => m.conversation === conversation &&
      m.mailed <= seq && !has.has(m.mailed))?.upto ?? 0;
    const last = messages.findLast((m) => m.conversation === conversation &&
      m.author === "customer" && m.message <= upto);
    const mark = `[${markOf(last?.body.text)}]`;
    return last?.message > own && sofar.every((r) => r.state === SENT &&
      !texts.get(r.row).some(({ text }) => text.includes(mark)));
  }), "mails without what was said");
}

// A mail says of itself which it is: the same from one row, others from others.
export function checkMails(effects) {
  const rows = new Map();
  const mails = effects.filter((e) => e.kind === "mail");
  for (const { id, row } of mails)
    rows.set(id, new Set([...rows.get(id) ?? [], row]));
  none([...rows].filter(([, of]) => of.size > 1), "one id, several mails");
  for (const [row, of] of byRow(mails))
    assert.equal(new Set(of.map(({ id }) => id)).size, 1,
      `the mail of row ${row} has several ids`);
  return mails.length;
}

// On each channel by itself: mail to the desk does not wait for the customer's.
export function checkOrder({ rows }, effects) {
  const of = new Map(rows.map((r) =>
    [r.row, `${r.conversation} ${r.channel}`]));
  const newest = new Map();
  const wrong = [];
  for (const { row } of effects) {
    const where = of.get(row);
    if (row < (newest.get(where) ?? 0)) wrong.push(row);
    newest.set(where, row);
  }
  none(wrong, "rows whose effect came after a later one's");
}

// ---- what pages show -----------------------------------------------------------------

export function checkPages({ messages }, transcripts) {
  for (const { conversation, events } of transcripts)
    assert.deepEqual(
      events.filter((e) => e.kind === "message")
        .map((e) => [e.seq, e.author, e.body.text]),
      messages.filter((m) => m.conversation === conversation)
        .map((m) => [m.message, m.author, m.body.text]),
      `what the page of ${conversation} shows`);
}

export const counts = ({ rows }) => {
  const of = (is) => rows.filter((r) => r.state === is).length;
  return { sent: of(SENT), unknown: of(UNKNOWN), dead: of(DEAD) };
};
