// `frontdesk routing simulate`, as people call it: what it prints, twice the
// same, and what it says of bad input.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { binary } from "../lib/server.mjs";

const folder = mkdtempSync(join(tmpdir(), "fd-routing-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name, value) => {
  const path = join(folder, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
};
const run = (...words) => spawnSync(binary, words, { encoding: "utf8", cwd: folder });
const simulate = (...words) => run("routing", "simulate", ...words);

const now = file("now.json", {
  hours: [{ key: "office", zone: "Europe/Berlin", week: ["mon-sun 08:00-20:00"] }],
  teams: [{ key: "sales", name: "Sales", hours: "office" }],
  routing: { policy: "longest_idle" },
});
const hasty = file("hasty.json", { routing: { offer_seconds: 5 } });

// The cells of a row of the table.
const row = (text, name) => {
  const line = text.split("\n").find((l) => l.startsWith(`${name} `));
  return line.slice(24).trim().split(/\s{2,}/);
};

test("two policies are compared on the same days, twice the same", () => {
  const words = ["days=7", "chats=300", "seed=3", now, hasty];
  const first = simulate(...words);
  assert.equal(first.status, 0, first.stderr);
  assert.equal(simulate(...words).stdout, first.stdout);
  assert.notEqual(simulate("days=7", "chats=300", "seed=4", now, hasty).stdout,
    first.stdout);
  assert.deepEqual(row(first.stdout, "chats"), ["1800", "1800", "="]);
  // Five seconds to accept are too few.
  const ignored = row(first.stdout, "offers ignored").map(Number);
  assert.ok(ignored[1] > 3 * ignored[0], first.stdout);
});

test("recorded days, under what the store has", () => {
  const lines = file("days.jsonl", [
    { at: "2026-11-20T09:00:00Z", seller: { name: "anna", online: true, capacity: 1 } },
    { at: "2026-11-20T09:01:00Z", chat: { handling_seconds: 60 } },
    { at: "2026-11-20T09:01:01Z", chat: { handling_seconds: 60, patience_seconds: 5 } },
  ].map((line) => JSON.stringify(line)).join("\n"));
  const data = join(folder, "data");
  const shop = file("shop.json", { name: "Shop" });
  assert.equal(run("company", "apply", "--data-dir", data, shop).status, 0);
  const { status, stdout, stderr } =
    simulate("--data-dir", data, `recorded=${lines}`, "company:shop");
  assert.equal(status, 0, stderr);
  assert.deepEqual(row(stdout, "accepted"), ["1"]);
  assert.deepEqual(row(stdout, "gave up"), ["1"]);
  assert.match(simulate("--data-dir", data, "company:none").stderr, /none: notfound/);
});

for (const [what, words, says] of [
  ["no policy", [], /^usage: frontdesk routing simulate/],
  ["a wrong number", ["days=0", now], /days=0: write a whole number from 1 to 366/],
  ["an unknown option", ["dais=1", now], /no option "dais"/],
  ["three policies", [now, now, now], /two policies at most/],
  ["no such day", ["first=soon", now], /first=soon: write YYYY-MM-DD/],
]) test(`${what} is refused`, () => {
  const { status, stderr, stdout } = simulate(...words);
  assert.notEqual(status, 0);
  assert.match(stderr, says);
  assert.equal(stdout, "");
});

test("what is wrong in a file is named", () => {
  const bad = file("bad.json", { routing: { policy: "x" } });
  assert.match(simulate(bad).stderr, /routing\.policy/);
  assert.match(simulate(file("none.json", "[]")).stderr, /is no JSON object/);
  assert.match(simulate("no-such-file.json").stderr, /No such file/);
  const lines = file("bad.jsonl", '{"at":1,"chat":{}}\n{}\n');
  const { status, stderr } = simulate(`recorded=${lines}`, now);
  assert.equal(status, 1);
  assert.match(stderr, /line 1: has no "handling_seconds"\n.*line 2: must be/s);
});
