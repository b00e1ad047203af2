// The door: logging in, and the first or a new password by a link.

import { fill, h } from "./dom.ts";
import { call, Refused } from "./wire.ts";
import type { Account } from "./types.ts";

const root = () => document.getElementById("root") as HTMLElement;

function field(name: string, label: string, more: Record<string, string>) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("input", { name, required: true, ...more }));
}

function form(title: string, words: string, fields: Node[], button: string,
  send: (values: Record<string, string>) => Promise<void>) {
  const fault = h("p", { class: "fault", role: "alert" });
  const submit = h("button", { type: "submit", class: "main" }, button);
  const f = h("form", { class: "door", submit: async (e) => {
    e.preventDefault();
    submit.disabled = true;
    fault.textContent = "";
    try {
      await send(Object.fromEntries(new FormData(f)) as
        Record<string, string>);
    } catch (x) {
      fault.textContent = x instanceof Error ? x.message
        : "The server cannot be reached.";
      submit.disabled = false;
    }
  } }, h("h1", {}, title), h("p", { class: "soft" }, words), ...fields, fault,
    submit);
  fill(root(), [h("main", { class: "doorway" }, f)]);
  f.querySelector("input")?.focus();
  return f;
}

export function login(entered: (a: Account) => void) {
  const company = localStorage.getItem("company") ?? "";
  const code = field("code", "Code of your authenticator", {
    inputmode: "numeric", autocomplete: "one-time-code" });
  code.hidden = true;
  const input = code.querySelector("input") as HTMLInputElement;
  input.required = false;
  form("Console", "For the people who answer.", [
    field("company", "Company", { value: company,
      autocomplete: "organization", autocapitalize: "none" }),
    field("email", "E-mail", { type: "email", autocomplete: "username" }),
    field("password", "Password", { type: "password",
      autocomplete: "current-password" }),
    code,
  ], "Log in", async (values) => {
    if (code.hidden) delete values["code"];
    try {
      const account = await call<Account>("POST", "login", values);
      localStorage.setItem("company", values["company"] ?? "");
      entered(account);
    } catch (e) {
      if (e instanceof Refused && e.fault.code === "code_needed") {
        code.hidden = false;
        input.required = true;
        input.focus();
      }
      throw e;
    }
  });
}

export function accept(token: string, invited: boolean,
  entered: (a: Account) => void) {
  form(invited ? "Welcome" : "A new password",
    "Choose a password of twelve characters or more.", [
      ...(invited ? [field("name", "Your name, as customers see it",
        { autocomplete: "name" })] : []),
      field("password", "Password", { type: "password", minlength: "12",
        autocomplete: "new-password" }),
    ], "Go on", async (values) => {
      entered(await call<Account>("POST", "accept", { token, ...values }));
      history.replaceState(null, "", "./");
    });
}
