// elsewhere: the same shop on other channels, beside the chat: pages of the
// vendors' stand-ins, where there are any. They come from another origin and
// know nothing of this page.

const PLACES = [
  { path: "/phone", title: "A customer's phone, on WhatsApp" },
  { path: "/slack", title: "A customer's workspace, on Slack" },
];

/** Under a line that says whose screen it is. */
function frame(base: string, path: string, title: string): HTMLElement {
  const figure = document.createElement("figure");
  const words = document.createElement("figcaption");
  const inner = document.createElement("iframe");
  inner.src = new URL(path, base).href;
  inner.title = title;
  inner.loading = "lazy";
  inner.referrerPolicy = "no-referrer";
  words.textContent = title;
  figure.append(words, inner);
  return figure;
}

/** Asks the server where the stand-ins are; without any, nothing changes. */
export async function showElsewhere(): Promise<void> {
  const answer = await fetch("demo.json").catch(() => null);
  if (!answer?.ok) return;
  const { sandbox } = await answer.json() as { sandbox?: string };
  if (typeof sandbox !== "string" || sandbox === "") return;
  const aside = document.createElement("aside");
  aside.className = "elsewhere";
  aside.setAttribute("aria-label", "The same shop on other channels");
  for (const { path, title } of PLACES)
    aside.append(frame(sandbox, path, title));
  document.body.append(aside);
  document.body.classList.add("with-elsewhere");
}
