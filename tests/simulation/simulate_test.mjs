// A thousand days of made-up companies: what must hold, holds after every
// step, and the same seed gives the same days. FD_SEED=n repeats a run.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.FD_BUILD ?? join(here, "../../build/asan");
const seed = process.env.FD_SEED ?? String(Date.now() % 1e9);

function simulate(days, from) {
  const run = spawnSync(join(build, "tests/simulate"), [String(days), from],
    { encoding: "utf8", maxBuffer: 64 << 20 });

  assert.equal(run.error, undefined);
  return run;
}

test(`a thousand days, from seed ${seed} on`, () => {
  const run = simulate(1000, seed);

  assert.equal(run.status, 0, run.stdout + run.stderr);
});

test("the same seed gives the same days", () => {
  const once = simulate(60, "7");

  assert.equal(once.stdout, simulate(60, "7").stdout);
  assert.notEqual(once.stdout, simulate(60, "8").stdout);
});
