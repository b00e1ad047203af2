// Dialogs: what is asked before something is done.

import { button, type Child, h } from "./dom.ts";

/**
 * Shows a form; one without a label has nothing to be sent. done() does what
 * was asked and says why not, or nothing: then it closes. The keyboard goes
 * back to where it was.
 */
export function ask(title: string, parts: Child[], label: string,
  done: (form: HTMLFormElement) => Promise<string>) {
  const fault = h("p", { class: "fault", role: "alert" });
  const submit = h("button", { type: "submit", class: "main" }, label);
  const form = h("form", { class: "ask", submit: async (e) => {
    e.preventDefault();
    if (label === "") return;
    submit.disabled = true;
    fault.textContent = await done(form);
    submit.disabled = false;
    if (fault.textContent === "") box.close();
  } }, h("h2", {}, title), ...parts, fault,
  h("div", { class: "deeds" }, button(label ? "Cancel" : "Close",
    () => box.close()), label !== "" && submit));
  const before = document.activeElement;
  const box = h("dialog", { "aria-label": title, close: () => {
    box.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  } }, form);
  document.body.append(box);
  box.showModal();
  return form;
}

export type Choice = { value: string; label: string; more?: string };

/** One of several. */
export const choice = (name: string, label: string, all: Choice[]) =>
  h("fieldset", { class: "choice" }, h("legend", {}, label),
    ...all.map((c, i) => h("label", {},
      h("input", { type: "radio", name, value: c.value, required: true,
        checked: i === 0 }), h("span", {}, c.label),
      c.more !== undefined && h("span", { class: "soft" }, c.more))));

export const text = (form: HTMLFormElement, name: string) =>
  String(new FormData(form).get(name) ?? "").trim();
