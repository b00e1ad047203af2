// list: keeps the children of an element equal to a list of keyed things.
// What keeps its key keeps its element, and with it focus and selection.

export interface Keyed {
  key: string;
}

export function keyedList<T extends Keyed>(
  parent: Element,
  create: (thing: T) => Element,
  update: (element: Element, thing: T) => void,
): (things: T[]) => void {
  const shown = new Map<string, Element>();
  return (things) => {
    const wanted = new Set(things.map((t) => t.key));
    for (const [key, element] of shown) {
      if (wanted.has(key)) continue;
      element.remove();
      shown.delete(key);
    }
    let before: Element | null = parent.firstElementChild;
    for (const thing of things) {
      let element = shown.get(thing.key);
      if (element === undefined) {
        element = create(thing);
        shown.set(thing.key, element);
      }
      update(element, thing);
      if (element === before) before = element.nextElementSibling;
      else parent.insertBefore(element, before);
    }
  };
}
