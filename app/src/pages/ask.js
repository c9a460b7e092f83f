// Asks what became of the request, and shows it. The server renders what is new.
(() => {
  const page = document.querySelector('main.ask');
  let looking;
  const look = async () => {
    clearTimeout(looking);
    // A hidden page asks when it is looked at again.
    if (document.hidden || !('waits' in page.dataset)) return;
    // The next one first: an answer may never come.
    looking = setTimeout(look, 2000);
    try {
      const answer = await fetch(location.pathname, { signal: AbortSignal.timeout?.(8000) });
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
      // An error of a proxy is no page of ours.
      if (!fresh) return;
      if (answer.redirected || !fresh.matches('.ask')) return location.replace(answer.url);
      if (fresh.querySelector('h1').textContent !== page.querySelector('h1').textContent) {
        location.reload();
      }
    } catch {
      // Asks again.
    }
  };
  addEventListener('visibilitychange', look);
  addEventListener('pageshow', look);
})();
