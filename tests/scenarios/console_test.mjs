// console: the sellers' page in a real browser: logging in, an offer, a chat,
// lists as they change, a broken line; by keyboard, by night, on a phone.
// Pictures of it are left in build/shots/.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import {
  noBrowser, openPage, orEnd, shoot, startBrowser,
} from "../lib/browser.mjs";
import { startServer } from "../lib/server.mjs";
import { PASSWORD, addSeller, newSeller } from "../lib/staff.mjs";
import { until, within } from "../lib/until.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";

const limit = { timeout: 120_000 }; // of each test

const people = {
  name: "Larkspur Cycles",
  faq: [{ question: "What are your opening hours?",
    answer: "We are open from nine to five." }],
  routing: { offer_seconds: 60 },
};

// Runs in the page: texts that stand out too little from what is behind them,
// by WCAG 2's measure.
function faint() {
  const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255 <= 0.03928 ? c / 255 / 12.92
      : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = rgb(getComputedStyle(e).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(
    document.querySelector("dialog[open]") ?? document.body,
    NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text; (text = walker.nextNode());) {
    const e = text.parentElement;
    if (!text.data.trim() || !e.checkVisibility() || e.closest(":disabled, " +
      ".visually-hidden, noscript, option")) continue;
    const [one, two] = [light(rgb(getComputedStyle(e).color).slice(0, 3)),
      light(behind(e))].sort((x, y) => y - x);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) found.push(`${text.data}: ${ratio.toFixed(2)}`);
  }
  return found;
}

const brisk = { ...people, routing: { offer_seconds: 5, ignore_max: 1 } };

describe("the console", { skip: noBrowser }, () => {
  let server, browser, context, admin;
  const visitors = []; // that a test opened

  const end = async () => {
    try {
      await browser?.close();
    } finally {
      await server?.stop();
    }
  };
  // What is left would be offered to whom the next test brings.
  const clear = async () => {
    for (const name of ["queue", "open"])
      for (const { id } of (await admin.get(
        `/v1/staff/conversations?view=${name}`)).body.rows)
        await admin.post(`/v1/staff/conversations/${id}/resolve`);
  };
  before(orEnd(async () => {
    server = await startServer({ companies: { demo: people, brisk },
      settings: { connectionsPerAddress: 0, sessionsPerMinute: 0,
        visitorBurst: 0, visitorPerMinute: 0 } });
    browser = await startBrowser();
    admin = await newSeller(server, { role: "admin", name: "Zoe" });
  }, end));
  beforeEach(async () => {
    context = await browser.newContext({
      viewport: { width: 1200, height: 800 }, locale: "en-GB" });
  });
  // Whether the test passed or not. A server that does not answer would hold
  // up each test that is to come.
  afterEach(async () => {
    for (const v of visitors.splice(0)) v.socket?.terminate();
    try {
      await browser.closeContexts();
      if (!server.processes.serve) await server.start("serve");
      await within("what is left is ended", clear());
    } catch (error) {
      if (server.processes.serve) await server.restart("SIGKILL");
      throw error;
    }
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
  const field = (page, name = "Your answer") =>
    page.getByRole("textbox", { name });
  const answer = async (page, words, name) => {
    await field(page, name).fill(words);
    await field(page, name).press("Enter");
  };
  const as = (page, how) =>
    page.locator(".modes").getByText(how, { exact: true }).click();
  const more = async (page, what) => {
    await page.locator(".menu summary").click();
    await page.getByRole("button", { name: what }).click();
  };
  const view = async (page, name, text) => {
    await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await page.locator(".row", { hasText: text }).click();
  };
  // Requests of that address go on with go().
  const hold = async (page, address) => {
    let ask, go;
    const asked = new Promise((resolve) => { ask = resolve; });
    const held = new Promise((resolve) => { go = resolve; });
    await page.route(address, async (route) => {
      ask();
      await held;
      await route.continue();
    });
    return { asked, go };
  };
  const focused = (page) => page.evaluate(() =>
    document.activeElement.textContent);

  test("nobody comes in with a wrong password", limit, async () => {
    const seller = await within("a new seller", addSeller(server));
    const page = await openPage(context, server.url("/console"));
    await login(page, seller, "not seven green bottles");
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    assert.equal(await page.locator(".console").count(), 0);
    const link = await openPage(context, server.url("/console/?company=brisk"));
    assert.equal(await link.getByLabel("Company").inputValue(), "brisk");
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
    assert.match(await page.title(), /^\(\d\) /);
    await shoot(page, "console-2-offer");
    // The countdown takes nothing from who works by keyboard.
    await offer.getByRole("button", { name: "Accept" }).focus();
    const left = await offer.locator(".left").textContent();
    await page.waitForFunction((was) =>
      document.querySelector(".left").textContent !== was, left);
    assert.equal(await focused(page), "Accept");
    await page.keyboard.press("Enter");
    await log(page).getByText("My <b>wheel</b> is bent").waitFor();
    assert.equal(await log(page).getByRole("link").count(), 1);
    await answer(page, "Bring it in!");
    const said = await v.waitEvent("the answer", (e) => e.author === "agent" &&
      e.kind === "message");
    assert.equal(said.body.text, "Bring it in!");
    assert.equal(said.body.name, "Ann");
    await as(page, "Note");
    await answer(page, "a regular", "Your note");
    await log(page).getByText("Note of Ann").waitFor();
    await v.say("Thank you!");
    await log(page).getByText("Thank you!").waitFor();
    await shoot(page, "console-3-chat");
    await more(page, "Back to the bot");
    await v.waitEvent("the bot", (e) => e.holder === "bot");
    assert.ok(!JSON.stringify(v.frames).includes("regular"));
    assert.deepEqual(page.problems, []);
  });

  test("an offer says what is wanted, not what the bot said last", limit,
    async () => {
      const page = await enter({ name: "Ann" });
      const v = await visitor();
      await v.say("My order 4711 came with a bent wheel. " +
        "My wife, eve@mail.example, saw it.");
      await v.waitEvent("the bot", (e) => e.author === "bot");
      await v.say("Can I talk to a human?");
      const offer = page.getByRole("region", { name: "Offers" });
      await offer.getByText("bent wheel").waitFor();
      await offer.getByRole("button", { name: "Accept" }).click();
      // An address that they only mentioned is theirs when somebody says so.
      await log(page).getByText("(did not know)").waitFor();
      await log(page).getByRole("button", { name: "Use this address" })
        .click();
      await log(page).getByText("✓ in use").waitFor();
      await log(page).getByText("The customer's address is eve@mail.example.")
        .waitFor();
      await page.getByRole("heading", { name: "eve@mail.example" }).waitFor();
      assert.deepEqual(page.problems, []);
    });

  test("an offer is told at once, and stays the same while it is read", limit,
    async () => {
      const page = await enter({ name: "Ann" });
      const { asked, go } = await hold(page, "**/events?*");
      try {
        const v = await visitor();
        await v.say("My pump lost its hose.");
        await v.waitEvent("the bot", (e) => e.author === "bot");
        await v.say("Can I talk to a human?");
        await within("it is asked what they want", asked);
        const told = page.locator("#said");
        await told.filter({ hasText: "Offered to you" }).waitFor(
          { state: "attached" });
        const offer = page.locator(".offer");
        assert.ok(!(await offer.textContent()).includes("hose"));
        await offer.getByRole("button", { name: "Accept" }).waitFor();
        await page.keyboard.press("Alt+o");
        await page.evaluate(() => {
          window.kept = document.activeElement;
          window.left = 0;
          window.kept.addEventListener("blur", () => { window.left++; });
        });
        const said = await told.textContent();
        go();
        await offer.getByText("hose").waitFor();
        assert.deepEqual(await page.evaluate(() => [window.left,
          window.kept === document.activeElement, window.kept.textContent]),
        [0, true, "Accept"]);
        assert.equal(await told.textContent(), said);
        assert.deepEqual(page.problems, []);
      } finally {
        go();
      }
    });

  test("two do not talk over each other", limit, async () => {
    const ann = await enter({ name: "Ann" });
    const v = await customer("Is anybody there?");
    await ann.getByRole("button", { name: "Accept" }).click();
    await log(ann).getByText("Is anybody there?").waitFor();
    const ben = await enter({ name: "Ben", role: "supervisor" },
      await browser.newContext());
    await view(ben, "All open", "Is anybody there?");
    await ben.getByText("with Ann").first().waitFor();
    // Only Ann hears a whisper; the customer hears who speaks in.
    await as(ben, "Whisper to Ann");
    await answer(ben, "Ask for the number", "Your whisper");
    await log(ann).getByText("Ben whispers").waitFor();
    await as(ben, "Speak in");
    await answer(ben, "Ben here, too.", "What you say");
    await v.waitEvent("Ben's words", (e) => e.body?.text === "Ben here, too.");
    // What one was about to say to a customer does not become a note.
    await field(ann).fill("Yes, I am.");
    await ben.getByRole("button", { name: "Take over" }).click();
    await ann.getByText("Ben has it now. What you wrote is kept.").waitFor();
    assert.ok(await ann.getByRole("button", { name: "Send" }).isDisabled());
    await field(ann).press("Enter");
    assert.equal(await field(ann).inputValue(), "Yes, I am.");
    await shoot(ann, "console-6-taken");
    await ben.getByRole("button", { name: "End", exact: true }).click();
    await v.waitEvent("the end", (e) => e.kind === "resolved");
    await ben.getByRole("button", { name: "Open again" }).waitFor();
    assert.ok(!v.said.includes("agent: Yes, I am."));
    assert.ok(!JSON.stringify(v.frames).includes("Ask for the number"));
    assert.deepEqual([...ann.problems, ...ben.problems], []);
  });

  test("one is away, or not, and sees which", limit, async () => {
    const page = await enter({ name: "Eve" });
    const here = page.getByRole("radio", { name: "Taking chats" });
    const away = page.getByRole("radio", { name: "Away" });
    assert.ok(await here.isChecked());
    await page.getByText("Away", { exact: true }).click();
    await customer("Anybody?");
    await view(page, "Waiting", "Anybody?");
    assert.equal(await page.getByRole("button", { name: "Accept" }).count(), 0);
    await page.reload();
    await page.locator("[data-line=open]").waitFor();
    await until("still away", () => away.isChecked());
    await away.press("ArrowLeft"); // by keyboard
    await page.getByRole("button", { name: "Accept" }).first().waitFor();
    assert.ok(await here.isChecked());
    assert.deepEqual(page.problems, []);
  });

  test("a chat is handed on with a note", limit, async () => {
    const ann = await enter({ name: "Ann" });
    const v = await customer("My fork is loose");
    await ann.getByRole("button", { name: "Accept" }).click();
    const ben = await enter({ name: "Ben" }, await browser.newContext());
    await ann.getByRole("button", { name: "Hand on" }).click();
    const dialog = ann.getByRole("dialog", { name: "Hand on" });
    await dialog.getByRole("radio", { name: "Ben" }).check();
    await dialog.getByLabel(/^Note/).fill("Knows <i>forks</i>; is in a hurry");
    await shoot(ann, "console-7-hand-on");
    await dialog.getByRole("button", { name: "Hand on" }).click();
    await dialog.waitFor({ state: "detached" });
    await ben.getByRole("button", { name: "Accept" }).click();
    await log(ben).getByText("Knows <i>forks</i>; is in a hurry").waitFor();
    await log(ben).getByText("Ann hands it on").waitFor();
    await v.waitEvent("Ben", (e) => e.holder === "agent" &&
      e.body.name === "Ben");
    assert.ok(!JSON.stringify(v.frames).includes("in a hurry"));
    // Escape closes, does nothing, and gives the keyboard back.
    await ben.getByRole("button", { name: "Hand on" }).focus();
    await ben.keyboard.press("Enter");
    await ben.getByRole("dialog").waitFor();
    await ben.keyboard.press("Escape");
    await ben.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await focused(ben), "Hand on …");
    assert.deepEqual([...ann.problems, ...ben.problems], []);
  });

  test("too long an answer is kept, and says so before", limit, async () => {
    const page = await enter({ name: "Fay" });
    const v = await customer("How do I true a wheel?");
    await page.getByRole("button", { name: "Accept" }).click();
    await log(page).getByText("How do I true").waitFor();
    const most = 4000, send = page.getByRole("button", { name: "Send" });
    await page.evaluate(() => fetch("/health")); // the channel's has come
    await field(page).fill("é".repeat(3000));
    assert.equal(await page.locator(".chars").textContent(), "");
    await field(page).fill("é".repeat(most - 100));
    await page.getByText("3,900 of 4,000 characters").waitFor();
    await field(page).fill("🚲".repeat(most)); // as people count
    assert.ok(await send.isEnabled());
    await field(page).fill("x".repeat(most + 7));
    await page.getByText("7 characters too many").waitFor();
    assert.ok(await send.isDisabled());
    await field(page).press("Enter");
    assert.equal((await field(page).inputValue()).length, most + 7);
    await shoot(page, "console-8-too-long");
    // What the server does not take is not offered to be sent all the same.
    await field(page).fill("");
    await page.route("**/v1/staff/conversations/*", async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      body.channel.text = 2 * most;
      await route.fulfill({ response: answer, json: body });
    });
    await page.reload();
    await log(page).getByText("How do I true").waitFor();
    await answer(page, "x".repeat(most + 1));
    const refused = log(page).locator(".unsent");
    await refused.getByText("does not take it").waitFor();
    assert.equal(await page.getByText("Send all the same").count(), 0);
    await refused.getByRole("button", { name: "Change it" }).click();
    assert.equal((await field(page).inputValue()).length, most + 1);
    await answer(page, "With a key, a little at a time.");
    await v.waitEvent("the answer", (e) => /With a key/.test(e.body?.text));
    assert.equal(v.said.filter((t) => t.startsWith("agent:")).length, 1);
    assert.deepEqual(page.problems, []);
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

  test("small things: search, replies, labels, putting off", limit,
    async () => {
      const page = await enter({ name: "Gil" });
      await customer("My saddle squeaks badly");
      await page.getByRole("button", { name: "Accept" }).click();
      await log(page).getByText("squeaks").waitFor();
      await field(page).fill("A drop of oil <u>helps</u>.");
      await page.getByRole("button", { name: "Replies" }).click();
      await page.getByLabel("Keep what you have written").fill("oil");
      await page.getByRole("button", { name: "Keep it" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await field(page).fill("");
      await page.getByRole("button", { name: "Replies" }).click();
      await page.getByRole("button", { name: "oil A drop" }).waitFor();
      await page.getByLabel("Search", { exact: true }).fill("oil");
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.equal(await field(page).inputValue(),
        "A drop of oil <u>helps</u>.");
      await more(page, "Labels");
      await page.getByLabel("A new one").fill("squeak & co");
      await page.getByRole("button", { name: "Save" }).click();
      await page.locator(".head .label", { hasText: "squeak & co" }).waitFor();
      await page.getByRole("button", { name: "Put off …" }).click();
      await page.getByRole("radio", { name: "Tomorrow morning" }).check();
      await page.getByRole("dialog").getByRole("button", { name: "Put off" })
        .click();
      await log(page).getByText("Put off until").waitFor();
      await page.getByLabel("Search messages").fill("squeaks");
      await until("found", async () => { // the index comes a moment later
        await page.getByLabel("Search messages").press("Enter");
        return page.locator(".row", { hasText: "squeaks badly" }).count();
      });
      await page.locator(".row", { hasText: "squeaks badly" }).click();
      await page.locator(".looked-for", { hasText: "squeaks" }).waitFor();
      await shoot(page, "console-9-found");
      await page.getByRole("button", { name: "Take up" }).click();
      await page.getByRole("button", { name: "Put off …" }).waitFor();
      assert.deepEqual(page.problems, []);
    });

  test("a long thread opens at its end", limit, async () => {
    const page = await enter({ name: "Hal" });
    const { asked, go } = await hold(page, "**/events?*");
    const v = await customer();
    await within("it is asked what they want", asked);
    await v.say("line 0 of many");
    go(); // what is told then is old soon
    for (let i = 1; i <= 230; i++) await v.say(`line ${i} of many`);
    await page.locator(".offer", { hasText: "line 230 of many" }).waitFor();
    await page.getByRole("button", { name: "Accept" }).click();
    await log(page).getByText("line 230 of many").waitFor();
    assert.equal(await log(page).getByText("line 1 of many").count(), 0);
    const below = () => page.evaluate(() => {
      const e = document.querySelector(".log");
      return e.scrollHeight - e.scrollTop - e.clientHeight;
    });
    await until("its end", async () => await below() < 5);
    // Who reads further up is left there, and told.
    await log(page).evaluate((e) => { e.scrollTop = 300; });
    const at = await below();
    await v.say("one more");
    await page.getByRole("button", { name: "New messages" }).waitFor();
    assert.ok(await below() >= at);
    await page.getByRole("button", { name: "Show what was before" }).click();
    await log(page).getByText("line 1 of many").waitFor();
    assert.ok(await below() >= at);
    await page.getByRole("button", { name: "New messages" }).click();
    await until("its end again", async () => await below() < 5);
    // What is there already stays the same: it may be selected, or read.
    await page.evaluate(() => { window.kept =
      document.querySelector(".log .bubble:last-child"); });
    await v.say("and another");
    await log(page).getByText("and another").waitFor();
    assert.ok(await page.evaluate(() => window.kept.isConnected));
    assert.deepEqual(page.problems, []);
  });

  test("by keyboard alone", limit, async () => {
    const seller = await within("a new seller", addSeller(server));
    const page = await openPage(context, server.url("/console"));
    await page.getByLabel("Company").waitFor();
    for (const words of [seller.company, seller.email, PASSWORD]) {
      await page.keyboard.type(words);
      await page.keyboard.press(words === PASSWORD ? "Enter" : "Tab");
    }
    await page.locator("[data-line=open]").waitFor();
    const v = await customer("By hand?");
    await page.getByRole("button", { name: "Accept" }).waitFor();
    await page.keyboard.press("Control+a"); // accepts nothing
    await page.keyboard.press("Alt+o");
    assert.equal(await focused(page), "Accept");
    const ring = await page.evaluate(() =>
      getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(ring, "solid");
    await page.keyboard.press("Enter");
    await log(page).getByText("By hand?").waitFor();
    await page.keyboard.type("Yes.");
    await page.keyboard.press("Enter");
    await v.waitEvent("the answer", (e) => e.body?.text === "Yes.");
    await customer("And I?");
    await page.getByRole("button", { name: "Accept" }).waitFor();
    await page.keyboard.press("Alt+o");
    await page.keyboard.press("Enter");
    await log(page).getByText("And I?").waitFor();
    await page.keyboard.press("Alt+ArrowDown");
    await log(page).getByText("By hand?").waitFor();
    // What goes away takes the keyboard's place not with it.
    await page.getByRole("button", { name: "End", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Open again" }).waitFor();
    assert.notEqual(await page.evaluate(() =>
      document.activeElement.tagName), "BODY");
    assert.deepEqual(page.problems, []);
  });

  test("who listens hears what is new, once", limit, async () => {
    const page = await enter({ name: "Ida" });
    const v = await customer("First");
    await page.getByRole("button", { name: "Accept" }).click();
    await log(page).getByText("First").waitFor();
    assert.equal(await log(page).getAttribute("aria-live"), "off");
    await page.evaluate(() => {
      window.heard = [];
      const live = "[role=status], [role=alert], [aria-live=polite]";
      const listen = (list) => list.forEach(({ target }) => {
        const e = target.parentElement.closest(live) ?? target.closest?.(live);
        if (e) window.heard.push(e.textContent);
      });
      new MutationObserver(listen).observe(document.body,
        { subtree: true, childList: true, characterData: true });
    });
    await v.say("Second");
    await log(page).getByText("Second").waitFor();
    await answer(page, "Yes?");
    await log(page).getByText("Yes?").waitFor();
    const heard = await page.evaluate(() => window.heard);
    assert.equal(new Set(heard).size, heard.length, String(heard));
    assert.deepEqual(heard.map((t) => t.replace(/^Visitor \d+: /, "")),
      ["Second"]);
  });

  for (const colorScheme of ["light", "dark"])
    test(`all can be read, ${colorScheme}`, limit, async () => {
      const page = await enter({ name: "Jo" },
        await browser.newContext({ colorScheme }));
      await customer("Look at me");
      await page.getByRole("button", { name: "Accept" }).click();
      await answer(page, "I do.");
      await as(page, "Note");
      await answer(page, "Odd one", "Your note");
      await log(page).getByText("Note of Jo").waitFor();
      await customer("And at me");
      await page.getByRole("button", { name: "Accept" }).waitFor();
      assert.deepEqual(await page.evaluate(faint), []);
      await page.getByRole("button", { name: "Hand on" }).click();
      assert.deepEqual(await page.evaluate(faint), []);
    });

  test("it comes back when the server was restarted", limit, async () => {
    const page = await enter({ name: "Dora" });
    const v = await customer("Before");
    await page.getByRole("button", { name: "Accept" }).click();
    await log(page).getByText("Dora took it").waitFor();
    await server.end("serve", "SIGKILL");
    await page.locator("[data-line=lost]").waitFor();
    await answer(page, "Still here");
    await log(page).getByText("Goes out when the connection is back")
      .waitFor();
    await shoot(page, "console-10-lost");
    await server.start("serve");
    await page.locator("[data-line=open]").waitFor();
    const again = await visitor({ token: v.token, after: v.newest });
    await again.waitEvent("what waited", (e) => e.body?.text === "Still here");
    await again.say("After");
    await log(page).getByText("After").waitFor();
    assert.equal(await log(page).getByText("Before").count(), 1);
    assert.equal(again.said.filter((t) => /Still here/.test(t)).length, 1);
    assert.equal(await log(page).getByText("Still here").count(), 1);
    assert.deepEqual(page.problems, []);
  });

  test("a line over which nothing comes is given up", limit, async () => {
    await context.clock.install();
    const page = await enter({ name: "Lou" });
    const { pid } = server.processes.serve.child;
    process.kill(pid, "SIGSTOP");
    try {
      await page.clock.fastForward(25_000); // asks whether it is there
      await page.clock.fastForward(20_000);
      await page.locator("[data-line=lost]").waitFor();
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until("the line is back", async () => {
      await page.clock.fastForward(5_000);
      return page.locator("[data-line=open]").count();
    });
    assert.deepEqual(page.problems, []);
  });

  test("who lets offers pass is told that they are away now", limit,
    async () => {
      const page = await enter({ name: "Max", company: "brisk" });
      const v = await visitor({ company: "brisk" });
      await v.send({ type: "handoff" });
      await page.getByRole("button", { name: "Accept" }).waitFor();
      await page.getByText("You were set away").waitFor();
      assert.ok(await page.getByRole("radio", { name: "Away" }).isChecked());
      await shoot(page, "console-12-set-away");
      await page.getByRole("button", { name: "I am there" }).click();
      await page.getByText("You were set away").waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Accept" }).click();
      await log(page).getByText("Max took it").waitFor();
      assert.deepEqual(page.problems, []);
    });

  test("a session ends, and what was begun is still there", limit,
    async () => {
      const page = await enter({ name: "Kim", email: "kim@shop.example" });
      await customer("Wait for me");
      await page.getByRole("button", { name: "Accept" }).click();
      await log(page).getByText("Wait for me").waitFor();
      const kept = page.waitForResponse((r) => /\/draft$/.test(r.url()) &&
        r.request().method() === "PUT");
      await field(page).fill("I was about to say");
      await within("the draft", kept);
      // Not by the page itself, which begins anew before it has the answer.
      const out = await page.request.post(
        String(server.url("/v1/staff/logout")), { data: "{}",
          headers: { origin: server.base,
            "content-type": "application/json" } });
      assert.ok(out.ok(), String(out.status()));
      await page.getByText("Your session has ended").waitFor();
      await shoot(page, "console-11-ended");
      await login(page, { company: "demo", email: "kim@shop.example" });
      await log(page).getByText("Wait for me").waitFor();
      await until("the draft", async () =>
        await field(page).inputValue() === "I was about to say");
      assert.deepEqual(page.problems, []);
    });

  test("no answer at all is said, too", limit, async () => {
    const page = await openPage(context, server.url("/console"));
    await page.route("**/v1/staff/**", (route) => route.abort());
    await login(page, { company: "demo", email: "a@b.example" });
    await page.getByRole("alert")
      .filter({ hasText: "The server cannot be reached" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByLabel("Password").waitFor();
  });
});
