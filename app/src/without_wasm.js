// The page without its WASM, which a proxy may block or an extension may break by rewriting the page.
// It polls the talk's state, and reloads when the talk has moved.
{
  const EVERY_MS = 5000;
  // A WASM that takes longer may never come.
  const PATIENCE_MS = 10000;
  // A page that lives so long forgets that it was reloaded. Not measured by the wall clock, which may be
  // set.
  const RELOAD_APART_MS = 60000;
  const RELOADED = "webslides-reloaded";
  // The page and build for which reloading did not help.
  const IN_VAIN = "webslides-in-vain";
  const here = () => location.pathname + document.querySelector("link[rel=modulepreload]")?.href;
  // The event id that the page was rendered with. Undefined on a page that does not follow, empty for a
  // slide that was still being prepared.
  const { event: shown } = document.currentScript.dataset;
  const [, , code] = location.pathname.split("/");
  const lives = () => document.querySelector("main[data-hydrated]");
  // Counts this page as a follower.
  const seat = Math.floor(Math.random() * 2 ** 53);
  let looking;
  const lookAfter = (ms) => {
    clearTimeout(looking);
    if (shown !== undefined) looking = setTimeout(look, ms);
  };
  // The next poll is scheduled first: an answer may never come.
  const look = async () => {
    if (lives()) return;
    lookAfter(EVERY_MS);
    try {
      const { view } = document.querySelector("main").dataset;
      const signal = AbortSignal.timeout?.(EVERY_MS - 1000);
      const answer = await fetch(`/t/${code}/state?view=${view}&seat=${seat}`, { signal });
      // An error of a busy server or a proxy tells nothing of the talk.
      if (!answer.ok && answer.status !== 404) return;
      const { epoch, revision } = await answer.json();
      if (shown !== `${epoch}-${revision}` && !lives()) location.reload();
    } catch {
      // Without the server the page stays as it is.
    }
  };
  lookAfter(PATIENCE_MS);
  setTimeout(() => {
    try {
      sessionStorage.removeItem(RELOADED);
    } catch {
      // Without storage, nothing was stored.
    }
  }, RELOAD_APART_MS);
  const say = (sentence) => {
    const said = document.querySelector(".link-badge > span");
    if (said) said.textContent = sentence;
  };
  addEventListener("unhandledrejection", () => lives() || lookAfter(EVERY_MS));

  // The elements that hydration finds by position. An extension's toolbar among them would be taken for
  // the page's own, so it is moved to the end of the page. A page that lacks one can't be hydrated.
  const OWN = {
    "": "main",
    "[data-view=follow]": "h1 .slide [aria-live] footer",
    "[data-view=back]": "leptos-children footer",
    "[data-view=back] .place": "span span",
    ".project": "h1 .slide [aria-live] .link-badge .here leptos-children",
    ".present": "header .now .then .notes .keeps .hint .request leptos-children",
    ".present > header": "h1 .link-badge .room .clock .place",
    "header > .clock": "span span span span",
    ".now": ".slide [aria-live]",
    ".then": ".mini p",
    ".request": "p button button",
    ".request > p": "bdi span",
    ".mini": ".face",
    "main > .notes": "div",
    ".slide": ".face",
    "footer": ".link-badge .place",
    ".link-badge": "span span",
  };
  globalThis.putAside = () => {
    for (const [inside, said] of Object.entries(OWN)) {
      const own = said.split(" ");
      for (const { children } of document.querySelectorAll(`leptos-island ${inside}`)) {
        for (const child of [...children]) if (!child.matches(`${own}, .preview`)) document.body.append(child);
        if (own.every((it, at) => children[at]?.matches(it))) continue;
        islandPanicked("the page was rewritten");
        throw new Error("The page was rewritten.");
      }
    }
  };

  const kept = (name) => {
    try {
      return sessionStorage.getItem(name);
    } catch {
      // A browser without storage: its page stays as it is.
      return undefined;
    }
  };

  // A panicking island calls this. The page reloads, which may help. If the island panics again, the page
  // reloads once more and stays as the server rendered it, because a half-hydrated page is broken. It
  // only reloads while the server answers: else only the browser's error page would be left.
  globalThis.islandPanicked = async (why) => {
    console.warn(`WebSlides begins anew: ${why}`);
    const page = document.querySelector("main");
    page.dataset.live = "stale";
    delete page.dataset.hydrated;
    say("Reconnecting. You may be a slide behind.");
    // The rest of the island gets no more events: the browser submits the forms.
    for (const name of ["submit", "keydown", "pointerdown", "pointermove", "pointerup"])
      addEventListener(name, (event) => event.stopImmediatePropagation(), true);
    lookAfter(EVERY_MS);
    const before = kept(RELOADED);
    if (before === undefined) return;
    const answer = await fetch(location.href).catch(() => undefined);
    if (!answer?.ok) return;
    if (before) sessionStorage.setItem(IN_VAIN, here());
    else sessionStorage.setItem(RELOADED, "once");
    location.reload();
  };
  addEventListener("DOMContentLoaded", () => {
    if (kept(IN_VAIN) !== here()) return;
    for (const island of document.querySelectorAll("leptos-island")) island.replaceWith(...island.childNodes);
    say("You may be a slide behind.");
    lookAfter(EVERY_MS);
  });
}
