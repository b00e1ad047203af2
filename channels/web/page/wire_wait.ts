// wire_wait: how long to wait before the next attempt.

const LEAST_MS = 1000;
const MOST_MS = 30_000;

// Between half and all of 1, 2, 4 ... 30 s, so that many do not come at once.
export function waitMs(failures: number, random: number): number {
  const most = Math.min(MOST_MS, LEAST_MS * 2 ** failures);
  return Math.max(LEAST_MS, most * (0.5 + random / 2));
}
