// browser: Chromium, when there is one, and pages whose every frame is held
// against the schema. Playwright bounds what waits for an element, and nothing
// else; what is asked of a browser that hangs is bounded here.

import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { valid } from "./schema.mjs";
import { PATIENCE_MS, within } from "./until.mjs";

const candidates = [
  process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = candidates.find((path) => path && existsSync(path));
const shots = fileURLToPath(new URL("../../build/shots/", import.meta.url));

// For `skip`: why there is nothing to test with, or false.
export const noBrowser = executablePath === undefined
  ? "there is no Chromium; set CHROMIUM to its path" : false;

const START_MS = 60_000;
const END_MS = 10_000;
const FILE_MS = 540_000;

// A test file that has a browser ends, whatever still holds it: a browser, a
// server or a socket that is left over would keep it for ever.
setTimeout(() => {
  console.error(`not over after ${FILE_MS} ms; left:`,
    process.getActiveResourcesInfo());
  process.exit(1);
}, FILE_MS).unref();

// A method that may wait for ever, so that it does not.
function bound(object, method, ms = PATIENCE_MS) {
  const unbound = object[method].bind(object);
  object[method] = (...args) =>
    within(`the browser's ${method}()`, unbound(...args), ms);
}

class Chromium {
  constructor(host, browser) {
    Object.assign(this, { host, browser, contexts: new Set() });
  }

  async newContext(options) {
    const context = await within("a new context",
      this.browser.newContext(options));
    context.setDefaultTimeout(PATIENCE_MS);
    for (const method of ["newPage", "route", "setOffline", "addInitScript"])
      bound(context, method);
    bound(context, "close", END_MS);
    this.contexts.add(context);
    context.on("close", () => this.contexts.delete(context));
    return context;
  }

  // All that a test opened. What will not close has to go with the browser.
  async closeContexts() {
    try {
      await Promise.all([...this.contexts].map((c) => c.close()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  // It has nothing to save, and may be past being asked.
  close() {
    return within("the browser's end", this.host.kill(), END_MS);
  }
}

export async function startBrowser() {
  const { chromium } = await import("playwright-core");
  const host = await chromium.launchServer({
    executablePath,
    timeout: START_MS,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  try {
    return new Chromium(host, await chromium.connect(host.wsEndpoint(),
      { timeout: START_MS }));
  } catch (error) {
    await within("the browser's end", host.kill(), END_MS);
    throw error;
  }
}

// For before(): whoever fails there ends what they have begun, for nobody else
// will; after() is for who has begun.
export const orEnd = (begin, end) => async () => {
  try {
    await begin();
  } catch (error) {
    await end();
    throw error;
  }
};

// A page that notes what goes wrong in it. Give `page.problems` to an
// assertion; what the browser itself says of a broken line is no problem.
export async function openPage(context, url) {
  const page = await context.newPage();
  bound(page, "evaluate");
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    const own = !/Failed to load resource|WebSocket connection to/
      .test(message.text());
    if (message.type() === "error" && own) page.problems.push(message.text());
  });
  page.on("websocket", (socket) => {
    const check = (side) => ({ payload }) => {
      try {
        valid(side, JSON.parse(payload));
      } catch (error) {
        page.problems.push(error.message);
      }
    };
    const side = socket.url().includes("/staff/") ? "Seller" : "Visitor";
    socket.on("framesent", check(`from${side}`));
    socket.on("framereceived", check(`to${side}`));
  });
  await page.goto(String(url));
  return page;
}

export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  // As it is when nothing moves any more.
  await page.screenshot(
    { path: `${shots}${name}.png`, animations: "disabled" });
}
