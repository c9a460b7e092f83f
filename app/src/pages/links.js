(() => {
  const box = document.querySelector('.import');
  if (box.hidden) return;
  const [bar, said, list] = ['progress', 'p', '.tiles'].map((it) => box.querySelector(it));
  const left = document.querySelector('.warnings');
  const source = new EventSource(box.dataset.events);
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
  let more = false;
  const look = async () => {
    more = asking;
    if (asking) return;
    asking = true;
    try {
      const { slides, warnings } = await (await fetch(box.dataset.import)).json();
      slides.forEach(show);
      const ready = slides.filter((slide) => slide.ready).length;
      const whole = ready === slides.length;
      bar.value = ready;
      const about = warnings.length ? ' Remarks are below.' : '';
      said.textContent = whole ? `All slides are ready.${about}` : `${ready} of ${bar.max} slides are ready.`;
      left.hidden = !warnings.length;
      left.querySelector('ul').replaceChildren(
        ...warnings.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
      );
      if (whole) source.close();
    } catch {
      // The stream comes back when the network does, and says how far it is.
    }
    asking = false;
    if (more) look();
  };
  source.addEventListener('presence', look);
})();
