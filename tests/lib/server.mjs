// server: the real binary on a port of its own, in a folder of its own.
//
//	const server = await startServer({ mode: "split" });
//	... server.base, server.socketBase ...
//	await server.stop();
//
// mode: "serve" is one process, "split" a gateway and a worker. Settings are
// flags by their name, { pingMs: "1s" }. FD_BIN or FD_BUILD say which
// binary.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./ports.mjs";
import { PATIENCE_MS, until, within } from "./until.mjs";

const top = fileURLToPath(new URL("../..", import.meta.url));
const build = process.env.FD_BUILD ?? join(top, "build/asan");
export const binary = process.env.FD_BIN ?? join(build, "frontdesk");

// Settings come from flags alone, whatever stands in the tester's environment.
const env = Object.fromEntries(Object.entries(process.env)
  .filter(([name]) => !name.startsWith("FRONTDESK_")));

export const SECRET = "a secret that signs identities";

// A small company, whose answers a test can know.
export const company = {
  name: "Larkspur Cycles",
  faq: [
    { question: "What are your opening hours?",
      answer: "We are open from nine to five." },
    { question: "How long does delivery take?",
      answer: "Delivery takes two to three days." },
    { question: "Can I return something I bought?",
      answer: "You can return anything within thirty days." },
  ],
  bot: {
    welcome: "Ask us anything about bicycles.",
    unknown: "I do not know that one.",
  },
  web: { identity_secret: SECRET },
};

export const slowCompany = {
  ...company,
  bot: { ...company.bot, words_per_second: 20 },
};

function flags(settings) {
  return Object.entries(settings).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
    String(value),
  ]);
}

// None outlives a test that ends badly, or that is ended.
const living = new Set();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
process.on("SIGTERM", () => process.exit(1));

// One process: its first line, its end, and what it said on stderr.
export class Process {
  constructor(args, more = {}) {
    this.name = args[0];
    this.errors = "";
    this.said = ""; // on stdout
    this.child = spawn(binary, args,
      { env: { ...env, ...more }, stdio: ["ignore", "pipe", "pipe"] });
    living.add(this.child);
    this.child.stderr.setEncoding("utf8");
    this.child.stderr.on("data", (text) => {
      this.errors = (this.errors + text).slice(-20_000);
    });
    this.ended = new Promise((resolve) => this.child.on("close",
      (code, signal) => {
        living.delete(this.child);
        resolve({ code, signal });
      }));
    this.firstLine = this.#firstLine();
  }

  async #firstLine() {
    this.child.stdout.setEncoding("utf8");
    for await (const piece of this.child.stdout.iterator(
      { destroyOnReturn: false })) {
      this.said += piece;
      if (this.said.includes("\n")) break;
    }
    this.child.stdout.on("data", (piece) => { this.said += piece; });
    return this.said.split("\n")[0];
  }

  async ready(pattern) {
    const line = await within(`${this.name} starts`, this.firstLine);
    const found = pattern.exec(line);
    assert.ok(found, `${this.name} said "${line}"\n${this.errors}`);
    return found[1];
  }

  // Ends it and says how it ended; a sanitizer's report fails the test, and so
  // does one that would not end.
  async end(signal = "SIGTERM") {
    this.child.kill(signal);
    const how = await within(`${this.name} ends`, this.ended)
      .finally(() => this.child.kill("SIGKILL"));
    assert.doesNotMatch(this.errors, /Sanitizer|runtime error:/);
    if (signal === "SIGTERM")
      assert.deepEqual(how, { code: 0, signal: null }, this.errors);
    return how;
  }
}

const run = promisify(execFile);

export class Server {
  constructor(mode, dir, settings) {
    Object.assign(this, { mode, dir, settings, processes: {} });
  }

  get commands() {
    return this.mode === "split" ? ["gateway", "worker"] : ["serve"];
  }

  async apply(key, document) {
    const file = join(this.dir, `${key}.json`);
    await writeFile(file, JSON.stringify(document));
    await run(binary,
      ["company", "apply", "--data-dir", join(this.dir, "data"), file],
      { env });
  }

  // What a command that does not stay prints.
  async command(...words) {
    const { stdout } = await run(binary,
      [...words, "--data-dir", join(this.dir, "data")], { env });
    return stdout;
  }

  async start(command) {
    // It keeps its port, so that clients find it again.
    this.listen ??= `127.0.0.1:${await freePort()}`;
    const process = new Process([command, "--data-dir",
      join(this.dir, "data"), ...flags({ listen: this.listen, listenOps: "",
        ...this.settings })], this.env);
    this.processes[command] = process;
    if (command === "worker") {
      await process.ready(/^(working)$/);
      return;
    }
    this.base = await process.ready(/^listening on (http:\/\/\S+)$/);
    this.socketBase = this.base.replace("http:", "ws:");
  }

  async startAll() {
    for (const command of this.commands) await this.start(command);
  }

  async end(command, signal) {
    await this.processes[command].end(signal);
    delete this.processes[command];
  }

  // The process that clients are connected to, ended and started again.
  async restart(signal = "SIGTERM", command = this.commands[0]) {
    await this.end(command, signal);
    await this.start(command);
  }

  url(path) {
    return new URL(path, this.base);
  }

  // The address of the second door; listenOps must name one.
  door(command = this.commands[0]) {
    return until("the second door", () =>
      /^operations on (\S+)$/m.exec(this.processes[command].said)?.[1]);
  }

  // What /metrics says now.
  async figure(name) {
    const answer = await fetch(new URL("/metrics", await this.door()),
      { headers: { connection: "close" } });
    return Number(new RegExp(`^frontdesk_${name} (\\d+)$`, "m")
      .exec(await answer.text())[1]);
  }

  async stop() {
    const ends = [];
    for (const command of Object.keys(this.processes).reverse())
      ends.push(...await Promise.allSettled([this.end(command, "SIGTERM")]));
    await rm(this.dir, { recursive: true, force: true });
    const bad = ends.find((end) => end.status === "rejected");
    if (bad) throw bad.reason;
  }
}

export async function startServer({
  mode = "serve", companies = { demo: company, slow: slowCompany },
  settings = {},
} = {}) {
  const dir = await mkdtemp(join(tmpdir(), "frontdesk-test-"));
  const server = new Server(mode, dir, settings);
  try {
    for (const [key, document] of Object.entries(companies))
      await server.apply(key, document);
    await server.startAll();
  } catch (error) {
    await server.stop().catch(() => undefined);
    throw error;
  }
  return server;
}

export { PATIENCE_MS };
