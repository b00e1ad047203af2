// The pages of the stand-ins as people use them: a phone and a workspace; and
// the demo's setup against its schema.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { noBrowser, openPage, orEnd, startBrowser } from "../lib/browser.mjs";
import { binary } from "../lib/server.mjs";
import { within } from "../lib/until.mjs";

const read = (path) => JSON.parse(
  readFileSync(new URL(`../../${path}`, import.meta.url)));

// Without webhooks: nobody is there to answer.
function quiet(setup) {
  for (const workspace of setup.slack) workspace.hook = "";
  for (const account of setup.twilio)
    for (const number of account.numbers) number.hook = "";
  return setup;
}

test("the demo's setup is as its schema says", () => {
  const ajv = new Ajv({ allErrors: true, strict: true });
  const fits = ajv.compile(read("schemas/sandbox.schema.json"));
  assert.ok(fits(read("deploy/demo/sandbox.json")),
    JSON.stringify(fits.errors));
});

async function start(setup) {
  const { mkdtemp, rm, writeFile } = await import("node:fs/promises");
  const folder = await mkdtemp("/tmp/sandbox-");
  await writeFile(`${folder}/setup.json`, JSON.stringify(setup));
  const child = spawn(binary, ["sandbox", "--sandbox-listen", "127.0.0.1:0",
    "--sandbox-file", `${folder}/setup.json`],
  { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.on("close", done));
  const said = new Promise((done, fail) => {
    child.stdout.on("data", (text) => {
      const at = /sandbox on (http:\S+)/.exec(text);
      if (at) done(at[1]);
    });
    child.on("error", fail);
    ended.then((code) => fail(new Error(`the sandbox ended: ${code}`)));
  });
  const base = await within("the sandbox's address", said).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  return {
    base,
    async stop() {
      child.kill("SIGTERM");
      assert.equal(await ended, 0);
      await rm(folder, { recursive: true });
    },
  };
}

describe("the pages", { skip: noBrowser }, () => {
  let sandbox, browser, context;

  const end = async () => {
    try {
      await browser?.close();
    } finally {
      await sandbox?.stop();
    }
  };
  before(orEnd(async () => {
    sandbox = await start(quiet(read("deploy/demo/sandbox.json")));
    browser = await startBrowser();
    context = await browser.newContext({
      viewport: { width: 320, height: 600 } });
  }, end));
  after(end);

  async function call(path, options) {
    const answer = await fetch(sandbox.base + path, options);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  }

  const inView = (page) => page.evaluate(() =>
    document.documentElement.scrollWidth <= innerWidth);

  async function type(page, text) {
    await page.focus("#text");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  }

  test("a phone shows what is written and what is answered", async () => {
    const { sid, token } = read("deploy/demo/sandbox.json").twilio[0];
    const page = await openPage(context, `${sandbox.base}/phone`);
    await type(page, "<img src=x onerror=alert(1)> *hello*");
    await page.waitForSelector(".mine strong:text-is('hello')");
    assert.equal(await page.locator(".mine img").count(), 0);
    const login = Buffer.from(`${sid}:${token}`).toString("base64");
    const sent = await call(
      `/twilio/2010-04-01/Accounts/${sid}/Messages.json`, {
        method: "POST",
        headers: { Authorization: `Basic ${login}` },
        body: new URLSearchParams({ To: "whatsapp:+15557650001",
          From: "whatsapp:+15557650100", Body: "good day" }),
      });
    await page.waitForSelector(".row:not(.mine) :text-is('good day')");
    await page.waitForFunction(async ([base, path, authorization]) => {
      const answer = await fetch(base + path,
        { headers: { Authorization: authorization } });
      return (await answer.json()).status === "read";
    }, [sandbox.base, `/twilio${sent.uri}`, `Basic ${login}`]);
    assert.ok(await inView(page));
    assert.deepEqual(page.problems, []);
    await page.close();
  });

  test("a workspace shows threads and keeps a button's focus", async () => {
    const { token } = read("deploy/demo/sandbox.json").slack[0];
    const page = await openPage(context, `${sandbox.base}/slack`);
    await page.waitForSelector("#place option", { state: "attached" });
    await type(page, "1 < 2 & <b>?");
    await page.waitForSelector(".row :text-is('1 < 2 & <b>?')");
    await page.focus(".more");
    const { messages } = await call("/control/slack/view?channel=D0ANN");
    await call("/slack/api/chat.postMessage", {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`,
        "Content-Type": "application/json; charset=utf-8" },
      body: JSON.stringify({ channel: "D0ANN", text: "in a *thread*",
        thread_ts: messages[0].ts }),
    });
    await page.waitForSelector(".reply strong:text-is('thread')");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#thread:not([hidden])");
    assert.ok(await inView(page));
    assert.deepEqual(page.problems, []);
    await page.close();
  });

  test("they may stand in frames of this machine only", async () => {
    for (const path of ["/phone", "/slack"]) {
      const answer = await fetch(sandbox.base + path);
      assert.match(answer.headers.get("content-security-policy"),
        /frame-ancestors 'self' http:\/\/127\.0\.0\.1:\* http:\/\/localhost:\*$/);
    }
  });
});
