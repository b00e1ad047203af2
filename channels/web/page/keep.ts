// keep: what outlives the page: who the visitor is, and what they wrote that
// has not arrived. Tabs share it; where storage is blocked, it lasts as long
// as the page.

import type { Pending } from "./state.ts";

const PENDING_MAX = 200;

export interface Keep {
  token(): string | null;
  setToken(token: string | null): void;
  pending(): Pending[];
  add(p: Pending): void;
  drop(id: string): void;
}

function storage(): Storage | null {
  try {
    const test = "frontdesk test";
    localStorage.setItem(test, "1");
    localStorage.removeItem(test);
    return localStorage;
  } catch {
    return null;
  }
}

function isPending(p: unknown): p is Pending {
  const q = p as Pending | null;
  return typeof q === "object" && q !== null && typeof q.id === "string" &&
    typeof q.text === "string" && typeof q.at === "number";
}

export function keepOf(company: string): Keep {
  const memory = new Map<string, string>();
  const store = storage();
  const tokenKey = `frontdesk ${company} token`;
  const pendingKey = `frontdesk ${company} pending`;

  function read(key: string): string | null {
    return store === null ? memory.get(key) ?? null : store.getItem(key);
  }

  function write(key: string, value: string | null): void {
    if (value === null) memory.delete(key);
    else memory.set(key, value);
    try {
      if (value === null) store?.removeItem(key);
      else store?.setItem(key, value);
    } catch {
      // Full: it lasts as long as the page.
    }
  }

  function pending(): Pending[] {
    try {
      const list: unknown = JSON.parse(read(pendingKey) ?? "[]");
      return Array.isArray(list) ? list.filter(isPending) : [];
    } catch {
      return [];
    }
  }

  function setPending(list: Pending[]): void {
    write(pendingKey, list.length === 0 ? null : JSON.stringify(list));
  }

  return {
    token: () => read(tokenKey),
    setToken: (token) => write(tokenKey, token),
    pending,
    add: ({ id, text, at }) =>
      setPending([...pending(), { id, text, at }].slice(-PENDING_MAX)),
    drop: (id) => setPending(pending().filter((p) => p.id !== id)),
  };
}
