// mailbox_page: the page with the mails of the stand-ins, in a real browser:
// somebody of the support desk answers there, and the customer reads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noBrowser, openPage, startBrowser } from "../lib/browser.mjs";
import { DESK, inShop } from "../lib/shop.mjs";

test("the desk answers in the mailbox's page", { skip: noBrowser },
  inShop({}, async (shop) => {
    const browser = await startBrowser();
    try {
      const context = await browser.newContext({ locale: "en-GB" });
      // It comes while the page asks for its parts, one after the other.
      await context.route("**/control/mail/messages*", async (route) => {
        await shop.mail.next(DESK);
        await route.continue();
      }, { times: 1 });
      const page = await openPage(context, `${shop.url}/mailbox`);
      const field = page.getByRole("textbox", { name: "Answer" });
      assert.ok(await field.isDisabled()); // there is nothing to answer
      const ann = await shop.page();
      await ann.say("Is the red one here? Can I talk to a human?");
      await page.locator(".text").getByText("Is the red one here?").first()
        .waitFor();
      assert.equal(await page.getByLabel("Whose mailbox").inputValue(), DESK);
      await field.fill("It is here.\nCome before *four*.");
      // Whatever comes meanwhile is not what that is the answer to.
      const bob = await shop.page();
      await bob.say("Is it raining? Can I talk to a human?");
      await page.locator(".text").getByText("Is it raining?").first().waitFor();
      await page.getByRole("button", { name: "Send" }).click();
      const said = await ann.waitEvent("the answer", (e) =>
        e.kind === "message" && e.author === "agent");
      assert.equal(said.body.text, "It is here.\nCome before *four*.");
      assert.equal(said.body.name, "Robin from the desk");
      await page.locator(".mine").getByText("It is here.").waitFor();
      assert.deepEqual(page.problems, []);
      await page.getByText(/Answering .*raining/).waitFor();
      await bob.close();
      await ann.close();
    } finally {
      await browser.close();
    }
  }));
