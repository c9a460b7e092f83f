(() => {
  const lobby = document.querySelector('.lobby');
  const said = lobby.querySelector('.said');
  let expiry;
  // The server renders what is new; this puts it in place.
  const take = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    for (const part of lobby.querySelectorAll('[data-news]')) {
      const newer = fresh.getElementById(part.id);
      if (!newer || newer.innerHTML === part.innerHTML) continue;
      const hadFocus = part.contains(document.activeElement);
      part.innerHTML = newer.innerHTML;
      if (hadFocus) part.querySelector('a, button')?.focus();
    }
    // Nothing tells of the end of a link's time.
    clearTimeout(expiry);
    const left = lobby.querySelector('[data-left]')?.dataset.left;
    if (left) expiry = setTimeout(look, Math.min(1000 * left + 500, 60_000));
  };
  // One request at a time; events meanwhile cause one more.
  let asking = false;
  let more = false;
  const ask = async (address, options) => {
    asking = true;
    more = false;
    try {
      const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(30_000) });
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
    if (!asking) ask(location.href);
  };
  const pair = async (form) => {
    const isMade = await ask(form.action, { method: 'POST' });
    said.textContent = isMade ? '' : 'The server made no new link. Try again.';
  };
  lobby.addEventListener('submit', (event) => {
    event.preventDefault();
    pair(event.target);
  });
  const first = lobby.querySelector('[data-makes]');
  if (first) pair(first);
  else take(document.documentElement.outerHTML);

  // In full screen within this page: a tap here gives no other window the right to fill the screen.
  const show = lobby.querySelector('#show');
  show.addEventListener('click', async (event) => {
    const wantsTab = event.ctrlKey || event.metaKey || event.shiftKey;
    if (wantsTab || !document.fullscreenEnabled) return;
    event.preventDefault();
    const screen = document.createElement('iframe');
    Object.assign(screen, { src: show.href, title: 'Projector', className: 'projector' });
    document.body.append(screen);
    try {
      await screen.requestFullscreen();
      screen.focus();
    } catch {
      screen.remove();
      open(show.href) ?? location.assign(show.href);
    }
  });
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement) document.querySelector('iframe.projector')?.remove();
  });

  // A stream that a proxy answered with an error is closed for good, so another one is opened. Hidden tabs
  // close theirs: over HTTP/1.1 a browser has six connections to a server, for all of its tabs.
  let source, opening;
  const close = () => {
    clearTimeout(opening);
    source?.close();
  };
  const listen = () => {
    close();
    if (document.hidden) return;
    source = new EventSource(lobby.dataset.events);
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
