// browser: Chromium, when there is one, and pages whose every frame is held
// against the schema.

import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { valid } from "./schema.mjs";

const candidates = [
  process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = candidates.find((path) => path && existsSync(path));
const shots = fileURLToPath(new URL("../../build/shots/", import.meta.url));

// For `skip`: why there is nothing to test with, or false.
export const noBrowser = executablePath === undefined
  ? "there is no Chromium; set CHROMIUM to its path" : false;

export async function startBrowser() {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

// A page that notes what goes wrong in it. Give `page.problems` to an
// assertion; what the browser itself says of a broken line is no problem.
export async function openPage(context, url) {
  const page = await context.newPage();
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
