(() => {
  const box = document.querySelector('.import');
  if (box.hidden) return;
  const [bar, said] = [box.querySelector('progress'), box.querySelector('p')];
  const source = new EventSource(box.dataset.events);
  source.addEventListener('presence', ({ data }) => {
    const { ready } = JSON.parse(data);
    bar.value = ready;
    said.textContent = ready < bar.max ? `${ready} of ${bar.max} slides are ready.` : 'All slides are ready.';
    if (ready >= bar.max) source.close();
  });
})();
