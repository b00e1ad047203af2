// until: polls for what must become true, with a deadline.

import { setTimeout as sleep } from "node:timers/promises";

// Slow machines and sanitizers need time; a test that passes never uses it.
export const PATIENCE_MS = 20_000;

// The first result of `look` that is neither undefined, null nor false.
export async function until(what, look, ms = PATIENCE_MS) {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not in ${ms} ms`);
    await sleep(5);
  }
}

// The promise, or a failure that says what was waited for.
export async function within(what, promise, ms = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: not in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
