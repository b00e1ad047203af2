// mail-in: the real binary as a mail server calls it. What it answers for is
// on disk; what it does not take the mail server is told in its own numbers.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { binary, startServer } from "../lib/server.mjs";

const TAKEN = 0, USAGE = 64, DATAERR = 65, NOUSER = 67, TEMPFAIL = 75,
  CONFIG = 78;
const MAIL = "From: ann@example.org\r\nSubject: hello\r\n\r\nIs it there?\r\n";

const account = (name) => ({
  channel: "email", name, smtp: "smtp://mail.example:587",
  sender: `${name}@mail.example`, user: name, token: "secret",
});
const companies = {
  one: { name: "One", accounts: [account("support")] },
  two: { name: "Two", accounts: [account("support"), account("sales")] },
  none: { name: "None" },
};

let dir;

// Its exit status and what it said; stdin may be cut into pieces.
function run(args, input = MAIL, env = {}) {
  const child = spawn(binary, args, { env: { ...process.env, ...env } });
  let said = "";
  child.stderr.on("data", (text) => { said += text; });
  child.stdout.on("data", (text) => { said += text; });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close",
    (code) => resolve({ code, said })));
}

const data = () => join(dir, "data");
const mailIn = (words, input) =>
  run(["mail-in", ...words, "--data-dir", data()], input);

async function spooled(company, name, part = "new") {
  const folder = join(data(), "mail-in", company, name, part);
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.sort().map((n) =>
    readFile(join(folder, n), "latin1")));
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "frontdesk-test-"));
  for (const [key, document] of Object.entries(companies)) {
    await writeFile(join(dir, `${key}.json`), JSON.stringify(document));
    const { code, said } = await run(["company", "apply", "--data-dir",
      data(), join(dir, `${key}.json`)]);
    assert.equal(code, 0, said);
  }
});

after(() => rm(dir, { recursive: true, force: true }));

test("a mail that is answered for is in the spool, byte for byte", async () => {
  assert.deepEqual(await mailIn(["one"]), { code: TAKEN, said: "" });
  assert.deepEqual(await mailIn(["two", "sales"], "\x00\xff\n.\n"),
    { code: TAKEN, said: "" });
  assert.deepEqual(await spooled("one", "support"), [MAIL]);
  assert.equal((await spooled("two", "sales")).length, 1);
  assert.deepEqual(await spooled("one", "support", "tmp"), []);
});

test("the line of a mailbox file is no part of the mail", async () => {
  const separator = "From ann@example.org Sat Nov 21 11:12:18 2026\n";
  await mailIn(["two", "support"], separator + MAIL);
  assert.deepEqual(await spooled("two", "support"), [MAIL]);
});

test("what cannot be taken is told in the numbers of sysexits", async () => {
  const big = Buffer.alloc(26 * 1024 * 1024 + 1, "x");
  const cases = [
    [["one"], "", DATAERR, /no mail/],
    [["one"], big, DATAERR, /larger than 26 MB/],
    [["nobody"], MAIL, NOUSER, /no company "nobody"/],
    [["one", "sales"], MAIL, NOUSER, /no mail account "sales"/],
    [["one", "../x"], MAIL, NOUSER, /no mail account/],
    [["none"], MAIL, CONFIG, /has no mail account/],
    [["two"], MAIL, USAGE, /several/],
    [[], MAIL, USAGE, /COMPANY/],
    [["one", "support", "more"], MAIL, USAGE, /COMPANY/],
    [["one", "--no-such-flag"], MAIL, USAGE, /no-such-flag/],
  ];
  for (const [words, input, status, why] of cases) {
    const { code, said } = await mailIn(words, input);
    assert.equal(code, status, `${words}: ${said}`);
    assert.match(said, why);
    assert.equal(said.trim().split("\n").length, 1, said);
  }
  const { code, said } = await run(
    ["mail-in", "one", "--data-dir", join(dir, "elsewhere")]);
  assert.equal(code, CONFIG);
  assert.match(said, /is --data-dir right/);
  assert.equal((await readdir(dir)).includes("elsewhere"), false);
});

test("a spool that cannot be written lets the mail server keep it", async () => {
  await rm(join(data(), "mail-in"), { recursive: true });
  await writeFile(join(data(), "mail-in"), "in the way");
  const { code, said } = await mailIn(["one"]);
  assert.equal(code, TEMPFAIL);
  assert.match(said, /cannot be written/);
  await rm(join(data(), "mail-in"));
  assert.equal((await mailIn(["one"])).code, TAKEN);
});

test("fifty at once are all there", async () => {
  const before = (await spooled("one", "support")).length;
  const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
    mailIn(["one"], `Subject: ${i}\r\n\r\n`)));
  assert.ok(all.every(({ code }) => code === TAKEN), JSON.stringify(all));
  const there = await spooled("one", "support");
  assert.equal(there.length, before + 50);
  assert.equal(new Set(there).size, 51);
});

test("a mail is taken while the server runs, too", async () => {
  const server = await startServer({ companies: { one: companies.one } });
  try {
    const { code, said } = await run(
      ["mail-in", "one", "--data-dir", join(server.dir, "data")]);
    assert.equal(code, TAKEN, said);
  } finally {
    await server.stop();
  }
});

test("nobody starts the process that sends mail by hand", async () => {
  const child = spawn(binary, ["mailer"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => { said += text; });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 2);
  assert.match(said, /started by frontdesk itself/);
});
