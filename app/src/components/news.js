(() => {
  const page = document.querySelector('main');
  const said = page.querySelector('.said');
  let expiry;
  const hasOpenSheet = (part) => {
    try {
      return part.querySelector('[popover]:popover-open');
    } catch {
      // A browser without popovers.
      return part.querySelector('[popover].open');
    }
  };
  /** A part as the server renders it. */
  const closed = (part) => {
    const copy = part.cloneNode(true);
    for (const list of copy.querySelectorAll('details')) list.open = false;
    return copy.innerHTML;
  };
  // The server renders what is new; this puts it in place.
  const take = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    for (const part of page.querySelectorAll('[data-news]')) {
      const newer = fresh.getElementById(part.id);
      // An open menu or question stays as it is, and an open list stays open.
      if (!newer || newer.innerHTML === closed(part) || hasOpenSheet(part)) continue;
      const lists = [...part.querySelectorAll('details')].map(({ open }) => open);
      const hadFocus = part.contains(document.activeElement);
      part.innerHTML = newer.innerHTML;
      part.querySelectorAll('details').forEach((list, at) => (list.open = lists[at] ?? false));
      if (hadFocus) part.querySelector('a, button')?.focus();
    }
    // Nothing tells of the end of a link's time.
    clearTimeout(expiry);
    const left = page.querySelector('[data-left]')?.dataset.left;
    if (left) expiry = setTimeout(look, Math.min(1000 * left + 500, 60_000));
  };
  // One request at a time; events meanwhile cause one more.
  let asking = false;
  let more = false;
  const ask = async (address, options) => {
    asking = true;
    more = false;
    try {
      const answer = await fetch(address, {
        ...options,
        headers: { accept: 'text/html' },
        signal: AbortSignal.timeout(30_000),
      });
      if (!answer.ok) throw answer.status;
      take(await answer.text());
      return true;
    } catch {
      return false;
    } finally {
      asking = false;
      if (more) look();
    }
  };
  const look = () => {
    more = asking;
    if (!asking) ask(location.pathname);
  };
  page.addEventListener('submit', async (event) => {
    const form = event.target;
    if (!form.closest('[data-news]') || form.matches('[data-leaves]')) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    const isDone = await ask(form.action, { method: 'POST', body });
    if (said) said.textContent = isDone ? '' : 'The server did not do it. Try again.';
  });
  take(document.documentElement.outerHTML);

  // A stream that a proxy answered with an error is closed for good, so another one is opened. Hidden tabs
  // close theirs: over HTTP/1.1 a browser has six connections to a server, for all of its tabs.
  let source, opening;
  const close = () => {
    clearTimeout(opening);
    source?.close();
  };
  const listen = () => {
    close();
    if (document.hidden || !page.dataset.events) return;
    source = new EventSource(page.dataset.events);
    source.addEventListener('presence', look);
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) opening = setTimeout(listen, 2000);
    });
  };
  listen();
  // A virus scanner or a proxy may withhold or refuse the stream.
  setInterval(() => document.hidden || look(), 5000);
  addEventListener('visibilitychange', () => {
    listen();
    document.hidden || look();
  });
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => persisted && listen());
})();
