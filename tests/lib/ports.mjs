// ports: a port that a server can be started on again and again.
//
// Below those that the system gives out by itself: one of these goes to the
// next connection that anybody opens, as soon as its server is down, and even
// to the client who knocks there (which then speaks to itself).

import { readFileSync } from "node:fs";
import { createServer } from "node:net";

// Behind 10080, to which neither browsers nor fetch() connect.
const FIRST = 10_081, TRIES = 1000;

function pastLast() {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8")
      .split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
}

// A part of them for each process: files of tests run beside each other.
const PART = 256;
const parts = Math.max(1, Math.floor((pastLast() - FIRST) / PART));
const first = FIRST + (process.pid % parts) * PART;

const isFree = (port) => new Promise((done) => {
  const server = createServer();
  server.on("error", () => done(false));
  server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
});

// Each is given once in a process, also where several are asked for at once.
const given = new Set();

export async function freePort() {
  for (let i = 0; i < TRIES; i++) {
    const port = first + Math.floor(Math.random() * PART);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${first} to ${first + PART - 1}`);
}
