// event: what the core writes is what schemas/event.schema.json says, and
// every word of the schema that people and their acts bring is written.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";

const top = fileURLToPath(new URL("../..", import.meta.url));
const build = process.env.FD_BUILD ?? join(top, "build/asan");
const schema = JSON.parse(
  readFileSync(join(top, "schemas/event.schema.json")));
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
ajv.addSchema(schema);
const shape = (name) => ajv.getSchema(`event.schema.json#/$defs/${name}`);

const samples = execFileSync(join(build, "tests/event_samples"),
  { encoding: "utf8", maxBuffer: 1 << 28 }).trimEnd().split("\n")
  .map((line) => JSON.parse(line))
  .map(({ whole, shown }) => ({ event: whole, shown }));

const alike = {
  customer: "said", bot: "answered", agent: "wrote", system: "noticed",
};
const shapeOf = ({ kind, author }) =>
  kind === "message" ? alike[author] : kind;

test("each event has the shape of its kind", () => {
  for (const { event } of samples) {
    const check = shape(shapeOf(event));
    assert.ok(check(event),
      `${JSON.stringify(event)}: ${ajv.errorsText(check.errors)}`);
  }
});

test("an event has one shape, and so has what visitors see of it", () => {
  const whole = ajv.getSchema("event.schema.json");
  for (const { event, shown } of samples.slice(0, 2000)) {
    assert.ok(whole(event), JSON.stringify(event));
    assert.ok(shape("visible")(shown), JSON.stringify(shown));
  }
});

test("a visitor reads nothing of why, and of no number of ours", () => {
  const seen = samples.map(({ shown }) => shown);
  for (const s of seen) {
    assert.deepEqual([s.agent, s.team, s.body?.why], [undefined, undefined,
      undefined], JSON.stringify(s));
    assert.ok(s.holder === "agent" || s.kind !== "holder" ||
      s.body.name === undefined, JSON.stringify(s));
  }
  const told = seen.map((s) => s.holder === "agent" ? s.body.name : undefined);
  assert.deepEqual([...new Set(told)].sort(), ["Anna", undefined]);
});

test("every word is written", () => {
  const words = (read) => [...new Set(
    samples.map(({ event }) => read(event)).filter((w) => w !== undefined))]
    .sort();
  const listed = (name) => [...schema.$defs[name].enum].sort();
  assert.deepEqual(words((e) => e.holder), listed("holder_name"));
  assert.deepEqual(words((e) => e.end), listed("offer_end_name"));
  assert.deepEqual(words((e) => e.note), listed("note_name"));
  assert.deepEqual(words((e) => e.body.notice), listed("notice_name"));
  const elsewhere = ["identified", "edited", "deleted", "file", "delivery",
    "handled"];
  assert.deepEqual(words((e) => e.kind).concat(elsewhere).sort(),
    listed("kind"));
  // That an offer or a wait is over has events of its own.
  assert.deepEqual(words((e) => e.timer).concat("offer", "queue").sort(),
    listed("timer_name"));
});

test("a pack has all its members", () => {
  const { event } = samples.find(({ event: e }) => e.kind === "pack");
  assert.deepEqual(Object.keys(event.body).sort(),
    Object.keys(schema.$defs.pack.properties.body.properties).sort());
});
