(() => {
  const box = document.querySelector('.import');
  if (box.hidden) return;
  const [bar, said, list] = ['progress', 'p', '.tiles'].map((it) => box.querySelector(it));
  const left = document.querySelector('.warnings');
  const show = ({ title, ready, picture }, at) => {
    const tile = list.children[at];
    // The element, not a child node: the renderer leaves comments.
    if (!ready || !tile || tile.childElementCount) return;
    const small = document.createElement(picture ? 'img' : 'span');
    Object.assign(small, picture ? { alt: title, loading: 'lazy', src: picture } : { textContent: title });
    tile.append(small);
  };
  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };
  const list_of = (kinds) =>
    element(
      'ul',
      ...kinds.map(({ sentence, each }) => {
        const items = each.map((text) => element('li', text));
        const all = items.length ? [element('details', element('summary', 'Each one'), element('ul', ...items))] : [];
        return element('li', sentence, ...all);
      }),
    );
  // One request at a time; events meanwhile cause one more.
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
      // As the page itself shows them; an open list stays open.
      if (whole || !left.querySelector('details[open]')) left.querySelector('div').replaceChildren(list_of(warnings));
      done = whole;
      if (whole) {
        close();
        clearInterval(asked);
      }
    } catch {
      // Tries again. A long answer that arrives slowly may take its time.
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
  // A stream that a proxy answered with an error is closed for good, so another one is opened. Hidden tabs
  // close theirs: over HTTP/1.1 a browser has six connections to a server, for all of its tabs.
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
  // A virus scanner or a proxy may withhold or refuse the stream.
  const asked = setInterval(() => document.hidden || asking || look(), 5000);
  addEventListener('visibilitychange', open);
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => persisted && open());
})();
