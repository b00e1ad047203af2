// hooks: vendors' webhooks to the real binary. What is signed as the vendors'
// own libraries sign, or check, is stored before it is answered, once, and the
// bot answers it; whatever else comes changes nothing.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import verifySlack from "@slack/bolt/dist/receivers/verify-request.js";
import twilio from "twilio/lib/webhooks/webhooks.js";
import { openapi } from "../lib/schema.mjs";
import { company, startServer } from "../lib/server.mjs";
import { until } from "../lib/until.mjs";
import {
  FORM, PUBLIC_URL, SLACK_SECRET, TWILIO_TOKEN, accounts, form, slackHeaders,
  slackMessage, slackPath, twilioFields, twilioPath,
} from "../lib/vendor.mjs";

const QUESTION = "What are your opening hours?";
const SOON_MS = 300; // of a Slack signature: well within its five minutes

const settings = { publicUrl: PUBLIC_URL, listenOps: "127.0.0.1:0" };
const shop = { ...company, accounts };

let server;
const start = (mode = "serve") =>
  startServer({ mode, companies: { shop }, settings });

// The answer to one request; its status must be one that openapi.json names.
async function post(path, body, headers, method = "POST") {
  const response = await fetch(server.url(path), { method, headers,
    ...(method === "POST" ? { body } : {}) });
  const { status } = response;
  const named = openapi.paths["/hooks/{channel}/{company}/{account}"];
  assert.ok(named[method.toLowerCase()].responses[status],
    `openapi.json does not name ${status}`);
  return { status, type: response.headers.get("content-type"),
    headers: response.headers, text: await response.text() };
}

const slack = (body, options = {}) => post(
  options.path ?? slackPath("shop", options.account), options.sent ?? body,
  slackHeaders(body, options));

// Signed by Twilio's own library.
function text(fields, { url = PUBLIC_URL + twilioPath("shop"),
  path = twilioPath("shop"), token = TWILIO_TOKEN, sent = form(fields),
  type = FORM } = {}) {
  const signature = twilio.getExpectedTwilioSignature(token, url, fields);
  return post(path, sent, { "content-type": type,
    "x-twilio-signature": signature });
}

const figures = async () => ({
  stored: await server.figure("messages_in_total"),
  known: await server.figure("messages_duplicate_total"),
});

// What `work` did to the store: how many messages it added, how many it knew.
async function effect(work) {
  const was = await figures();
  const result = await work();
  const is = await figures();
  return { result, stored: is.stored - was.stored,
    known: is.known - was.known };
}

async function changesNothing(what, work) {
  const { stored, known } = await effect(work);
  assert.deepEqual({ stored, known }, { stored: 0, known: 0 }, what);
}

// What the bot did is counted by the process that it works in.
async function isAnswered(work) {
  const seen = server.mode === "serve";
  const was = seen && await server.figure("answers_found_total");
  await work();
  if (seen)
    await until("the bot's answer", async () =>
      await server.figure("answers_found_total") === was + 1);
}

for (const mode of ["serve", "split"])
  describe(`signed, ${mode}`, () => {
    before(async () => { server = await start(mode); });
    after(() => server?.stop());

    test("Slack verifies the address", async () => {
      const body = JSON.stringify({ type: "url_verification",
        token: "legacy", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" });
      const answer = await slack(body);
      assert.equal(answer.status, 200);
      assert.equal(answer.text, JSON.parse(body).challenge);
    });

    test("a message is stored, and the bot answers", async () => {
      const { stored } = await effect(() => isAnswered(async () => {
        const answer = await slack(slackMessage(QUESTION));
        assert.equal(answer.status, 200);
        assert.equal(answer.text, "");
      }));
      assert.equal(stored, 1);
    });

    test("a text message is stored, and the bot answers", async () => {
      const { stored } = await effect(() => isAnswered(async () => {
        const answer = await text(twilioFields(QUESTION));
        assert.equal(answer.status, 200);
        assert.match(answer.type, /^text\/xml/);
        assert.equal(answer.text, "<Response/>");
      }));
      assert.equal(stored, 1);
    });
  });

describe("repeated", () => {
  before(async () => { server = await start(); });
  after(() => server?.stop());

  test("four at once are one message", async () => {
    const body = slackMessage(QUESTION);
    const fields = twilioFields(QUESTION);
    for (const send of [() => slack(body), () => text(fields)]) {
      const { result, stored, known } = await effect(() =>
        Promise.all([send(), send(), send(), send()]));
      assert.deepEqual(result.map((r) => r.status), [200, 200, 200, 200]);
      assert.deepEqual({ stored, known }, { stored: 1, known: 3 });
    }
  });

  test("one that was recorded is no second message", async () => {
    const body = slackMessage(QUESTION);
    const headers = slackHeaders(body);
    const fields = twilioFields(QUESTION);
    const { stored } = await effect(async () => {
      for (let i = 0; i < 3; i++) {
        const answer = await post(slackPath("shop"), body, headers);
        assert.equal(answer.status, 200);
        assert.equal((await text(fields)).status, 200);
      }
    });
    assert.equal(stored, 2);
  });

  test("what was answered survives a kill", async () => {
    const body = slackMessage(QUESTION);
    const fields = twilioFields(QUESTION);
    assert.equal((await slack(body)).status, 200);
    assert.equal((await text(fields)).status, 200);
    await server.restart("SIGKILL");
    assert.equal((await slack(body)).status, 200);
    assert.equal((await text(fields)).status, 200);
    assert.deepEqual(await figures(), { stored: 0, known: 2 });
  });
});

// [what, status, the request]
const now = () => Math.floor(Date.now() / 1000);
const long = " ".repeat(1 << 20);
const wrong = [
  ["unsigned", 403, () => post(slackPath("shop"), slackMessage("x"),
    { "content-type": "application/json" })],
  ["an empty signature", 403, () => post(slackPath("shop"), "{}",
    { ...slackHeaders("{}"), "x-slack-signature": "" })],
  ["stale", 403, () => slack(slackMessage("x"), { at: now() - SOON_MS - 5 })],
  ["of the future", 403, () =>
    slack(slackMessage("x"), { at: now() + SOON_MS + 5 })],
  ["tampered", 403, () =>
    slack(slackMessage("x"), { sent: slackMessage("y") })],
  ["another secret", 403, () =>
    slack(slackMessage("x"), { secret: "3333333333333333" })],
  ["another account", 403, () => slack(slackMessage("x"), { account: "other" })],
  ["no account", 404, () => slack(slackMessage("x"), { account: "none" })],
  ["no company", 404, () => slack(slackMessage("x"),
    { path: "/hooks/slack/none/main/events" })],
  ["no channel", 404, () => slack(slackMessage("x"),
    { path: "/hooks/none/shop/main/events" })],
  ["another workspace", 400, () =>
    slack(slackMessage("x").replaceAll("T0001", "T0002"))],
  ["another content type", 400, () =>
    slack(slackMessage("x"), { type: "text/plain" })],
  ["no JSON", 400, () => slack("{")],
  ["doubled members", 400, () => slack('{"type":"a","type":"b"}')],
  ["too long", 413, () => slack(slackMessage(long))],
  ["by GET", 403, () => post(slackPath("shop"), "", {}, "GET")],
  ["a text unsigned", 403, () => post(twilioPath("shop"),
    form(twilioFields("x")), { "content-type": FORM })],
  ["a text tampered", 403, () =>
    text(twilioFields("x"), { sent: form(twilioFields("y")) })],
  ["a text with a field more", 403, () => text(twilioFields("x"),
    { sent: `${form(twilioFields("x"))}&Extra=1` })],
  ["another token", 403, () =>
    text(twilioFields("x"), { token: "another" })],
  ["another address", 403, () => text(twilioFields("x"),
    { url: `${PUBLIC_URL}${twilioPath("shop", "/status")}` })],
  ["the address the request came to", 403, () => text(twilioFields("x"),
    { url: server.url(twilioPath("shop")).href })],
  ["another AccountSid", 403, () => text({ ...twilioFields("x"),
    AccountSid: "AC00000000000000000000000000000000" })],
  ["a text as JSON", 403, () =>
    text(twilioFields("x"), { type: "text/plain" })],
  ["a text too long", 413, () => text(twilioFields(long))],
  ["a text without an id", 400, () => text({ ...twilioFields("x"),
    MessageSid: "" })],
];

describe("wrong", () => {
  before(async () => { server = await start(); });
  after(() => server?.stop());

  for (const [what, status, send] of wrong)
    test(`${what}: ${status}`, () => changesNothing(what, async () => {
      const answer = await send();
      assert.equal(answer.status, status, answer.text);
      if (status === 403) assert.equal(answer.text, "");
    }));

  test("404 does not tell what is missing", async () => {
    const texts = [];
    for (const [, status, send] of wrong)
      if (status === 404) texts.push((await send()).text);
    assert.equal(new Set(texts).size, 1);
  });

  test("each is named in the log, without what it held", async () => {
    await slack(slackMessage("do not log me"), { secret: "wrong secret" });
    const { errors } = server.processes.serve;
    assert.match(errors, /"event":"hook\.refused".*"account":"main"/);
    assert.match(errors, /"event":"hook\.malformed"/);
    assert.doesNotMatch(errors, /do not log me|v0=[0-9a-f]/);
  });
});

// A body that only a program would write: all planes, odd escapes, markup.
function oddText(seed) {
  const odd = ["é", "😀", "%7E", "+", "&", "=", "\u2028", "\u0000", "'", "\"",
    "<", "\\", " ", "ß", "a", "~", "*", "(", "\r\n"];
  let x = seed;
  return Array.from({ length: 40 }, () => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return odd[x % odd.length];
  }).join("");
}

describe("beside the vendors' own libraries", () => {
  const seed = Date.now() % 100000;

  before(async () => { server = await start(); });
  after(() => server?.stop());

  const isSlacks = (body, headers) => verifySlack.isValidSlackRequest({
    signingSecret: SLACK_SECRET, body, headers });

  test(`Slack's accepts what we do, seed ${seed}`, async () => {
    for (let i = 0; i < 20; i++) {
      const body = slackMessage(`x${oddText(seed + i).replaceAll("\0", "")}`);
      const headers = slackHeaders(body);
      assert.ok(isSlacks(body, headers));
      assert.equal((await post(slackPath("shop"), body, headers)).status, 200);
    }
  });

  test(`Slack's refuses what we do, seed ${seed}`, () =>
    changesNothing("tampered", async () => {
      for (let i = 0; i < 20; i++) {
        const body = slackMessage(oddText(seed + i));
        const headers = slackHeaders(body);
        const place = (seed + i * 37) % body.length;
        const changed = `${body.slice(0, place)}~${body.slice(place + 1)}`;
        assert.equal(isSlacks(changed, headers), changed === body);
        if (changed !== body)
          assert.equal(
            (await post(slackPath("shop"), changed, headers)).status, 403);
      }
    }));

  test(`what Twilio's signs is accepted, seed ${seed}`, async () => {
    const { stored } = await effect(async () => {
      for (let i = 0; i < 20; i++) {
        const fields = { ...twilioFields(`x${oddText(seed + i)}`
          .replaceAll("\0", "")), [`Odd${oddText(seed + i + 1)}`]: "1" };
        assert.equal((await text(fields)).status, 200);
      }
    });
    assert.equal(stored, 20);
  });

  test("by GET, where Twilio is told so", async () => {
    const path = `${twilioPath("shop")}?${form(twilioFields("by GET"))}`;
    const headers = { "x-twilio-signature": twilio.getExpectedTwilioSignature(
      TWILIO_TOKEN, PUBLIC_URL + path, {}) };
    const { result, stored } = await effect(() =>
      post(path, "", headers, "GET"));
    assert.equal(result.status, 200);
    assert.equal(stored, 1);
  });

  test("with and without the usual port", async () => {
    const path = `${twilioPath("shop", "/status")}?row=1&x=%7Ea%2Fb+c`;
    const fields = { AccountSid: twilioFields("").AccountSid,
      MessageSid: `SM${"7".repeat(32)}`, MessageStatus: "delivered" };
    for (const url of [PUBLIC_URL + path,
      PUBLIC_URL.replace(".example", ".example:443") + path])
      assert.equal((await text(fields, { url, path })).status, 204);
  });

  test("a JSON body with its hash in the address", async () => {
    const body = JSON.stringify({ type: "x", data: { note: "é" } });
    const hash = twilio.getExpectedBodyHash(body);
    const path = `${twilioPath("shop")}?bodySHA256=${hash}`;
    const headers = { "content-type": "application/json",
      "x-twilio-signature": twilio.getExpectedTwilioSignature(TWILIO_TOKEN,
        PUBLIC_URL + path, null) };
    const good = await post(path, body, headers);
    assert.ok(good.status < 300, good.text);
    const changed = await post(path, body.replace("é", "e"), headers);
    assert.equal(changed.status, 403);
  });

  test("what Twilio's refuses is refused", () =>
    changesNothing("tampered", async () => {
      const fields = twilioFields("x");
      const url = PUBLIC_URL + twilioPath("shop");
      const signature = twilio.getExpectedTwilioSignature(TWILIO_TOKEN, url,
        fields);
      for (const name of Object.keys(fields)) {
        const changed = { ...fields, [name]: `${fields[name]}0` };
        assert.equal(twilio.validateRequest(TWILIO_TOKEN, signature, url,
          changed), false);
        const answer = await post(twilioPath("shop"), form(changed),
          { "content-type": FORM, "x-twilio-signature": signature });
        assert.equal(answer.status, 403, name);
      }
    }));
});
