// Keeps the list of talks up to date: the counts by themselves, and all of it when a talk came, began or went.
(() => {
  const part = document.querySelector('#talks');
  const isOpen = () => {
    try {
      return part.querySelector('[popover]:popover-open');
    } catch {
      // A browser without popovers.
      return part.querySelector('[popover].open');
    }
  };
  const get = async (address) => {
    const answer = await fetch(address, { signal: AbortSignal.timeout?.(8000) });
    if (!answer.ok) throw answer.status;
    return answer;
  };
  const write = (line, selector, text) => {
    const found = line.querySelector(selector);
    if (found.textContent !== text) found.textContent = text;
  };
  const take = async (talks) => {
    const lines = [...part.querySelectorAll('[data-code]')];
    const isSame = talks.length === lines.length && talks.every(({ same }, at) => lines[at].dataset.same === same);
    if (isSame) {
      for (const [at, { position, here }] of talks.entries()) {
        write(lines[at], '.position', position);
        write(lines[at], '.here', here);
      }
    } else if (!isOpen()) {
      const page = new DOMParser().parseFromString(await (await get(location.pathname)).text(), 'text/html');
      const fresh = page.querySelector('#talks');
      if (!fresh || isOpen()) return;
      const { activeElement } = document;
      const focused = part.contains(activeElement) && activeElement.closest('[data-code]').dataset.code;
      part.innerHTML = fresh.innerHTML;
      if (focused) part.querySelector(`[data-code="${focused}"] .more`)?.focus();
    }
  };
  let looking;
  const look = async () => {
    clearTimeout(looking);
    if (document.hidden) return;
    // The next one first: an answer may never come.
    looking = setTimeout(look, 3000);
    try {
      await take(await (await get(part.dataset.talks)).json());
    } catch {
      // Asks again.
    }
  };
  looking = setTimeout(look, 3000);
  addEventListener('visibilitychange', look);
  addEventListener('pageshow', ({ persisted }) => persisted && look());
  addEventListener('pagehide', () => clearTimeout(looking));
})();
