// page: the page to try it, in a real browser. Pictures of it are left in
// build/shots/.

import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import {
  noBrowser, openPage, orEnd, shoot, startBrowser,
} from "../lib/browser.mjs";
import { company, startServer } from "../lib/server.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";

const [hours, delivery] = company.faq;

describe("the page", { skip: noBrowser }, () => {
  let server;
  let browser;
  let context;

  const end = async () => {
    try {
      await browser?.close();
    } finally {
      await server?.stop();
    }
  };
  before(orEnd(async () => {
    server = await startServer({
      settings: { demo: "true", visitorBurst: 1000 } });
    browser = await startBrowser();
  }, end));
  beforeEach(async () => {
    context = await browser.newContext({
      viewport: { width: 1100, height: 860 }, locale: "en-GB" });
    context.setDefaultTimeout(20_000);
  });
  afterEach(() => context?.close());
  after(end);

  const open = async (query = "", on = context) => {
    const page = await openPage(on, server.url(`/${query}`));
    await page.locator("[data-line=online]").waitFor();
    return page;
  };
  const field = (page) => page.getByRole("textbox", { name: "Your message" });
  const ask = async (page, text) => {
    await field(page).fill(text);
    await field(page).press("Enter");
  };
  const shows = (page, text) => page.getByRole("log")
    .locator(".words", { hasText: text }).last().waitFor();
  const transcript = (page) => page.getByRole("log").locator(".words")
    .allTextContents();

  test("welcomes, takes a suggested question and answers it", async () => {
    const page = await open();
    await page.getByText(company.bot.welcome).waitFor();
    assert.equal(await page.title(), company.name);
    assert.equal(await page.locator(".ask").count(), 3);
    await shoot(page, "1-welcome");
    await page.getByRole("button", { name: hours.question }).click();
    await shows(page, hours.answer);
    assert.equal(await page.locator(".asks").isVisible(), false);
    await shoot(page, "2-answer");
    assert.deepEqual(page.problems, []);
  });

  test("is spoken to by keyboard alone", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    while (!await field(page).evaluate((e) => e === document.activeElement))
      await page.keyboard.press("Tab");
    await page.keyboard.type("first line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await shows(page, "first line\nsecond line");
    assert.equal(await field(page).inputValue(), "");
    assert.deepEqual(page.problems, []);
  });

  test("shows an answer as it grows", async () => {
    const page = await open("?company=slow");
    await ask(page, hours.question);
    await page.locator(".row.draft").waitFor();
    await shoot(page, "3-draft");
    const before = await page.locator(".row.draft .words").textContent();
    assert.ok(hours.answer.startsWith(before));
    await page.locator(".row.theirs:not(.draft)").waitFor();
    assert.deepEqual(await transcript(page), [hours.question, hours.answer]);
    assert.deepEqual(page.problems, []);
  });

  test("text from outside stays text", async () => {
    const page = await open();
    const text = '<img src=x onerror="document.title=1"> **b** &amp;';
    await ask(page, text);
    await shows(page, text);
    assert.equal(await page.locator(".log img").count(), 0);
    assert.equal(await page.title(), company.name);
    assert.deepEqual(page.problems, []);
  });

  test("comes back with the whole conversation", async () => {
    const page = await open();
    await ask(page, hours.question);
    await shows(page, hours.answer);
    await page.reload();
    await shows(page, hours.answer);
    assert.deepEqual(await transcript(page), [hours.question, hours.answer]);
    assert.deepEqual(page.problems, []);
  });

  test("shows the same in two tabs", async () => {
    const one = await open();
    const two = await open();
    await ask(one, hours.question);
    await shows(two, hours.answer);
    await ask(two, delivery.question);
    await shows(one, delivery.answer);
    assert.deepEqual(await transcript(one), await transcript(two));
    assert.deepEqual([...one.problems, ...two.problems], []);
  });

  test("keeps what is written offline and sends it later", async () => {
    const page = await open();
    await ask(page, hours.question);
    await shows(page, hours.answer);
    await context.setOffline(true);
    await page.getByText("You are offline").first().waitFor();
    await ask(page, delivery.question);
    await page.getByText("Waiting to be sent").waitFor();
    await shoot(page, "4-offline");
    await context.setOffline(false);
    await shows(page, delivery.answer);
    assert.deepEqual(await transcript(page), [hours.question, hours.answer,
      delivery.question, delivery.answer]);
    assert.deepEqual(page.problems, []);
  });

  test("outlives a restart of the server, and of itself", async () => {
    const page = await open();
    await server.end("serve", "SIGKILL");
    await page.getByText("No connection").first().waitFor();
    await ask(page, "the first");
    await ask(page, "the second");
    await shoot(page, "5-no-connection");
    await page.close();
    await server.start("serve");
    const again = await open();
    await shows(again, "the second");
    await again.locator(".is-waiting, .is-sending").first()
      .waitFor({ state: "detached" });
    const said = await transcript(again);
    assert.deepEqual(said.filter((t) => t.startsWith("the ")),
      ["the first", "the second"]);
    const token = await again.evaluate(
      () => localStorage.getItem("frontdesk demo token"));
    const visitor = await new SocketVisitor(server, { token }).open();
    await visitor.answerTo(visitor.welcome.seq - 1).catch(() => undefined);
    assert.deepEqual(visitor.said.filter((t) => t.startsWith("customer")),
      ["customer: the first", "customer: the second"]);
    await visitor.close();
    assert.deepEqual(again.problems, []);
  });

  for (const [way, block] of [["a stream", []], ["long polls", ["stream"]]])
    test(`goes on by ${way} where WebSocket is blocked`, async () => {
      await context.addInitScript(() => {
        window.WebSocket = class {
          constructor() {
            setTimeout(() => this.onclose?.());
          }

          close() {}
        };
      });
      for (const path of block)
        await context.route(`**/v1/visitor/${path}*`, (r) => r.abort());
      const page = await open();
      await ask(page, hours.question);
      await shows(page, hours.answer);
      await ask(page, delivery.question);
      await shows(page, delivery.answer);
      assert.deepEqual(await transcript(page), [hours.question, hours.answer,
        delivery.question, delivery.answer]);
      assert.deepEqual(page.problems, []);
    });

  test("ends the chat, and goes on when one writes again", async () => {
    const page = await open();
    const end = page.getByRole("button", { name: "End chat" });
    assert.ok(await end.isHidden());
    await ask(page, hours.question);
    await shows(page, hours.answer);
    await end.click();
    await page.getByText("You have ended the chat").waitFor();
    assert.ok(await end.isHidden());
    await ask(page, delivery.question);
    await shows(page, delivery.answer);
    await end.waitFor();
    assert.deepEqual(page.problems, []);
  });

  test("says what is wrong with a company that is not there", async () => {
    const page = await openPage(context, server.url("/?company=nobody"));
    await page.getByText("There is no chat at this address").waitFor();
    await page.locator("[data-line=refused]").waitFor();
    await shoot(page, "6-refused");
    assert.deepEqual(page.problems, []);
  });

  test("does not let too long a text go", async () => {
    const page = await open();
    await field(page).fill("x".repeat(4003));
    await page.getByText("3 characters too many").waitFor();
    assert.ok(await page.getByRole("button", { name: "Send" }).isDisabled());
    await field(page).fill("x".repeat(4000));
    await page.getByText("0 characters left").waitFor();
    await field(page).press("Enter");
    await shows(page, "xxxx");
    assert.deepEqual(page.problems, []);
  });

  for (const colorScheme of ["light", "dark"])
    test(`fits a phone, ${colorScheme}`, async () => {
      const phone = await browser.newContext({
        viewport: { width: 360, height: 740 }, deviceScaleFactor: 2,
        isMobile: true, hasTouch: true, colorScheme, locale: "en-GB" });
      try {
        const page = await open("", phone);
        await shoot(page, `7-phone-${colorScheme}`);
        await field(page).fill(`A long word: ${"abcdefghij".repeat(20)}`);
        await page.getByRole("button", { name: "Send" }).tap();
        await shows(page, "A long word");
        await page.locator(".row.theirs").waitFor();
        await ask(page, hours.question);
        await shows(page, hours.answer);
        await shoot(page, `8-phone-chat-${colorScheme}`);
        const width = await page.evaluate(() => Math.max(
          ...[...document.querySelectorAll("*")].map((e) => e.scrollWidth)));
        assert.ok(width <= 360, `something is ${width} wide`);
        const [ink, paper] = await page.evaluate(() => {
          const of = (e) => getComputedStyle(e);
          return [of(document.body).color,
            of(document.querySelector(".chat")).backgroundColor];
        });
        assert.ok(contrast(ink, paper) > 7, `${ink} on ${paper}`);
        assert.deepEqual(page.problems, []);
      } finally {
        await phone.close();
      }
    });
});

// As WCAG 2 has it, of two colours like "rgb(1, 2, 3)".
function contrast(a, b) {
  const light = (colour) => {
    const [r, g, bl] = colour.match(/[\d.]+/g).map((c) => {
      const s = Number(c) / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
