// build: the console as three files that a server can hand out as they are.
// node build.mjs [folder]; without one, build/web/console/.

import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../build/web/console"));

await mkdir(out, { recursive: true });
await build({
  entryPoints: [
    { in: join(here, "main.ts"), out: "console" },
    { in: join(here, "console.css"), out: "console" },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
await copyFile(join(here, "index.html"), join(out, "index.html"));
