// calls: runs the program that makes every call of every channel, and has
// each of them answered.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../..", import.meta.url));
const build = process.env.FD_BUILD ?? join(top, "build/asan");
const program = join(build, "tests/contract_calls");

function headersOf(lines) {
  return Object.fromEntries(lines.map((line) => {
    const [, name, value] = /^([^:]+): (.*)$/.exec(line);
    return [name.toLowerCase(), value];
  }));
}

// As fetch() is told; a call without a body has none.
function read({ headers, body, ...rest }) {
  return { ...rest, headers: headersOf(headers), body: body || undefined };
}

// The world is that of tests/contract/world.h. `send` gets each call and
// gives what the vendor answered. The result: the calls, each with its
// answer, and how each job ended.
export async function makeCalls(world, send) {
  const child = spawn(program, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise((done) => child.once("close", done));
  const calls = [], ends = [];
  let errors = "";
  child.stderr.on("data", (bytes) => { errors += bytes; });
  child.stdin.on("error", () => undefined); // it ended; its status says why
  child.stdin.write(`${JSON.stringify(world)}\n`);
  try {
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line);
      if (said.end !== undefined) {
        ends.push(said);
        continue;
      }
      const call = read(said);
      const answer = await send(call);
      calls.push({ ...call, answer });
      child.stdin.write(`${JSON.stringify(answer)}\n`);
    }
  } finally {
    child.stdin.end();
  }
  assert.equal(await ended, 0, errors);
  return { calls, ends };
}
