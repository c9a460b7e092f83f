// The page's life without its WASM: the venue's proxy may keep that out or never answer, or an
// extension may have rewritten the page under it. Then the page asks whether the talk has moved, and
// loads anew when it has.
{
  const EVERY_MS = 5000;
  // A WASM that is on its way so long may never come.
  const PATIENCE_MS = 10000;
  const RELOADED = "webslides-reloaded";
  const [, , code] = location.pathname.split("/");
  const lives = () => document.querySelector('main[data-hydrated]');
  let looking;
  const look = async () => {
    if (lives()) return;
    try {
      const { revision } = await (await fetch(`/t/${code}/state`)).json();
      const shown = document.querySelector("[data-revision]")?.dataset.revision;
      if (shown !== String(revision) && !lives()) location.reload();
    } catch {
      // Without the server it stays as it is, and says nothing that is not so.
    }
    looking = setTimeout(look, EVERY_MS);
  };
  const lookAfter = (ms) => {
    clearTimeout(looking);
    looking = setTimeout(look, ms);
  };
  lookAfter(PATIENCE_MS);
  addEventListener("unhandledrejection", () => lives() || lookAfter(EVERY_MS));

  // The island calls this as its last act. At most once a minute a new one may do better.
  globalThis.islandPanicked = (why) => {
    console.warn(`WebSlides begins anew: ${why}`);
    const page = document.querySelector("main");
    page.dataset.live = "stale";
    delete page.dataset.hydrated;
    const said = page.querySelector(".link-badge > span");
    if (said) said.textContent = "Reconnecting. You may be a slide behind.";
    let before = 0;
    try {
      before = Number(sessionStorage.getItem(RELOADED));
      sessionStorage.setItem(RELOADED, Date.now());
    } catch {
      // A browser that keeps nothing: then as if it had been tried.
      before = Date.now();
    }
    if (Date.now() - before > 60000) location.reload();
    else lookAfter(EVERY_MS);
  };
}
