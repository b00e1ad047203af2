// vendor: webhooks as Slack and Twilio send them, signed by the rules that the
// vendors publish, and an account of each for a company's document.

import { createHmac } from "node:crypto";

export const PUBLIC_URL = "https://gw.example";
export const SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
export const SLACK_TEAM = "T0001";
export const TWILIO_TOKEN = "0123456789abcdef0123456789abcdef";
export const TWILIO_SID = "AC0123456789abcdef0123456789abcdef";

// Nobody listens at port 9: what goes out stays in the outbox.
const nowhere = "http://127.0.0.1:9";

export const accounts = [
  { channel: "slack", name: "main", id: SLACK_TEAM, token: "xoxb-0-main",
    signing: [SLACK_SECRET], api: nowhere },
  { channel: "slack", name: "other", id: "T0002", token: "xoxb-0-other",
    signing: ["2222222222222222bbbbbbbbbbbbbbbb"], api: nowhere },
  { channel: "sms", name: "line", id: TWILIO_SID, sender: "+15550001111",
    token: TWILIO_TOKEN, api: nowhere },
];

// ---- Slack

let last = 0;

// An event of a direct message, new each time.
export function slackMessage(text, ts = `1790000000.${String(++last).padStart(6, "0")}`) {
  return JSON.stringify({
    token: "legacy", team_id: SLACK_TEAM, api_app_id: "A1",
    type: "event_callback", event_id: `Ev${ts}`, event_time: 1790000000,
    authorizations: [{ team_id: SLACK_TEAM, user_id: "UBOT", is_bot: true }],
    event: { type: "message", channel_type: "im", channel: "D1", user: "U1",
      ts, event_ts: ts, text },
  });
}

// Headers as Slack's; `at` in seconds.
export function slackHeaders(body, { secret = SLACK_SECRET,
  at = Math.floor(Date.now() / 1000), type = "application/json" } = {}) {
  const mac = createHmac("sha256", secret).update(`v0:${at}:`).update(body);
  return { "content-type": type, "x-slack-request-timestamp": String(at),
    "x-slack-signature": `v0=${mac.digest("hex")}` };
}

export const slackPath = (company, account = "main") =>
  `/hooks/slack/${company}/${account}/events`;

// ---- Twilio

export const twilioPath = (company, tail = "") =>
  `/hooks/sms/${company}/line${tail}`;

export function twilioFields(text, sid = ++last) {
  return {
    ToCountry: "US", MessageSid: `SM${String(sid).padStart(32, "0")}`,
    AccountSid: TWILIO_SID, From: "+15552223333", To: "+15550001111",
    Body: text, NumMedia: "0", NumSegments: "1", ApiVersion: "2010-04-01",
  };
}

export const form = (fields) => new URLSearchParams(fields).toString();
export const FORM = "application/x-www-form-urlencoded";
