// console_files: what customers attach, as sellers see it in a real browser:
// pictures that are safe to show, all else by name and size, and never as
// markup. Pictures of it are left in build/shots/.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noBrowser, openPage, shoot, startBrowser } from "../lib/browser.mjs";
import { inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const base64 = (text) => Buffer.from(text).toString("base64");
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAC" +
  "hwGA60e6kgAAAABJRU5ErkJggg==";

async function enter(shop, browser, name) {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 800 }, locale: "en-GB" });
  const page = await openPage(context, shop.server.url("/console"));
  const { email, password } = shop.sellers[name];
  await page.getByLabel("Company").fill("shop");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator("[data-line=open]").waitFor();
  return page;
}

test("what customers attach is shown, or named", { skip: noBrowser,
  timeout: 180_000 }, inShop({ sellers: ["sam"] }, async (shop) => {
  const browser = await startBrowser();
  try {
    const page = await enter(shop, browser, "sam");
    const log = page.getByRole("log");
    const bo = shop.whatsapp("Bo <i>Lind</i>");
    await bo.say("I want to talk to a human");
    await page.getByRole("button", { name: "Accept" }).click();
    await shop.control("twilio/message", { from: bo.place,
      to: "whatsapp:+15550000000", body: "", extra: { ProfileName: "Bo" },
      media: [{ type: "image/png", base64: DOT }] });
    const picture = log.getByRole("img",
      { name: "Picture from Bo <i>Lind</i>: Picture" });
    await until("the picture", () => picture.evaluate((e) =>
      e.complete && e.naturalWidth > 0).catch(() => false));
    const { height } = await picture.boundingBox();
    assert.ok(height < 250, `${height}`);
    const address = await log.locator("a.picture").getAttribute("href");
    assert.match(address, /\/v1\/files\/[0-9a-f]{64}\?.*signature=/);
    await shoot(page, "console-13-picture");
    const cy = shop.slack();
    await cy.say("I want to talk to a human");
    await page.getByRole("button", { name: "Accept" }).click();
    await log.getByText("I want to talk").first().waitFor();
    await shop.control("slack/message", { user: cy.user, text: "", files: [
      { name: "a <b>.svg", type: "image/svg+xml", base64: base64(
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>") },
      { name: "bill.pdf", type: "application/pdf",
        base64: base64("%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF") }] });
    await log.getByText("a <b>.svg").waitFor();
    await log.getByText("Not kept.").waitFor();
    // What is no picture is a link, and saved, not opened.
    const bill = log.getByRole("link", { name: "bill.pdf 32 bytes" });
    await bill.waitFor();
    const saved = await page.request.get(await bill.getAttribute("href"));
    assert.match(saved.headers()["content-disposition"], /^attachment/);
    assert.equal(await log.locator("img, svg, script, b").count(), 0);
    await shoot(page, "console-14-files");
    assert.deepEqual(page.problems, []);
  } finally {
    await browser.close();
  }
}));
