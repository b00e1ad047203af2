// The door: logging in, and the first or a new password by a link.

import { button, h } from "./dom.ts";
import type { Account } from "./types.ts";
import { call, complaint, Refused } from "./wire.ts";

function field(name: string, label: string,
  more: Record<string, string | boolean>) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("input", { name, required: true, ...more }));
}

type Form = { title: string; words: string; why?: string; fields: Element[];
  label: string; send: (values: Record<string, string>) => Promise<void> };

function form(root: Element, { title, words, why, fields, label, send }:
  Form) {
  const fault = h("p", { class: "fault", role: "alert" });
  const submit = h("button", { type: "submit", class: "main" }, label);
  const f = h("form", { class: "door", submit: async (e) => {
    e.preventDefault();
    submit.disabled = true;
    fault.textContent = "";
    try {
      await send(Object.fromEntries(new FormData(f)) as
        Record<string, string>);
    } catch (x) {
      fault.textContent = complaint(x);
      submit.disabled = false;
    }
  } }, h("h1", {}, title),
  why && h("p", { class: "notice", role: "status" }, why),
  h("p", { class: "soft" }, words), ...fields, fault, submit);
  root.replaceChildren(h("main", { class: "doorway" }, f));
  const inputs = [...f.querySelectorAll("input")];
  inputs.find((i) => i.value === "")?.focus();
}

export function login(root: Element, why: string,
  entered: (a: Account) => void) {
  const company = new URLSearchParams(location.search).get("company") ??
    localStorage.getItem("company") ?? "";
  const code = field("code", "Code of your authenticator", {
    inputmode: "numeric", autocomplete: "one-time-code", required: false });
  code.hidden = true;
  const input = code.querySelector("input") as HTMLInputElement;
  form(root, { title: "Console", words: "For the people who answer.",
    why, fields: [
      field("company", "Company", { value: company,
        autocomplete: "organization", autocapitalize: "none",
        spellcheck: "false" }),
      field("email", "E-mail", { type: "email", autocomplete: "username" }),
      field("password", "Password", { type: "password",
        autocomplete: "current-password" }),
      code,
    ], label: "Log in", send: async (values) => {
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
    } });
}

export function accept(root: Element, token: string, invited: boolean,
  entered: (a: Account) => void) {
  form(root, { title: invited ? "Welcome" : "A new password",
    words: "Choose a password of twelve characters or more.", fields: [
      ...(invited ? [field("name", "Your name, as customers see it",
        { autocomplete: "name" })] : []),
      field("password", "Password", { type: "password", minlength: "12",
        autocomplete: "new-password" }),
    ], label: "Go on", send: async (values) => {
      const account = await call<Account>("POST", "accept",
        { token, ...values });
      history.replaceState(null, "", "./");
      entered(account);
    } });
}

/** Nobody answers at all. */
export function closed(root: Element) {
  root.replaceChildren(h("main", { class: "doorway" }, h("div",
    { class: "door" }, h("h1", {}, "Console"),
    h("p", { role: "alert" }, complaint(null)),
    button("Try again", () => location.reload(), "main"))));
}
