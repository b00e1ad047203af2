// mocks: servers that hold a request against a vendor's published
// description of its API. They come from tests/contract/package.json, the
// descriptions from a folder beside this repository; where either is not
// there, `missing` says so.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until, within } from "../lib/until.mjs";

const START_MS = 60_000;
const SAYS_MS = 1000;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const prism = path("node_modules/@stoplight/prism-cli/dist/index.js");
const specs = path("../../../shared/protocols/specs");
const FILES = { slack: "slack-web.json", twilio: "twilio-messages.json" };

export const missing =
  !existsSync(prism) ? "the mocks are not installed: ./dev contract" :
  !existsSync(specs) ? "there are no descriptions in ../shared" : undefined;

// A list in a form is its name again and again, which is what OpenAPI
// presumes; the mock wants it said.
function sayHowLists(spec) {
  const bodies = Object.values(spec.paths).flatMap((methods) =>
    Object.values(methods).map(({ requestBody }) => requestBody?.content
      ?.["application/x-www-form-urlencoded"]));
  for (const body of bodies.filter((form) => form?.schema?.properties)) {
    const lists = Object.entries(body.schema.properties)
      .filter(([, { type }]) => type === "array").map(([name]) => name);
    body.encoding = Object.fromEntries(
      lists.map((name) => [name, { style: "form", explode: true }]));
  }
}

const living = new Set(); // none outlives a test that ends badly
process.on("exit", () => living.forEach((child) => child.kill("SIGKILL")));

const plain = (line) => line.replace(/\u001b\[\d*m/g, "");

class Mock {
  log = [];

  constructor(file) {
    this.file = file;
    this.child = spawn(process.execPath, [prism, "mock", "--host",
      "127.0.0.1", "--port", "0", "--errors", file],
    { stdio: ["ignore", "pipe", "pipe"] });
    living.add(this.child);
    this.ended = new Promise((done) => this.child.once("close", done));
  }

  async start() {
    const found = new Promise((done) => {
      for (const stream of [this.child.stdout, this.child.stderr])
        createInterface(stream).on("line", (line) => {
          this.log.push(plain(line));
          const [, url] = /listening on (http:\S+\d)/.exec(line) ?? [];
          if (url) done(url);
        });
    });
    this.url = await within(`the mock of ${this.file} starts`,
      Promise.race([found, this.ended]), START_MS);
    assert.match(`${this.url}`, /^http/, this.log.join("\n"));
  }

  async stop() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  // Why it refused a request: in its answer, unless the description has an
  // answer for such requests; then in its log. Of its own answers it finds
  // fault, too, which is not ours.
  async #reasons(text) {
    const { validation, title } = JSON.parse(text);
    if (validation ?? title)
      return validation?.map(({ location, message }) =>
        `${location.join(".")}: ${message}`) ?? [title];
    return until("its reasons", () => {
      const lines = this.log.filter((l) => l.includes("Violation: request"));
      return lines.length > 0 &&
        lines.map((line) => line.replace(/.*Violation: /, ""));
    }, SAYS_MS).catch(() => [text]);
  }

  async judge(path, { method, headers, body }) {
    this.log.length = 0;
    const answer = await fetch(this.url + path, { method, headers, body });
    const text = await answer.text();
    if (answer.ok) return "ok";
    if (text.includes("#NO_PATH_MATCHED_ERROR")) return "not described";
    if (text.includes("#VIOLATIONS") &&
      JSON.parse(text).validation.every(({ location }) =>
        location[0] === "response")) return "ok";
    const why = await this.#reasons(text);
    return `${answer.status} ${why.join("; ")}`;
  }
}

export class Mocks {
  async start() {
    this.dir = await mkdtemp(join(tmpdir(), "frontdesk-mocks-"));
    this.of = {};
    for (const [vendor, name] of Object.entries(FILES)) {
      const spec = JSON.parse(await readFile(join(specs, name)));
      sayHowLists(spec);
      const file = join(this.dir, name);
      await writeFile(file, JSON.stringify(spec));
      this.of[vendor] = new Mock(file);
    }
    await Promise.all(Object.values(this.of).map((mock) => mock.start()));
  }

  async stop() {
    await Promise.all(Object.values(this.of ?? {}).map((m) => m.stop()));
    await rm(this.dir, { recursive: true, force: true });
  }

  // "ok"; "not described"; or why the mock refuses the call. `bases` says
  // where the vendors' APIs begin: { slack: ["https://..."], ... }.
  judge(call, bases) {
    for (const [vendor, list] of Object.entries(bases)) {
      const base = list.find((base) => call.url.startsWith(`${base}/`));
      if (base !== undefined)
        return this.of[vendor].judge(call.url.slice(base.length), call);
    }
    return "not described";
  }
}
