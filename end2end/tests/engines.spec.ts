import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Between } from './between.ts';
import { BLACK, EVERYWHERE, WHITE, colours } from './colours.ts';
import { Browser, type EngineName } from './engine.ts';
import { LAPTOP, PHONE, expect, isLive, next, sees, test as inRoom } from './room.ts';
import { translate } from './translator.ts';

// The main journeys in other engines: Gecko is Firefox', and WebKit is Safari's and
// every iPhone browser's.

interface Engine {
  engine: EngineName;
  /** Opens `url` in this engine. Errors in the browser fail the test. */
  open: (url: string, window?: typeof LAPTOP, options?: Parameters<Browser['start']>[1]) => Promise<Browser>;
}

const test = inRoom.extend<Engine>({
  engine: ['Firefox', { option: true }],
  open: async ({ engine }, use) => {
    const browsers: Browser[] = [];
    try {
      await use(async (url, { viewport } = LAPTOP, options = {}) => {
        const browser = new Browser(engine);
        browsers.push(browser);
        await browser.start(viewport, options);
        await browser.goto(url);
        return browser;
      });
      const errors = await Promise.all(browsers.map((browser) => browser.errors()));
      expect(errors.flat(), `errors in ${engine}`).toEqual([]);
    } finally {
      for (const browser of browsers) await browser.end();
    }
  },
});

// Each person is a whole browser, which takes seconds to start.
test.describe.configure({ timeout: 120_000 });

/** The page's slide, and whether it is live and painted. */
function look() {
  const main = document.querySelector('main');
  const slide = document.querySelector<HTMLElement>('.slide');
  const pictures = [...document.querySelectorAll<HTMLImageElement>('.slide img')];
  return {
    live: main?.hasAttribute('data-hydrated') && main.dataset.live,
    slide: Number(slide?.dataset.slide),
    screen: slide?.dataset.screen,
    painted: pictures.length === 1 && pictures[0].complete && pictures[0].naturalWidth > 0,
  };
}

async function shows(browser: Browser, slide: number, screen = 'live'): Promise<void> {
  await expect.poll(() => browser.evaluate(look)).toEqual({ live: 'live', slide, screen, painted: true });
}

/** The name of the open sheet. */
const sheet = (browser: Browser) =>
  browser.evaluate(() => document.querySelector(':popover-open')?.getAttribute('aria-label') ?? null);

for (const engine of ['Firefox', 'WebKit'] as const) {
  test.describe(engine, () => {
    test.use({ engine });

    test('a tap moves every screen', async ({ room, open }) => {
      const [phone, laptop] = [await open(room.links.presenter, PHONE), await open(room.links.audience)];
      const follower = await room.follower();
      await isLive(follower);
      for (const browser of [phone, laptop]) await shows(browser, 1);
      for (const [name, slide] of [['Next', 2], ['Next', 3], ['Previous', 2]] as const) {
        await phone.click(name);
        for (const browser of [phone, laptop]) await shows(browser, slide);
        await sees(follower, slide);
      }
    });

    test('a keyboard drives the talk', async ({ room, open }) => {
      const laptop = await open(room.links.presenter);
      const follower = await room.follower();
      await isLive(follower);
      await shows(laptop, 1);
      for (const [key, slide] of [['Space', 2], ['PageDown', 3], ['PageUp', 2]] as const) {
        await laptop.press(key);
        await sees(follower, slide);
      }
      for (const key of ['5', 'Enter']) await laptop.press(key);
      await sees(follower, 5);
      await laptop.press('b');
      await shows(laptop, 5, 'black');
      await expect(follower.locator('.slide')).toHaveAttribute('data-screen', 'black');
      await laptop.press('b');
      await shows(laptop, 5);
      await laptop.press('s');
      await expect.poll(() => sheet(laptop)).toBe('All slides');
      await laptop.press('Escape');
      await expect.poll(() => sheet(laptop)).toBe(null);
      await shows(laptop, 5);
    });

    test('the focus that a mouse leaves behind takes no key of a clicker', async ({ room, open }) => {
      const laptop = await open(room.links.presenter);
      await shows(laptop, 1);
      await laptop.click('More');
      await expect.poll(() => sheet(laptop)).toBe('More');
      await laptop.press('Escape');
      await expect.poll(() => sheet(laptop)).toBe(null);
      await laptop.press('Space');
      await shows(laptop, 2);
      expect(await sheet(laptop)).toBe(null);
      await laptop.clickAt('.notes');
      await laptop.press('ArrowDown');
      await shows(laptop, 3);
      // And its choice.
      await laptop.click('More');
      await expect.poll(() => sheet(laptop)).toBe('More');
      await laptop.clickAt('[value=pencil]');
      await laptop.press('Escape');
      await expect.poll(() => sheet(laptop)).toBe(null);
      await laptop.press('ArrowRight');
      await shows(laptop, 4);
      expect(await laptop.evaluate(() => document.querySelector('[name=tool]:checked')?.getAttribute('value'))).toBe('pencil');
    });

    test('an Enter that ends a word of an input method chooses nothing', async ({ room, open }) => {
      const laptop = await open(room.links.presenter);
      await shows(laptop, 1);
      await laptop.press('s');
      await expect.poll(() => sheet(laptop)).toBe('All slides');
      /** The number of slides that are chosen after it. */
      const press = (isComposing: boolean, keyCode: number) =>
        laptop.evaluate((isComposing, keyCode) => {
          const init = { key: 'Enter', code: 'Enter', keyCode, isComposing, bubbles: true, cancelable: true };
          document.querySelector('#all-slides [type=search]')!.dispatchEvent(new KeyboardEvent('keydown', init));
          return document.querySelectorAll('#all-slides :checked').length;
        }, isComposing, keyCode);
      // Safari sends it after the composed word.
      for (const isComposing of [true, false]) expect(await press(isComposing, 229)).toBe(0);
      expect(await press(false, 13)).toBe(1);
    });

    for (const way of ['withheld', 'refused'] as const)
      test(`a stream that is ${way} is made good by asking`, async ({ room, open }) => {
        const between = await Between.theServerOf(room.links.audience, way);
        try {
          const [laptop, phone] = [await open(between.link(room.links.audience)), await room.presenter()];
          await isLive(phone);
          for (const slide of [2, 3]) {
            await next(phone).tap();
            await shows(laptop, slide);
          }
          expect(between.streams).toBeGreaterThan(0);
        } finally {
          between.close();
        }
      });

    test('a frozen room keeps its slide', async ({ room, open }) => {
      const phone = await open(room.links.presenter, PHONE);
      const follower = await room.follower();
      await isLive(follower);
      await shows(phone, 1);
      await phone.click('Freeze');
      await shows(phone, 1, 'frozen');
      await phone.click('Next');
      await shows(phone, 2, 'frozen');
      await sees(follower, 1);
      await phone.click('Freeze');
      await shows(phone, 2);
      await sees(follower, 2);
    });

    test('a follower comes back when the server does', async ({ room, open }) => {
      room.allow(/net::ERR_/);
      const laptop = await open(room.links.audience);
      const phone = await room.presenter();
      await isLive(phone);
      await shows(laptop, 1);
      await room.server.kill();
      await expect.poll(async () => (await laptop.evaluate(look)).live).not.toBe('live');
      await expect(phone.locator('main')).not.toHaveAttribute('data-live', 'live');
      await room.server.start();
      await isLive(phone);
      await next(phone).tap();
      await shows(laptop, 2);
    });

    test('words live on a page that a translator has rewritten', async ({ room, open }) => {
      const [phone, laptop] = [await open(room.links.presenter, PHONE), await open(room.links.audience)];
      for (const browser of [phone, laptop]) await shows(browser, 1);
      for (const browser of [phone, laptop]) await browser.evaluate(translate);
      await phone.click('Next');
      for (const browser of [phone, laptop]) {
        await shows(browser, 2);
        const place = () => document.querySelector('.place')!.textContent;
        await expect.poll(() => browser.evaluate(place)).toBe('2 of 6');
      }
    });

    test('a finger that rests on the slide swallows no tap of another one', async ({ room, open }) => {
      const phone = await open(room.links.presenter, PHONE);
      await shows(phone, 1);
      for (const [slide, rests] of [[2, '.now'], [3, '.notes'], [4, '.now']] as const) {
        await phone.touch(rests, '.controls form:last-child button');
        await shows(phone, slide);
      }
    });

    test('a slide of HTML is as large as its place', async ({ room, open }) => {
      await room.server.stop();
      const deck = join(room.server.directory, 'words.md');
      writeFileSync(deck, '# Words');
      await room.server.start([deck]);
      const scale = () => {
        const [place, page] = ['.slide', '.slide .page'].map((it) => document.querySelector(it)!.getBoundingClientRect());
        return page.width / 1280 / Math.min(place.width / 1280, place.height / 720);
      };
      const follower = await open(room.links.audience);
      await expect.poll(() => follower.evaluate(scale)).toBeCloseTo(1, 3);
    });
  });
}

// WebKit resolves no other name to this machine.
test('Firefox has all of it on plain http, too', async ({ room, open }) => {
  const elsewhere = new URL(room.links.presenter);
  elsewhere.hostname = 'room.test';
  const phone = await open(elsewhere.href, PHONE);
  await shows(phone, 1);
  expect(await phone.evaluate(() => isSecureContext)).toBe(false);
  await phone.click('Next');
  await shows(phone, 2);
});

// WebKit knows none.
test('Firefox leaves black black and white white under a system’s own colours', async ({ room, open }) => {
  const { projector, audience } = room.links;
  const people = await Promise.all([projector, audience].map((link) => open(link, LAPTOP, { forcedColours: true })));
  const phone = await room.presenter();
  await isLive(phone);
  for (const person of people) {
    await shows(person, 1);
    expect(await person.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
  }
  await phone.getByRole('button', { name: 'More', exact: true }).tap();
  for (const [name, screen, colour] of [
    ['White screen', 'white', WHITE],
    ['Black screen', 'black', BLACK],
  ] as const) {
    await phone.getByRole('button', { name }).dispatchEvent('click');
    for (const person of people) {
      await shows(person, 1, screen);
      const seen = await colours(phone, await person.screenshot('.slide'), EVERYWHERE);
      expect(seen).toEqual(EVERYWHERE.map(() => colour));
    }
  }
});
