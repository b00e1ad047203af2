// schema: the page speaks the words of schemas/, and the schemas themselves
// hang together.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { loadTypeScript } from "../lib/typescript.mjs";

const schemas = new URL("../../schemas/", import.meta.url);
const page = new URL("../../channels/web/page/", import.meta.url);
const json = (name) => JSON.parse(readFileSync(new URL(name, schemas)));
const visitor = json("visitor.schema.json");
const openapi = json("openapi.json");

const words = (side) => Object.keys(visitor.$defs[side].$defs).sort();

// The types of frames that a union in frames.ts lists, by interface or inline.
function union(name) {
  const text = readFileSync(new URL("frames.ts", page), "utf8");
  const body = text.split(`export type ${name} =`)[1].split(/;\n(?:\n|$)/)[0];
  const inline = [...body.matchAll(/type: "(\w+)"/g)].map((m) => m[1]);
  const named = [...body.matchAll(/\| (\w+)$/gm)].map((m) =>
    new RegExp(`interface ${m[1]} \\{\\s*type: "(\\w+)"`).exec(text)[1]);
  return [...inline, ...named].sort();
}

test("the page knows every frame that can come", () => {
  assert.deepEqual(union("Incoming"), words("to_visitor"));
});

test("the page says only frames that there are", () => {
  for (const type of union("Outgoing"))
    assert.ok(words("from_visitor").includes(type), type);
});

test("every fault that the page has words for exists", async () => {
  const load = (name) => loadTypeScript(new URL(name, page));
  const { faults } = await load("words.ts");
  const { refusals } = await load("rows.ts");
  const { passing } = await load("frames.ts");
  const { final } = await load("wire.ts");
  const known = visitor.$defs.fault_code.enum;
  for (const code of [...Object.keys(faults), ...Object.keys(refusals),
    ...passing, ...final])
    assert.ok(known.includes(code), code);
});

test("every schema of openapi.json can be followed", () => {
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(json("event.schema.json"));
  ajv.addSchema(visitor);
  ajv.addSchema(json("staff.schema.json"));
  ajv.addSchema(json("seller.schema.json"));
  const schemasIn = (node) => Object.entries(node ?? {}).flatMap(
    ([key, value]) => key === "schema" ? [value]
      : typeof value === "object" ? schemasIn(value) : []);
  const all = schemasIn(openapi);
  assert.ok(all.length > 20);
  for (const schema of all) ajv.compile(schema);
});

test("openapi.json has no loose end", () => {
  const text = JSON.stringify(openapi);
  for (const [, path] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = path.split("/").reduce((node, key) => node?.[key], openapi);
    assert.ok(found, path);
  }
  for (const methods of Object.values(openapi.paths))
    for (const { operationId, responses } of Object.values(methods))
      assert.ok(operationId && Object.keys(responses).length > 0);
});
