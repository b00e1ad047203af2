// visitor: a customer chats with the bot, over each way to travel, against
// one process and against a gateway and a worker.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { SECRET, company, startServer } from "../lib/server.mjs";
import { until } from "../lib/until.mjs";
import { newId, Refused, SocketVisitor } from "../lib/visitor.mjs";
import { PollVisitor, StreamVisitor } from "../lib/visitor_http.mjs";

const [hours, delivery] = company.faq;
const ways = [SocketVisitor, StreamVisitor, PollVisitor];

const proof = (user, secret = SECRET) =>
  createHmac("sha256", secret).update(user).digest("hex");

for (const mode of ["serve", "split"]) {
  describe(mode, () => {
    let server;
    // All of them come from one address.
    const settings = { connectionsPerAddress: 0, sessionsPerMinute: 0 };
    before(async () => { server = await startServer({ mode, settings }); });
    after(() => server?.stop());
    for (const Way of ways)
      describe(Way.way, () => chats(() => server, Way));
    restarts(mode);
  });
}

function chats(server, Way) {
  const open = (options) => new Way(server(), options).open();

  test("a new visitor is welcomed and their log begins", async () => {
    const v = await open();
    assert.equal(v.welcome.company.name, company.name);
    assert.equal(v.welcome.company.welcome, company.bot.welcome);
    assert.equal(v.welcome.limits.text, 4000);
    const first = await v.waitEvent("the first event", () => true);
    assert.equal(first.kind, "opened");
    assert.equal(first.seq, 1);
    await v.close();
  });

  test("a question is acknowledged and answered", async () => {
    const v = await open();
    const before = Date.now();
    const ack = await v.say(hours.question);
    assert.ok(Math.abs(ack.at - before) < 60_000);
    const answer = await v.answerTo(ack.seq);
    assert.equal(answer.body.text, hours.answer);
    assert.equal(answer.body.answer, "found");
    assert.equal(answer.ref, ack.seq);
    v.checkDense();
    await v.close();
  });

  test("what the bot does not know, it says so", async () => {
    const v = await open();
    const answer = await v.ask("xyzzy plugh");
    assert.equal(answer.body.text, company.bot.unknown);
    assert.equal(answer.body.answer, "unknown");
    await v.close();
  });

  test("the same id again gives the first answer", async () => {
    const v = await open();
    const id = newId();
    const first = await v.say(hours.question, id);
    await v.answerTo(first.seq);
    const again = await v.say(hours.question, id);
    const other = await v.say("not the same text", id);
    for (const ack of [again, other])
      assert.deepEqual(ack, { ...first, duplicate: true });
    await v.ask(delivery.question);
    assert.equal(v.events.filter((e) => e.author === "bot").length, 2);
    v.checkDense();
    await v.close();
  });

  test("two tabs of one visitor show the same", async () => {
    const one = await open();
    const two = await open({ token: one.token });
    const said = await one.say(hours.question);
    const asked = await two.say(delivery.question);
    for (const v of [one, two]) {
      await v.answerTo(Math.max(said.seq, asked.seq));
      v.checkDense();
    }
    const [a, b] = [one, two].map((v) => [...v.log.keys()].sort());
    assert.deepEqual(a, b);
    await Promise.all([one.close(), two.close()]);
  });

  test("one visitor sees nothing of another", async () => {
    const [one, two] = await Promise.all([open(), open()]);
    assert.notEqual(one.token, two.token);
    await one.ask(hours.question);
    await two.ask(delivery.question);
    assert.ok(!two.said.some((s) => s.includes(hours.answer)));
    await Promise.all([one.close(), two.close()]);
  });

  test("after a break the rest comes, and only that", async () => {
    const v = await open();
    const answer = await v.ask(hours.question);
    await v.drop();
    const meanwhile = await open({ token: v.token });
    await meanwhile.ask(delivery.question);
    const again = await open({ token: v.token, after: answer.seq });
    await again.waitEvent("what was missed",
      (e) => e.body?.text === delivery.answer);
    again.checkDense();
    assert.deepEqual(again.said,
      [`customer: ${delivery.question}`, `bot: ${delivery.answer}`]);
    await Promise.all([meanwhile.close(), again.close()]);
  });

  test("the client's id comes back with its message", async () => {
    const v = await open();
    const id = newId();
    const { seq } = await v.say(hours.question, id);
    const tab = await open({ token: v.token });
    const event = await tab.waitEvent("the message", (e) => e.seq === seq);
    assert.equal(event.body.id, id);
    await Promise.all([v.close(), tab.close()]);
  });

  test("typing is taken, and answers nothing", async () => {
    const v = await open();
    await v.send({ type: "typing", on: true });
    await v.send({ type: "typing", on: false });
    await v.ask(hours.question);
    assert.ok(!v.frames.some((f) => f.type === "error"));
    await v.close();
  });

  test("read marks rise, are kept, and reach the other tab", async () => {
    const v = await open();
    const tab = await new SocketVisitor(server(), { token: v.token }).open();
    const { seq } = await v.ask(hours.question);
    await v.send({ type: "seen", seq });
    await tab.wait("the mark", (f) => f.type === "seen" &&
      f.author === "customer" && f.seq === seq);
    await v.send({ type: "seen", seq: 1 });
    const later = await open({ token: v.token, after: seq });
    assert.equal(later.welcome.seen.customer, seq);
    await Promise.all([v.close(), tab.close(), later.close()]);
  });

  test("a mark beyond the end counts as the end", async () => {
    const v = await open();
    const { seq } = await v.ask(hours.question);
    await v.send({ type: "seen", seq: seq + 1_000_000 });
    const mark = await until("the mark", async () => {
      const tab = await open({ token: v.token, after: seq });
      await tab.close();
      return tab.welcome.seen.customer || undefined;
    });
    assert.ok(mark <= seq, `${mark} is beyond ${seq}`);
    await v.close();
  });

  test("a user proves who they are", async () => {
    const v = await open();
    await v.send({ type: "identify", user: "u42", hmac: proof("u42"),
      name: "Ann", email: "ann@example.org" });
    const event = await v.waitEvent("the proof",
      (e) => e.kind === "identified");
    assert.deepEqual(event.body,
      { user: "u42", name: "Ann", email: "ann@example.org" });
    await v.ask(hours.question);
    v.checkDense();
    await v.close();
  });

  test("a false proof is refused and changes nothing", async () => {
    const v = await open();
    for (const hmac of [proof("u43"), proof("u42", "another secret, a longer one")]) {
      const from = v.frames.length;
      await v.send({ type: "identify", user: "u42", hmac });
      const fault = await v.wait("the refusal", (f) => f.type === "error", from);
      assert.equal(fault.code, "bad_identity");
    }
    await v.ask(hours.question);
    assert.ok(!v.events.some((e) => e.kind === "identified"));
    v.checkDense();
    await v.close();
  });

  test("what is too long is refused by name, and the next is not", async () => {
    const v = await open();
    const id = newId();
    await assert.rejects(v.say("x".repeat(4001), id, false), (error) => {
      assert.ok(error instanceof Refused);
      assert.equal(error.fault.code, "too_long");
      assert.equal(error.fault.id, id);
      assert.equal(error.fault.detail,
        "text is 4001 characters; the limit is 4000");
      return true;
    });
    await v.say("\u{1f600}".repeat(4000));
    await v.close();
  });

  test("any text comes back as it went", async () => {
    const v = await open();
    const text = "\u0001\t\"\\/ </script> \u00e9\u{1f600}\u2028 \u202e \r\nend";
    const { seq } = await v.say(text);
    const tab = await open({ token: v.token });
    const event = await tab.waitEvent("the message", (e) => e.seq === seq);
    assert.equal(event.body.text, text);
    await Promise.all([v.close(), tab.close()]);
  });

  test("a burst keeps its order and is answered to its end", async () => {
    const v = await open();
    const texts = Array.from({ length: 15 }, (_, i) => `question ${i}`);
    const acks = [];
    for (const text of texts) acks.push(await v.say(text));
    const seqs = acks.map((a) => a.seq);
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
    await v.answerTo(seqs.at(-1));
    v.checkDense();
    // Each answer takes up where the one before it ended.
    const refs = v.events.filter((e) => e.author === "bot").map((e) => e.ref);
    assert.deepEqual(refs, [...new Set(refs)].sort((a, b) => a - b));
    const tab = await open({ token: v.token });
    await tab.answerTo(seqs.at(-1));
    assert.deepEqual(tab.said.filter((s) => s.startsWith("customer")),
      texts.map((t) => `customer: ${t}`));
    await Promise.all([v.close(), tab.close()]);
  });

  test("a slow answer grows in drafts", async () => {
    const v = await open({ company: "slow" });
    const answer = await v.ask(hours.question);
    const drafts = v.frames.filter((f) => f.type === "draft");
    assert.ok(drafts.length >= 2, `${drafts.length} drafts`);
    assert.equal(new Set(drafts.map((d) => d.turn)).size, 1);
    drafts.reduce((before, draft) => {
      assert.ok(draft.text.startsWith(before));
      assert.ok(draft.text.length > before.length);
      return draft.text;
    }, "");
    assert.ok(answer.body.text.startsWith(drafts.at(-1).text));
    assert.equal(v.frames.at(-1).type, "event");
    // What comes between two polls and is not stored, nobody sees.
    if (Way !== PollVisitor)
      assert.ok(v.find((f) => f.type === "typing" && f.author === "bot"));
    const tab = await open({ company: "slow", token: v.token });
    await tab.answerTo(answer.ref);
    assert.ok(!tab.frames.some((f) => f.type === "draft"));
    await Promise.all([v.close(), tab.close()]);
  });
}

// A process ends in the midst of it; clients come back with what they had.
function restarts(mode) {
  const commands = mode === "split" ? ["gateway", "worker"] : ["serve"];
  for (const command of commands)
    for (const signal of ["SIGTERM", "SIGKILL"])
      test(`${command} ends by ${signal} and nothing is lost`, async () => {
        const server = await startServer(
          { mode, settings: { leaseMs: "500ms", sweepMs: "100ms" } });
        try {
          await breakAndResume(server, command, signal);
        } finally {
          await server.stop();
        }
      });
}

async function breakAndResume(server, command, signal) {
  const v = await new SocketVisitor(server, { company: "slow" }).open();
  const first = await v.ask(hours.question);
  const { seq } = await v.say(delivery.question);
  await v.wait("the answer begins", (f) => f.type === "draft" &&
    delivery.answer.startsWith(f.text));
  await server.restart(signal, command);
  if (command !== "worker") {
    await until("the end", () => v.closed);
    if (signal === "SIGTERM")
      assert.ok([1001, 1012].includes(v.closed.code), `${v.closed.code}`);
  }
  const again = command === "worker" ? v
    : await new SocketVisitor(server,
      { company: "slow", token: v.token, after: first.seq }).open();
  const answer = await again.answerTo(seq);
  assert.equal(answer.body.text, delivery.answer);
  again.checkDense();
  const all = await new SocketVisitor(server,
    { company: "slow", token: v.token }).open();
  await all.answerTo(seq);
  all.checkDense();
  assert.deepEqual(all.said, [
    `customer: ${hours.question}`, `bot: ${hours.answer}`,
    `customer: ${delivery.question}`, `bot: ${delivery.answer}`,
  ]);
  await Promise.all([again.close(), all.close()]);
}
