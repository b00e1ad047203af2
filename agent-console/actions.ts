// What people may do; the parts of the page ask for it.

import type { Mode } from "./state.ts";

export type Actions = {
  view(name: string): void;
  more(): void;
  find(words: string): void;
  open(id: number, seq?: number): void;
  earlier(): void;
  /** Why it was not done, in words; or nothing. */
  act(conversation: number, act: string, more?: object): Promise<string>;
  say(text: string, mode: Mode): void;
  again(id: string): void;
  change(id: string): void;
  drop(id: string): void;
  typing(on: boolean): void;
  away(on: boolean): void;
  logout(): void;
};
