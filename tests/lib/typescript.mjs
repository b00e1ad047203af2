// typescript: loads a module of the web parts into a test.

import { build } from "esbuild";

export async function loadTypeScript(url) {
  const { outputFiles } = await build({
    entryPoints: [url.pathname],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  return import(`data:text/javascript;base64,${code}`);
}
