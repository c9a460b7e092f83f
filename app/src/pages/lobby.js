(() => {
  const lobby = document.querySelector('.lobby');
  // The first link is made without a tap.
  lobby.querySelector('[data-makes]')?.requestSubmit();

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
})();
