// The effect test in small: enough to notice what is broken. `./dev effect`
// runs it in full.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.FD_BUILD ?? join(here, "../../build/asan");

test("each message has its one effect, whatever fails and is killed",
  async (t) => {
    const run = spawn(process.execPath, [join(here, "run.mjs"), "600", "4"],
      { stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, FD_BUILD: build } });
    process.on("exit", () => run.kill());
    process.on("SIGTERM", () => process.exit(1));
    const [said, errors, [status]] = await Promise.all([text(run.stdout),
      text(run.stderr), once(run, "close")]);
    t.diagnostic(said.trim());
    assert.equal(status, 0, errors);
  });
