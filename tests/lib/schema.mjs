// schema: holds what travels against schemas/.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const read = (name) => JSON.parse(
  readFileSync(new URL(`../../schemas/${name}`, import.meta.url)));

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
ajv.addSchema(read("event.schema.json"));
ajv.addSchema(read("visitor.schema.json"));
ajv.addSchema(read("webhook.schema.json"));
ajv.addSchema(read("staff.schema.json"));
ajv.addSchema(read("seller.schema.json"));

const places = {
  event: "event.schema.json#/$defs/visible",
  wholeEvent: "event.schema.json",
  fromVisitor: "visitor.schema.json#/$defs/from_visitor",
  toVisitor: "visitor.schema.json#/$defs/to_visitor",
  fromSeller: "seller.schema.json#/$defs/from_seller",
  toSeller: "seller.schema.json#/$defs/to_seller",
  problem: "visitor.schema.json#/$defs/problem",
  events: "visitor.schema.json#/$defs/events",
  webhook: "webhook.schema.json",
};

// That takes a while, and must not be done while a server waits for a hello.
for (const place of ["fromVisitor", "toVisitor", "fromSeller", "toSeller"])
  for (const type of ["hello", "welcome"])
    ajv.getSchema(`${places[place]}/$defs/${type}`);

// Errors of the branch that has the frame's own type say most.
function placeOf(what, value) {
  const own = `${places[what]}/$defs/${value?.type}`;
  return value?.type !== undefined && ajv.getSchema(own) ? own : places[what];
}

// Fails unless the value is what stands there, "staff.schema.json#/$defs/key".
export function fits(place, value) {
  const check = ajv.getSchema(place);
  assert.ok(check, `there is no ${place}`);
  if (!check(value))
    assert.fail(`${place} ${JSON.stringify(value)}: ` +
      ajv.errorsText(check.errors));
  return value;
}

// Fails unless the value is what the schema calls `what`; gives it back.
export function valid(what, value) {
  const check = ajv.getSchema(placeOf(what, value));
  if (!check(value))
    assert.fail(`${what} ${JSON.stringify(value)}: ` +
      ajv.errorsText(check.errors));
  return value;
}

export const faultCodes =
  read("visitor.schema.json").$defs.fault_code.enum;

export const openapi = read("openapi.json");
