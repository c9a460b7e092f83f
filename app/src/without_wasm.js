// The page's life without its WASM: the venue's proxy may keep that out or never answer, or an
// extension may have rewritten the page under it. Then the page asks whether the talk has moved, and
// loads anew when it has.
{
  const EVERY_MS = 5000;
  // A WASM that is on its way so long may never come.
  const PATIENCE_MS = 10000;
  // That a page was loaded anew is forgotten once one has lived so long. Not by a clock that somebody may
  // set.
  const RELOAD_APART_MS = 60000;
  const RELOADED = "webslides-reloaded";
  // Where, and by which build, that was no help: it would not be the next time either.
  const IN_VAIN = "webslides-in-vain";
  const here = () => location.pathname + document.querySelector("link[rel=modulepreload]")?.href;
  // What the page was rendered with; none on a page that does not follow, nor of a slide that was not
  // there yet.
  const { event: shown } = document.currentScript.dataset;
  const [, , code] = location.pathname.split("/");
  const lives = () => document.querySelector("main[data-hydrated]");
  // By this the presenter knows that somebody follows.
  const seat = Math.floor(Math.random() * 2 ** 53);
  let looking;
  const lookAfter = (ms) => {
    clearTimeout(looking);
    if (shown !== undefined) looking = setTimeout(look, ms);
  };
  // An answer that never comes does not end the looking.
  const look = async () => {
    if (lives()) return;
    lookAfter(EVERY_MS);
    try {
      const { view } = document.querySelector("main").dataset;
      const signal = AbortSignal.timeout?.(EVERY_MS - 1000);
      const answer = await fetch(`/t/${code}/state?view=${view}&seat=${seat}`, { signal });
      // A server that is busy, or a proxy in its place, says nothing of the talk.
      if (!answer.ok && answer.status !== 404) return;
      const { epoch, revision } = await answer.json();
      if (shown !== `${epoch}-${revision}` && !lives()) location.reload();
    } catch {
      // Without the server it stays as it is, and says nothing that is not so.
    }
  };
  lookAfter(PATIENCE_MS);
  setTimeout(() => {
    try {
      sessionStorage.removeItem(RELOADED);
    } catch {
      // Nor was it kept.
    }
  }, RELOAD_APART_MS);
  const say = (sentence) => {
    const said = document.querySelector(".link-badge > span");
    if (said) said.textContent = sentence;
  };
  addEventListener("unhandledrejection", () => lives() || lookAfter(EVERY_MS));

  // The elements that an island counts, by their places. A toolbar that an extension has put among them
  // would be written into in the place of the page's own: it is put behind the page. A page that lacks
  // one is nothing to be taken over.
  const OWN = {
    "": "main",
    "[data-view=follow]": "h1 .slide [aria-live] footer",
    "[data-view=back]": "leptos-children footer",
    "[data-view=back] .place": "span span",
    ".project": "h1 .slide [aria-live] .link-badge leptos-children",
    ".present": "header .now .then .notes .keeps .hint leptos-children",
    ".present > header": "h1 .link-badge .room .clock .place",
    "header > .clock": "span span span span",
    ".now": ".slide [aria-live]",
    ".then": ".mini p",
    ".mini": ".face",
    "main > .notes": "p",
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
      // A browser that keeps nothing: its page stays as it is.
      return undefined;
    }
  };

  // The island calls this as its last act. A new one may do better. When that has panicked, too, the page
  // is loaded once more and left as the server made it, because what half an island has done to it is
  // nothing to be used. Each only when the server is there, or the browser's own error page would be all
  // that is left.
  globalThis.islandPanicked = async (why) => {
    console.warn(`WebSlides begins anew: ${why}`);
    const page = document.querySelector("main");
    page.dataset.live = "stale";
    delete page.dataset.hydrated;
    say("Reconnecting. You may be a slide behind.");
    // What is left of the island hears nothing more: forms go their own way.
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
