// contract: every call we make, before two strict judges: our own sandbox, and
// mocks made from the vendors' published descriptions. The calls come from
// the rows of the table of channels (tests/contract/calls.c), and the sandbox
// answers them; the same calls go to the mocks then. Without those only the
// sandbox judges.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeCalls } from "./calls.mjs";
import { Mocks, missing } from "./mocks.mjs";
import { Sandbox, documentOf } from "./sandbox.mjs";

const RESPONSES_MAX = 5; // uses of a response URL

// Every kind of call there is, and arguments that must be among those of some
// call of the kind, so that none gets lost unseen.
const KINDS = {
  "POST slack/api/auth.test": [],
  "POST slack/api/chat.postMessage": ["channel", "thread_ts", "text", "blocks",
    "metadata", "unfurl_links"],
  "POST slack/api/chat.update": ["channel", "ts", "text", "blocks",
    "metadata"],
  "POST slack/api/chat.postEphemeral": ["channel", "user", "text", "blocks"],
  "POST slack/api/chat.startStream": ["channel", "thread_ts", "markdown_text",
    "recipient_user_id", "recipient_team_id"],
  "POST slack/api/chat.appendStream": ["channel", "ts", "markdown_text"],
  "POST slack/api/chat.stopStream": ["channel", "ts", "markdown_text",
    "blocks", "metadata"],
  "POST slack/api/assistant.threads.setStatus": ["channel_id", "thread_ts",
    "status"],
  "GET slack/api/conversations.replies": ["channel", "ts", "oldest", "limit",
    "cursor", "include_all_metadata"],
  "GET slack/api/conversations.history": ["channel", "oldest", "limit",
    "cursor", "include_all_metadata"],
  "GET slack/api/files.info": ["file"],
  "GET slack/api/users.info": ["user"],
  "GET slack/files/*": [],
  "POST slack/respond/*": ["response_type", "text", "blocks"],
  "POST twilio/2010-04-01/Accounts/*/Messages.json": ["To", "From",
    "MessagingServiceSid", "Body", "MediaUrl", "ContentSid",
    "ContentVariables", "StatusCallback", "ValidityPeriod"],
  "GET twilio/2010-04-01/Accounts/*/Messages.json": ["To", "From",
    "DateSent>", "PageSize", "Page", "PageToken"],
  "GET twilio/2010-04-01/Accounts/*/Messages/*/Media.json": [],
  "GET twilio/2010-04-01/Accounts/*/Messages/*/Media/*": [],
  "POST twilio/v3/Indicators/Typing.json": ["channel", "messageId"],
};

// What the descriptions leave out: a method of Slack's, and addresses that the
// vendors themselves give us. Nothing else may be missing there.
const NOT_DESCRIBED = [
  "GET slack/api/conversations.history",
  "GET slack/files/*",
  "POST slack/respond/*",
  "GET twilio/2010-04-01/Accounts/*/Messages/*/Media/*",
];

function kindOf({ method, url }) {
  const path = new URL(url).pathname.slice(1)
    .replace(/^(slack\/(files|respond))\/.*/, "$1/*")
    .replace(/\b(AC|SM|MM|ME)[0-9a-f]{32}\b/g, "*");
  return `${method} ${path}`;
}

function namesOf({ url, headers, body = "" }) {
  if (headers["content-type"]?.startsWith("application/json"))
    return Object.keys(JSON.parse(body));
  return [...new URL(url).searchParams.keys(),
    ...new URLSearchParams(body).keys()];
}

const say = (call, why) => `${call.channel}/${call.account} ${call.job} ` +
  `(${call.what}): ${call.method} ${call.url}\n  ${call.body ?? ""}`
    .slice(0, 1000) + `\n  ${why}`;

function none(list) {
  assert.ok(list.length === 0,
    `${list.length} refused:\n${list.slice(0, 10).join("\n")}`);
}

// "slack 300, whatsapp 400"
function counts(calls, word = ({ channel }) => channel) {
  const each = new Map();
  for (const call of calls)
    each.set(word(call), (each.get(word(call)) ?? 0) + 1);
  return [...each].map(([name, n]) => `${name} ${n}`).join(", ");
}

// ---- calls that are wrong

const withJson = (call, change) => {
  const body = JSON.parse(call.body);
  change(body);
  return { ...call, body: JSON.stringify(body) };
};
const withoutMember = (name) => (call) =>
  withJson(call, (body) => { delete body[name]; });
const withMember = (name, value) => (call) =>
  withJson(call, (body) => { body[name] = value; });
const withField = (name, value) => (call) => {
  const fields = new URLSearchParams(call.body);
  if (value === undefined) fields.delete(name);
  else fields.set(name, value);
  return { ...call, body: fields.toString() };
};
const withoutField = (name) => withField(name);
const withQuery = (name, value) => (call) => {
  const url = new URL(call.url);
  if (value === undefined) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  return { ...call, url: url.href };
};
const withoutQuery = (name) => withQuery(name);
const withHeaders = (change) => (call) =>
  ({ ...call, headers: change({ ...call.headers }) });
const withoutLogin = withHeaders(({ authorization, ...rest }) => rest);
const ofText = withHeaders((headers) =>
  ({ ...headers, "content-type": "text/plain" }));

// One of ours of that kind, and what is done to it.
const BROKEN = [
  ["POST slack/api/chat.postMessage", "no channel", withoutMember("channel")],
  ["POST slack/api/chat.postMessage", "no text", withoutMember("text")],
  ["POST slack/api/chat.postMessage", "no token", withoutLogin],
  ["POST slack/api/chat.postMessage", "not as JSON", ofText],
  ["POST slack/api/chat.postMessage", "too many blocks",
    withMember("blocks", Array(51).fill({ type: "divider" }))],
  ["POST slack/api/chat.update", "a ts that is none", withMember("ts", "1.2")],
  ["POST slack/api/chat.update", "too long",
    withMember("text", "x".repeat(4001))],
  ["POST slack/api/chat.postEphemeral", "no user", withoutMember("user")],
  ["POST slack/api/chat.appendStream", "no text",
    withoutMember("markdown_text")],
  ["POST slack/api/assistant.threads.setStatus", "no thread",
    withoutMember("thread_ts")],
  ["GET slack/api/conversations.replies", "no ts", withoutQuery("ts")],
  ["GET slack/api/files.info", "no file", withoutQuery("file")],
  ["POST twilio/2010-04-01/Accounts/*/Messages.json", "no To",
    withoutField("To")],
  ["POST twilio/2010-04-01/Accounts/*/Messages.json", "no login",
    withoutLogin],
  ["POST twilio/2010-04-01/Accounts/*/Messages.json", "no account",
    (call) => ({ ...call, url: call.url.replace(/AC\w{32}/, "AC1") })],
  ["POST twilio/2010-04-01/Accounts/*/Messages.json", "not as a form",
    ofText],
  ["POST twilio/2010-04-01/Accounts/*/Messages.json", "a time that is none",
    withField("ValidityPeriod", "soon")],
  ["GET twilio/2010-04-01/Accounts/*/Messages.json", "no login",
    withoutLogin],
  ["GET twilio/2010-04-01/Accounts/*/Messages.json", "a size that is none",
    withQuery("PageSize", "many")],
  ["POST twilio/v3/Indicators/Typing.json", "no messageId",
    withoutMember("messageId")],
  ["POST twilio/v3/Indicators/Typing.json", "no such channel",
    withMember("channel", "PIGEON")],
];

// ---- the test

describe("every call we make", { timeout: 600_000 }, () => {
  const sandbox = new Sandbox();
  let world, calls, ends;

  before(async () => {
    await sandbox.start();
    world = await sandbox.world();
    ({ calls, ends } = await makeCalls(world, (call) => sandbox.take(call)));
  });
  after(() => sandbox.stop());

  const broken = () => BROKEN.map(([kind, what, breakIt]) => {
    const call = calls.find((c) => kindOf(c) === kind && !c.answer.refused);
    return { name: `${kind}: ${what}`, call: breakIt(call) };
  });

  test("is made, with every argument", () => {
    const found = new Map();
    for (const call of calls) {
      const names = found.get(kindOf(call)) ?? new Set();
      namesOf(call).forEach((name) => names.add(name));
      found.set(kindOf(call), names);
    }
    assert.deepEqual([...found.keys()].sort(), Object.keys(KINDS).sort());
    for (const [kind, names] of Object.entries(KINDS))
      for (const name of names)
        assert.ok(found.get(kind).has(name), `${kind} is without ${name}`);
  });

  test("is accepted by the sandbox", async (t) => {
    const uses = new Map(); // of response URLs
    const usedUp = (call) => {
      if (!kindOf(call).startsWith("POST slack/respond/")) return false;
      uses.set(call.url, (uses.get(call.url) ?? 0) + 1);
      return uses.get(call.url) > RESPONSES_MAX;
    };
    none(calls.filter((call) => usedUp(call) !== call.answer.refused)
      .map((call) => say(call, call.answer.body)));
    // What it accepts, and finds out later to be wrong.
    const { effects } = await sandbox.control("effects?after=0");
    assert.ok(effects.length > 0);
    none(effects.filter(({ fails }) => fails).map((e) => JSON.stringify(e)));
    t.diagnostic(`sandbox: ${calls.length} calls: ${counts(calls)}`);
  });

  test("has an answer that its channel understands", () => {
    const lost = ends.filter(({ end }) => end !== "ok");
    assert.deepEqual(lost, []); // lookups find what went out
    const empty = ends.filter(({ job, account, brought }) =>
      // The sandbox keeps no service with what came in.
      job === "backfill" && account !== "service" && brought === 0);
    assert.deepEqual(empty, []);
  });

  test("goes to the vendors themselves where no address is given", async () => {
    const own = { slack: ["https://slack.com/api"],
      whatsapp: ["https://api.twilio.com", "https://messaging.twilio.com"],
      sms: ["https://api.twilio.com"] };
    const failed = { status: 500, type: "text/html", body: "" };
    const { calls: far } = await makeCalls(
      { ...world, document: documentOf() }, () => failed);
    assert.ok(far.length > 100);
    for (const call of far) {
      const typing = call.job === "typing" && call.channel !== "slack";
      const base = own[call.channel][typing ? 1 : 0];
      assert.ok(call.url.startsWith(`${base}/`), say(call, "is elsewhere"));
    }
  });

  test("is refused by the sandbox when it is broken", async () => {
    for (const { name, call } of broken())
      assert.ok((await sandbox.take(call)).refused, name);
  });

  describe("before the mocks", { skip: missing }, () => {
    const mocks = new Mocks();
    const judge = (call) => mocks.judge(call, sandbox.bases);

    before(() => mocks.start());
    after(() => mocks.stop());

    test("is accepted", async (t) => {
      const refused = [], left = [];
      for (const call of calls) {
        const verdict = await judge(call);
        if (verdict === "not described") left.push(call);
        else if (verdict !== "ok") refused.push(say(call, verdict));
      }
      none(refused);
      t.diagnostic(`mocks: ${calls.length - left.length} calls: ` +
        counts(calls.filter((call) => !left.includes(call))));
      t.diagnostic(`not in the spec: ${left.length}: ` +
        counts(left, kindOf));
      assert.deepEqual([...new Set(left.map(kindOf))].sort(),
        [...NOT_DESCRIBED].sort());
    });

    test("is refused when it is broken", async (t) => {
      for (const { name, call } of broken()) {
        const verdict = await judge(call);
        assert.match(verdict, /^4\d\d /, `${name}: ${verdict}`);
        t.diagnostic(`${name}: ${verdict.slice(0, 100)}`);
      }
    });
  });
});
