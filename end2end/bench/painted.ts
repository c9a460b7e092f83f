import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type Page, expect, test } from '@playwright/test';
import { LAPTOP, PHONE, PROJECTOR, isLive, next } from '../tests/room.ts';
import { type Links, Server } from '../tests/server.ts';
import { slowNetwork } from './slow-network.ts';
import { type Watch, type What, watch } from './watch.ts';

// The time from a tap on the phone's Next to the new slide on the projector, on a follower and on the
// phone itself, all in one browser on one machine. See watch.ts for what is measured.

const SLIDES = 24;

/**
 * The network's round trip, the same for all three: a tap's way is one half of it, its slide's the
 * other. And the remote alone, as on a phone of its own: beside the others it waits for their pixels.
 */
const NETWORKS: { roundTripMs: number; taps: number; alone?: true }[] = [
  { roundTripMs: 0, taps: 200, alone: true },
  { roundTripMs: 0, taps: 200 },
  { roundTripMs: 100, taps: 60 },
  { roundTripMs: 400, taps: 60 },
];

/** How long a finger stays on a button. */
const TOUCH_MS = 60;

const FIGURES: { name: string; from: What; to: What; on: 'phone' | 'projector' | 'follower' }[] = [
  { name: 'projector: frame ready', from: 'lifted', to: 'slide', on: 'projector' },
  { name: 'projector: on the screen', from: 'lifted', to: 'seen', on: 'projector' },
  { name: 'follower: frame ready', from: 'lifted', to: 'slide', on: 'follower' },
  { name: 'follower: on the screen', from: 'lifted', to: 'seen', on: 'follower' },
  { name: 'remote: button down', from: 'touched', to: 'pressed', on: 'phone' },
  { name: 'remote: slide number', from: 'lifted', to: 'place', on: 'phone' },
  { name: 'remote: slide', from: 'lifted', to: 'slide', on: 'phone' },
];

declare const watched: Watch;

test('tap to painted', async ({ browser }) => {
  const server = new Server();
  try {
    const deck = await drawDeck(browser, join(server.directory, 'deck'));
    const links = await server.start([deck]);
    say(`\n${SLIDES} pictures of 1920 x 1080, the next one preloaded; milliseconds`);
    await measureFloor(browser, NETWORKS[0]!.taps);
    for (const network of NETWORKS) await measure(browser, links, network);
  } finally {
    await server.kill();
    server.remove();
  }
});

async function measure(
  browser: Browser,
  links: Links,
  { roundTripMs, taps, alone }: (typeof NETWORKS)[number],
): Promise<void> {
  const direct = Number(new URL(links.audience).port);
  const network = roundTripMs > 0 ? await slowNetwork(direct, roundTripMs / 2) : { port: direct, close() {} };
  const open = async (link: string, options: typeof PHONE | typeof LAPTOP) => {
    const page = await (await browser.newContext(options)).newPage();
    await page.addInitScript(watch);
    const url = new URL(link);
    url.port = String(network.port);
    await page.goto(url.href);
    await isLive(page);
    return page;
  };
  const phone = await open(links.presenter, PHONE);
  const people = new Map([['phone', phone]]);
  if (!alone) {
    people.set('projector', await open(links.projector, PROJECTOR));
    people.set('follower', await open(links.audience, LAPTOP));
  }
  const pages = [...people.values()];
  await imported(phone, new URL(`/t/${links.code}/slides`, phone.url()));
  const finger = await Finger.over(phone);
  const figures = FIGURES.filter(({ on }) => people.has(on));
  const measured = figures.map(() => [] as number[]);
  // The first round is warm-up and does not count: pictures are not fetched, code has not run.
  let at = SLIDES;
  for (let tap = 1 - SLIDES; tap < taps; tap += 1) {
    if (at === SLIDES) {
      await phone.keyboard.press('Home');
      await settle(pages, 1, roundTripMs);
      // One at a time: each waits until the clock ticks, and would hold up the others.
      for (const page of pages) await page.evaluate(() => watched.setClock());
      at = 1;
    }
    await Promise.all(pages.map((page) => page.evaluate(() => watched.forget())));
    await finger.tap();
    const values = await Promise.all(
      figures.map(async ({ from, to, on }) => (await when(people.get(on)!, to)) - (await when(phone, from))),
    );
    if (tap >= 0) values.forEach((value, index) => measured[index]!.push(value));
    at += 1;
    await settle(pages, at, roundTripMs);
  }
  const wire = roundTripMs > 0 ? `a round trip of ${roundTripMs} ms` : 'loopback';
  const way = alone ? `${wire}, the remote alone` : wire;
  head(`${taps} taps, ${way}`);
  figures.forEach(({ name }, index) => figure(name, measured[index]!));
  for (const page of pages) await page.context().close();
  network.close();
}

/** The baseline: a page with one button and nothing else. */
const BARE = `data:text/html,<meta name="viewport" content="width=device-width">
  <style>button { position: fixed; inset: 50%25 0 0 } .pressed { filter: brightness(0.85) }</style>
  <button>Next</button>
  <script>
    const { classList } = document.querySelector('button');
    addEventListener('pointerdown', () => classList.add('pressed'));
    addEventListener('pointerup', () => classList.remove('pressed'));
  </script>`;

async function measureFloor(browser: Browser, taps: number): Promise<void> {
  const page = await (await browser.newContext(PHONE)).newPage();
  await page.addInitScript(watch);
  await page.goto(BARE);
  const finger = await Finger.over(page);
  const values: number[] = [];
  for (let tap = 0; tap < taps; tap += 1) {
    await page.evaluate(() => watched.forget());
    await finger.tap();
    values.push((await when(page, 'pressed')) - (await when(page, 'touched')));
    // Of any length, or taps would keep the frames' pace.
    await page.waitForTimeout(100 + 100 * Math.random());
  }
  head(`${taps} taps, a page with one button`);
  figure('bare page: button down', values);
  await page.context().close();
}

const head = (words: string) => say(`${words.padEnd(36)}    p50    p99    max`);

function figure(name: string, values: number[]): void {
  const sorted = values.sort((a, b) => a - b);
  const share = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]!.toFixed(1).padStart(7);
  say(`  ${name.padEnd(36)}${share(0.5)}${share(0.99)}${share(1)}`);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

const when = (page: Page, what: What) => page.evaluate((what) => watched.when(what), what);

/**
 * Waits until all pages show the slide and have loaded the next one, and then for a random time: otherwise
 * taps would fall in step with frames.
 */
async function settle(pages: Page[], slide: number, roundTripMs: number): Promise<void> {
  for (const page of pages) await expect(page.locator('.slide')).toHaveAttribute('data-slide', String(slide));
  await pages[0]!.waitForTimeout(100 + roundTripMs);
  for (const page of pages) await page.waitForFunction(() => watched.isSettled());
  await pages[0]!.waitForTimeout(100 * Math.random());
}

async function imported(phone: Page, slides: URL): Promise<void> {
  type Deck = { slides: { faces: { renditions?: unknown[] }[] }[] };
  const isWhole = async () => {
    const deck: Deck = await (await phone.request.get(slides.href)).json();
    return deck.slides.every((slide) => slide.faces.every((face) => face.renditions?.length));
  };
  await expect.poll(isWhole, { timeout: 60_000 }).toBe(true);
}

/** A finger over Next, as the browser's own input. Playwright's tap lifts it at once. */
class Finger {
  private constructor(
    private readonly page: Page,
    private readonly send: (type: 'touchStart' | 'touchEnd', points: { x: number; y: number }[]) => Promise<unknown>,
    private readonly at: { x: number; y: number },
  ) {}

  static async over(page: Page): Promise<Finger> {
    const client = await page.context().newCDPSession(page);
    const { x, y, width, height } = (await next(page).boundingBox())!;
    return new Finger(
      page,
      (type, touchPoints) => client.send('Input.dispatchTouchEvent', { type, touchPoints }),
      { x: x + width / 2, y: y + height / 2 },
    );
  }

  async tap(): Promise<void> {
    await this.send('touchStart', [this.at]);
    await this.page.waitForTimeout(TOUCH_MS);
    await this.send('touchEnd', []);
  }
}

/** Slides as people make them: a ground, a picture, words. A folder with one file for each. */
async function drawDeck(browser: Browser, folder: string): Promise<string> {
  mkdirSync(folder);
  const page = await browser.newPage(PROJECTOR);
  for (let slide = 1; slide <= SLIDES; slide += 1) {
    const hue = (slide * 47) % 360;
    const bubbles = Array.from({ length: 60 }, (_, index) => {
      const [x, y, r] = [(index * 193 * slide) % 1920, (index * 71 * slide) % 1080, 20 + ((index * 37) % 140)];
      return `<circle cx="${x}" cy="${y}" r="${r}" fill="hsl(${hue + index} 70% 50% / 0.3)"/>`;
    });
    await page.setContent(`
      <body style="margin:0;background:linear-gradient(${hue}deg,hsl(${hue} 60% 20%),hsl(${hue + 60} 60% 45%))">
      <svg width="1920" height="1080" style="position:absolute">${bubbles.join('')}</svg>
      <h1 style="position:absolute;margin:120px;font:bold 120px sans-serif;color:#fff">Slide ${slide}</h1>
      <p style="position:absolute;margin:320px 120px;width:1400px;font:48px/1.6 sans-serif;color:#fff">
        ${'What is said here is longer than a slide should be. '.repeat(8)}</p>`);
    await page.screenshot({ path: join(folder, `${String(slide).padStart(2, '0')}.png`) });
  }
  await page.context().close();
  return folder;
}
