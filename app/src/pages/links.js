(() => {
  const box = document.querySelector('.import');
  if (box.hidden) return;
  const [bar, said, list] = ['progress', 'p', '.tiles'].map((it) => box.querySelector(it));
  const left = document.querySelector('.warnings');
  const show = ({ title, ready, picture }, at) => {
    const tile = list.children[at];
    // Its own element or none: what renders the page leaves comments.
    if (!ready || !tile || tile.childElementCount) return;
    const small = document.createElement(picture ? 'img' : 'span');
    Object.assign(small, picture ? { alt: title, loading: 'lazy', src: picture } : { textContent: title });
    tile.append(small);
  };
  // One question at a time; what comes meanwhile is asked for after it.
  let asking = false;
  let done = false;
  let patience = 4000;
  let source, opening;
  let more = false;
  const look = async () => {
    more = asking;
    if (asking) return;
    asking = true;
    const given = new AbortController();
    const limit = setTimeout(() => given.abort(), patience);
    try {
      const answer = await fetch(box.dataset.import, { signal: given.signal });
      const { whole, slides, warnings } = await answer.json();
      slides.forEach(show);
      const ready = slides.filter((slide) => slide.ready).length;
      bar.value = ready;
      const about = warnings.length ? ' Remarks are below.' : '';
      const rest = ready === slides.length ? ' Their pictures are on the way.' : '';
      said.textContent = whole ? `All slides are ready.${about}` : `${ready} of ${bar.max} slides are ready.${rest}`;
      left.hidden = !warnings.length;
      left.querySelector('ul').replaceChildren(
        ...warnings.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
      );
      done = whole;
      if (whole) {
        close();
        clearInterval(asked);
      }
    } catch {
      // It is asked again. A long answer that comes slowly gets the time that it takes.
      if (given.signal.aborted) patience = Math.min(2 * patience, 30_000);
    }
    clearTimeout(limit);
    asking = false;
    if (more) look();
  };
  const close = () => {
    clearTimeout(opening);
    source?.close();
  };
  // One that a proxy answered with an error is closed for good: then another one is opened. Over HTTP/1.1
  // a browser has six connections to a server, for all of its tabs: one that nobody sees takes none.
  const open = () => {
    close();
    if (done || document.hidden) return;
    source = new EventSource(box.dataset.events);
    source.addEventListener('presence', look);
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) opening = setTimeout(open, 2000);
    });
  };
  open();
  // The stream may be withheld or refused, by a virus scanner or a proxy.
  const asked = setInterval(() => document.hidden || asking || look(), 5000);
  addEventListener('visibilitychange', open);
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => persisted && open());
})();
