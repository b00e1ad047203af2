// The effect test in small: enough to notice what is broken. `./dev effect`
// runs it in full.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.FD_BUILD ?? join(here, "../../build/asan");

test("each message has its one effect, whatever fails and is killed", (t) => {
  const run = spawnSync(process.execPath, [join(here, "run.mjs"), "600", "4"],
    { encoding: "utf8", env: { ...process.env, FD_BUILD: build } });
  t.diagnostic(run.stdout.trim());
  assert.equal(run.status, 0, run.stderr);
});
