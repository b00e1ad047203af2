// app PORT REDIS_PORT API SECRET TOKEN: the same work on Slack's Bolt for
// JavaScript. A message comes in as a signed event; the conversation's session
// is read from Redis; the answer to the question that shares most words is
// found; the session is written back; the answer is posted. Bolt acknowledges
// by itself, before any of it.
import { readFileSync } from "node:fs";
import bolt from "@slack/bolt";
import { createClient } from "redis";

const [port, redisPort, slackApiUrl, signingSecret, token] =
  process.argv.slice(2);
const { faq } = JSON.parse(
  readFileSync(new URL("../../company.json", import.meta.url), "utf8"));

const redis = createClient({ url: `redis://127.0.0.1:${redisPort}` });
await redis.connect();

const words = (text) => new Set(text.toLowerCase().match(/[a-z]+/g) ?? []);
const known = faq.map(({ question, answer }) =>
  ({ words: words(question), answer }));

function answerTo(text) {
  const asked = words(text);
  let best = { shared: 0, answer: "I do not know." };
  for (const { words: mine, answer } of known) {
    const shared = [...mine].filter((word) => asked.has(word)).length;
    if (shared > best.shared) best = { shared, answer };
  }
  return best.answer;
}

const app = new bolt.App({
  token, signingSecret,
  endpoints: "/hooks",
  clientOptions: { slackApiUrl, retryConfig: { retries: 3 } },
  logLevel: bolt.LogLevel.ERROR,
});

app.message(async ({ message, say }) => {
  const key = `session:${message.channel}`;
  const session = JSON.parse((await redis.get(key)) ?? '{"turns":[]}');
  const answer = answerTo(message.text ?? "");
  session.turns.push({ asked: message.text, answer });
  session.turns = session.turns.slice(-10);
  await redis.set(key, JSON.stringify(session), { EX: 86400 });
  await say(answer);
});

const server = await app.start(Number(port));
console.log(`listening on http://127.0.0.1:${server.address().port}`);
