/** The times of events in a page since `forget`, in milliseconds of wall-clock time. */
export interface Watch {
  forget(): void;
  /** When `what` happened, once it has. */
  when(what: What): Promise<number>;
  /** Whether all pictures that were asked for are decoded. */
  isSettled(): boolean;
  setClock(): void;
}

/**
 * A finger `touched` and was `lifted`: the events' own times, before the page's listeners ran. A frame was
 * ready that shows the button `pressed`, the new number (`place`) or the new `slide`. The slide's picture
 * was `seen` on the screen.
 */
export type What = 'touched' | 'lifted' | 'pressed' | 'place' | 'slide' | 'seen';

/**
 * Runs in a page before the page's own scripts.
 *
 * A frame is **ready** when a message comes that was sent in the first animation frame after the
 * change: by then that frame's style, layout and paint are done and the compositor has them.
 * **Seen** is Element Timing's time for the slide's picture: the compositor has drawn it and the screen
 * has taken it. This browser draws the pixels of all pages without a GPU, on the same few cores: `ready`
 * depends on the page, `seen` on the machine, too.
 */
export function watch(): void {
  // A room's fetches ahead are spread over 1.5 s, which each tap would have to wait for.
  const random = Math.random;
  Math.random = () => random() / 100;

  let decoding = 0;
  const decode = HTMLImageElement.prototype.decode;
  HTMLImageElement.prototype.decode = function () {
    decoding += 1;
    return decode.call(this).finally(() => (decoding -= 1));
  };

  let ahead = 0;
  const times = new Map<What, number>();
  const waiting = new EventTarget();
  const happened = (what: What, at: number) => {
    times.set(what, at);
    waiting.dispatchEvent(new Event(what));
  };
  const onceReady = (what: What) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => happened(what, performance.now());
      port2.postMessage(null);
    });

  const shown = new Map<What, string | null | undefined>();
  const look = () => {
    const slide = document.querySelector('.slide');
    const place = document.querySelector('.place')?.textContent;
    for (const [what, now] of [['slide', slide?.getAttribute('data-slide')], ['place', place]] as const) {
      if (shown.get(what) !== now) onceReady(what);
      shown.set(what, now);
    }
    slide?.querySelector('.face img')?.setAttribute('elementtiming', 'seen');
  };
  const options = { subtree: true, childList: true, characterData: true, attributeFilter: ['data-slide'] };
  new MutationObserver(look).observe(document, options);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      happened('seen', (entry as PerformanceEntry & { renderTime: number }).renderTime);
    }
  }).observe({ type: 'element' });

  const first = { capture: true, passive: true };
  addEventListener('touchend', (event) => happened('lifted', event.timeStamp), first);
  addEventListener('touchstart', (event) => {
    happened('touched', event.timeStamp);
    const button = (event.target as Element).closest('button')!;
    const look = () => {
      if (button.matches('.pressed, :active')) onceReady('pressed');
      else if (performance.now() < event.timeStamp + 500) requestAnimationFrame(look);
      else happened('pressed', Infinity);
    };
    // After the page's own listeners.
    queueMicrotask(look);
  }, first);

  const it: Watch = {
    forget: () => times.clear(),
    async when(what) {
      if (!times.has(what)) await new Promise((resolve) => waiting.addEventListener(what, resolve, { once: true }));
      return ahead + times.get(what)!;
    },
    isSettled: () => decoding === 0,
    // `performance.timeOrigin` may be off by a millisecond or two. At a tick of the wall clock the
    // difference of the two clocks is exact. Reading it late makes it smaller, so the largest counts.
    setClock() {
      ahead = -Infinity;
      for (let tick = 0; tick < 20; tick += 1) {
        const before = Date.now();
        let now = before;
        while (now === before) now = Date.now();
        ahead = Math.max(ahead, now - performance.now());
      }
    },
  };
  Object.assign(globalThis, { watched: it });
}
