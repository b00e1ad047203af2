// console: the sellers' page in a real browser: logging in, an offer, a chat,
// lists as they change, a broken line; by keyboard, by night, on a phone.
// Pictures of it are left in build/shots/.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { noBrowser, openPage, shoot, startBrowser } from "../lib/browser.mjs";
import { startServer } from "../lib/server.mjs";
import { PASSWORD, addSeller } from "../lib/staff.mjs";
import { within } from "../lib/until.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";

const limit = { timeout: 120_000 }; // of each test

const people = {
  name: "Larkspur Cycles",
  faq: [{ question: "What are your opening hours?",
    answer: "We are open from nine to five." }],
  routing: { offer_seconds: 60 },
};

describe("the console", { skip: noBrowser }, () => {
  let server, browser, context;
  const visitors = []; // that a test opened

  const end = async () => {
    try {
      await browser?.close();
    } finally {
      await server?.stop();
    }
  };
  before(async () => {
    try {
      server = await startServer({ companies: { demo: people },
        settings: { connectionsPerAddress: 0, sessionsPerMinute: 0 } });
      browser = await startBrowser();
    } catch (error) {
      await end(); // nobody else will: after() is for who has begun
      throw error;
    }
  });
  beforeEach(async () => {
    context = await browser.newContext({
      viewport: { width: 1200, height: 800 }, locale: "en-GB" });
  });
  // Whether the test passed or not.
  afterEach(async () => {
    for (const v of visitors.splice(0)) v.socket?.terminate();
    await browser.closeContexts();
  });
  after(end);

  const login = async (page, { company, email }, password = PASSWORD) => {
    await page.getByLabel("Company").fill(company);
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  };
  const enter = async (options, on = context) => {
    const seller = await within("a new seller", addSeller(server, options));
    const page = await openPage(on, server.url("/console"));
    await login(page, seller);
    await page.locator("[data-line=open]").waitFor();
    return page;
  };
  const visitor = (options) => {
    visitors.push(new SocketVisitor(server, options));
    return visitors.at(-1).open();
  };
  const customer = async (...words) => {
    const v = await visitor();
    await v.send({ type: "handoff" });
    await v.waitEvent("a place in line", (e) => e.holder === "queue");
    for (const text of words) await v.say(text);
    return v;
  };
  const log = (page) => page.getByRole("log");
  const field = (page) => page.getByRole("textbox", { name: "Your answer" });

  test("nobody comes in with a wrong password", limit, async () => {
    const seller = await within("a new seller", addSeller(server));
    const page = await openPage(context, server.url("/console"));
    await login(page, seller, "not seven green bottles");
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    assert.equal(await page.locator(".console").count(), 0);
    await shoot(page, "console-1-door");
    // It may only load its own files, and stand in no frame.
    const policy = (await page.request.get(String(server.url("/console/"))))
      .headers()["content-security-policy"];
    for (const part of ["default-src 'none'", "script-src 'self'",
      "frame-ancestors 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(part), policy);
    assert.deepEqual(page.problems, []);
  });

  test("an offer is accepted, answered, handed back", limit, async () => {
    const page = await enter({ name: "Ann" });
    const v = await customer("My <b>wheel</b> is bent, see https://a.example/x");
    const offer = page.getByRole("region", { name: "Offers" });
    await offer.getByText("My <b>wheel</b> is bent").waitFor();
    await shoot(page, "console-2-offer");
    // The countdown takes nothing from who works by keyboard.
    await offer.getByRole("button", { name: "Accept" }).focus();
    const left = await offer.locator(".left").textContent();
    await page.waitForFunction((was) =>
      document.querySelector(".left").textContent !== was, left);
    assert.equal(await page.evaluate(() =>
      document.activeElement.textContent), "Accept");
    await page.keyboard.press("Enter");
    await log(page).getByText("My <b>wheel</b> is bent").waitFor();
    assert.equal(await log(page).getByRole("link").count(), 1);
    await field(page).fill("Bring it in!");
    await field(page).press("Enter");
    const said = await v.waitEvent("the answer", (e) => e.author === "agent" &&
      e.kind === "message");
    assert.equal(said.body.text, "Bring it in!");
    assert.equal(said.body.name, "Ann");
    await page.getByLabel("Note, for colleagues only").check();
    await field(page).fill("a regular");
    await field(page).press("Enter");
    await log(page).getByText("Note of Ann").waitFor();
    await v.say("Thank you!");
    await log(page).getByText("Thank you!").waitFor();
    await shoot(page, "console-3-chat");
    await page.getByRole("button", { name: "Back to the bot" }).click();
    await v.waitEvent("the bot", (e) => e.holder === "bot");
    assert.ok(!JSON.stringify(v.frames).includes("regular"));
    assert.deepEqual(page.problems, []);
  });

  test("two do not talk over each other", limit, async () => {
    const page = await enter({ name: "Ann" });
    await page.getByRole("button", { name: "You are there" }).click();
    await page.getByRole("button", { name: "You are away" }).waitFor();
    const v = await customer("Is anybody there?");
    await page.getByRole("button", { name: /^Waiting/ }).click();
    await page.locator(".row", { hasText: "Is anybody there?" }).click();
    const ben = await enter({ name: "Ben" }, await browser.newContext());
    await ben.getByRole("button", { name: "You are there" }).click();
    await ben.getByRole("button", { name: /^Waiting/ }).click();
    await ben.locator(".row", { hasText: "Is anybody there?" }).click();
    await ben.getByRole("button", { name: "Take", exact: true }).click();
    await ben.getByRole("button", { name: "End", exact: true }).waitFor();
    await page.locator(".head").getByRole("button", { name: "Take" })
      .waitFor({ state: "detached" });
    await ben.getByRole("button", { name: "Mine1" }).waitFor();
    await field(page).fill("Yes!");
    await field(page).press("Enter");
    await page.getByText(/who has it/).first().waitFor();
    assert.ok(!v.said.includes("agent: Yes!"));
    await ben.getByRole("button", { name: "End", exact: true }).click();
    await v.waitEvent("the end", (e) => e.kind === "resolved");
    assert.deepEqual([...page.problems, ...ben.problems], []);
  });

  test("by night, on a phone, and empty", limit, async () => {
    const small = await browser.newContext({ colorScheme: "dark",
      viewport: { width: 390, height: 780 }, locale: "en-GB" });
    const page = await enter({ name: "Cleo" }, small);
    await page.getByText("Nothing is yours").waitFor();
    await shoot(page, "console-4-phone");
    const v = await customer("Hello?");
    await page.getByRole("button", { name: "Accept" }).click();
    await log(page).getByText("Hello?").waitFor();
    const fits = () => page.evaluate(() =>
      document.documentElement.scrollWidth <= innerWidth);
    assert.ok(await fits());
    await shoot(page, "console-5-phone-chat");
    await page.getByRole("button", { name: "To the list" }).click();
    await page.locator(".row", { hasText: "Hello?" }).waitFor();
    assert.ok(await fits());
    assert.deepEqual(page.problems, []);
  });

  test("it comes back when the server was restarted", limit, async () => {
    const page = await enter({ name: "Dora" });
    const v = await customer("Before");
    await page.getByRole("button", { name: "Accept" }).click();
    await log(page).getByText("Before").waitFor();
    await server.restart("SIGKILL");
    await page.locator("[data-line=open]").waitFor();
    const again = await visitor({ token: v.token, after: v.newest });
    await again.say("After");
    await log(page).getByText("After").waitFor();
    assert.equal(await log(page).getByText("Before").count(), 1);
    assert.deepEqual(page.problems, []);
  });
});
