import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { LAPTOP, PHONE, expect, isLive, next, sees, test } from './room.ts';
import { translate } from './translator.ts';

test('words live on a page that a translator has rewritten', async ({ room }) => {
  const phone = await room.presenter();
  const [follower, projector] = [await room.follower(), await room.projector()];
  for (const page of [phone, follower, projector]) await isLive(page);
  await expect(phone.locator('.room')).toHaveText('Projector 1 person');
  for (const page of [phone, follower, projector]) await page.evaluate(translate);
  await next(phone).tap();
  for (const page of [phone, follower, projector]) await sees(page, 2);
  for (const page of [phone, follower]) await expect(page.locator('.place')).toHaveText('2 of 6');
  await expect(phone.locator('.notes')).toContainText('every screen has changed');
  await expect(phone.locator('.clock .elapsed')).not.toHaveText('0:00');
  await expect(follower.locator('[aria-live]')).toHaveText('Slide 2 of 6: One tap every screen');
  await expect(phone.getByText('Next', { exact: true }).first()).toBeVisible();

  const back = await room.person(`${room.links.audience}?slide=1`);
  await isLive(back);
  await back.evaluate(translate);
  await phone.getByRole('button', { name: 'Freeze' }).tap();
  await next(phone).tap();
  await expect(phone.locator('.keeps')).toHaveText('The room keeps slide 2.');
  await phone.getByRole('button', { name: 'Freeze' }).tap();
  await expect(back.locator('.place')).toHaveText('Slide 1 Live: 3 of 6');
  room.allow(/net::ERR_/);
  await follower.context().setOffline(true);
  await expect(follower.locator('.link-badge')).toContainText('No network.');
  for (const page of [follower, back]) await page.close();
  await expect(phone.locator('.room')).toHaveText('Projector');
  await room.server.kill();
  await expect(phone.locator('.link-badge')).toContainText('Reconnecting.');
  await expect(projector.locator('.link-badge')).toContainText('Reconnecting.');
  await room.server.start();
  for (const page of [phone, projector]) await isLive(page);
  await expect(phone.locator('.link-badge > span').first()).toHaveText('Live');
  for (const _ of [4, 5, 6]) await next(phone).tap();
  await expect(phone.locator('.then p')).toHaveText('This is the last slide.');
});

/** What the page and the framework log. */
const REWRITTEN = /WebSlides begins anew|hydration error|unreachable|RuntimeError|The page was rewritten/;

/** Rewrites the page by `how` before its WASM is loaded. */
async function rewrittenEarly(page: Page, url: string, how: string): Promise<void> {
  let letThrough = (): void => {};
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('footer, .controls, .slide').first().waitFor();
  await page.evaluate(how);
  // Only this time: a reloaded page may be left alone.
  letThrough();
}

/** The longest that a tap may take to reach a live page. */
const ON_ITS_WAY_MS = 5_000;

/** What a page claims about itself, across reloads. */
class Word {
  private says = { live: false, slide: 0, rewritten: false };
  private newest = 1;
  /** Since when it has claimed to be live over a slide that is not the newest. */
  private since?: number;
  private readonly untrue: string[] = [];

  /** Watches `page` from the next document on. */
  static async of(page: Page): Promise<Word> {
    const word = new Word();
    await page.exposeFunction('tell', (says: Word['says']) => word.hear(says));
    await page.addInitScript(() => {
      let last = '';
      const look = () => {
        const main = document.querySelector('main');
        const says = {
          live: main?.dataset.live === 'live',
          slide: Number(document.querySelector<HTMLElement>('.slide')?.dataset.slide ?? 0),
          // Some of its markup is foreign.
          rewritten: !!document.querySelector('main .foreign') || !document.querySelector('main h1'),
        };
        if (last === (last = JSON.stringify(says))) return;
        (window as unknown as { tell(says: object): void }).tell(says);
      };
      look();
      new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
    });
    return word;
  }

  /** A tap has moved the talk. */
  moved(slide: number): void {
    this.newest = slide;
    this.judge();
  }

  lies(): string[] {
    this.judge();
    return this.untrue;
  }

  private hear(says: Word['says']): void {
    this.judge();
    this.says = says;
    this.judge();
  }

  private judge(): void {
    const { live, slide, rewritten } = this.says;
    if (live && rewritten) this.untrue.push('live over a broken page');
    const waited = performance.now() - (this.since ?? performance.now());
    if (waited > ON_ITS_WAY_MS) this.untrue.push(`live over slide ${slide} for ${waited} ms`);
    if (live && slide < this.newest) this.since ??= performance.now();
    else this.since = undefined;
  }
}

const FIRST = `document.querySelector('main').prepend(Object.assign(document.createElement('div'), { className: 'foreign' }))`;

for (const [who, how] of [
  ['a translator', `(${translate})()`],
  ['an extension that puts its own element first', FIRST],
] as const)
  test(`a page that ${who} rewrote before its WASM came is right in ten seconds`, async ({ room }) => {
    room.allow(REWRITTEN);
    const phone = await room.presenter();
    await isLive(phone);
    const follower = await room.newcomer();
    const word = await Word.of(follower);
    await rewrittenEarly(follower, room.links.audience, how);
    await next(phone).tap();
    word.moved(2);
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2', { timeout: 10_000 });
    await isLive(follower);
    await next(phone).tap();
    word.moved(3);
    await sees(follower, 3);
    expect(word.lies()).toEqual([]);
  });

/** Puts a toolbar before each of the page's elements but the first, and explanations around words. */
const ANYWHERE = `for (const inside of ['main', 'main > header', 'main > footer', '.link-badge', '.slide', '.now', '.then', '.notes'])
    for (const parent of document.querySelectorAll('leptos-island ' + inside))
      for (const child of [...parent.children].slice(1)) {
        const foreign = Object.assign(document.createElement('div'), { className: 'foreign' });
        foreign.innerHTML = '<div><p>a</p></div>';
        child.before(foreign);
      }`;

for (const who of ['follower', 'projector', 'remote'] as const)
  test(`a ${who} among whose elements an extension has put its own says everything in its place`, async ({ room }) => {
    const other = await room.presenter(LAPTOP);
    await isLive(other);
    const { audience, projector, presenter } = room.links;
    const page = await room.newcomer(who === 'remote' ? PHONE : LAPTOP);
    const word = await Word.of(page);
    if (who === 'remote') {
      await page.goto(presenter);
      await isLive(page);
    }
    await rewrittenEarly(page, { follower: audience, projector, remote: `${audience}/present` }[who], ANYWHERE);
    await isLive(page);
    await next(other).click();
    word.moved(2);
    await sees(page, 2);
    const badge = page.locator('.link-badge > span').first();
    await expect(badge).toHaveText('Live');
    if (who !== 'projector') await expect(page.locator('main .place')).toHaveText('2 of 6');
    if (who === 'remote') {
      await expect(page.locator('.notes')).toContainText('every screen has changed');
      await expect(page.locator('.then > p')).toHaveText('Next');
      await next(page).tap();
      await sees(other, 3);
      await page.getByRole('button', { name: 'Freeze' }).tap();
      await expect(page.locator('.keeps')).toHaveText('The room keeps slide 3.');
    }
    expect(word.lies()).toEqual([]);
    room.allow(/net::ERR_/);
    await room.server.kill();
    await expect(badge).toContainText('Reconnecting.');
  });

/** Removes an element each time the page has loaded. */
const EACH_TIME = `new MutationObserver((_, observer) => {
    if (!document.querySelector('footer, .controls')) return;
    observer.disconnect();
    document.querySelector('main h1').remove();
  }).observe(document, { childList: true, subtree: true })`;

test('a remote that is rewritten each time presents by its forms', async ({ room }) => {
  room.allow(REWRITTEN);
  const other = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [other, follower]) await isLive(page);
  test.slow();
  const phone = await room.newcomer(PHONE);
  await phone.addInitScript(EACH_TIME);
  const word = await Word.of(phone);
  let panics = 0;
  phone.on('console', (said) => void (/begins anew/.test(said.text()) && (panics += 1)));
  await phone.goto(room.links.presenter);
  const main = phone.locator('main');
  // It has reloaded twice, the second time to stay as the server rendered it.
  await expect(phone.locator('.link-badge')).toHaveText('You may be a slide behind.');
  for (const slide of [2, 3]) {
    await next(phone).tap();
    await sees(follower, slide);
    await sees(phone, slide);
    await expect(main).not.toHaveAttribute('data-hydrated', '');
    await expect(phone.locator('.link-badge')).toHaveText('You may be a slide behind.');
    await expect(phone).toHaveURL(/\/present$/);
  }
  expect(panics).toBe(2);
  // Another remote moves the talk: this one shows it late, and tells meanwhile that it may be behind.
  await next(other).click();
  word.moved(4);
  await sees(follower, 4);
  await expect(phone.locator('.slide')).toHaveAttribute('data-slide', '4', { timeout: 20_000 });
  expect(word.lies()).toEqual([]);
});

test('a page that is rewritten each time lives on as without WASM', async ({ room }) => {
  test.slow();
  room.allow(REWRITTEN);
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer(LAPTOP);
  // A wall clock that is set must not cause a loop of reloads.
  await follower.addInitScript(`{
    const { now } = Date;
    let hours = 0;
    Date.now = () => now() + 3_600_000 * (hours += 1);
  }`);
  await follower.addInitScript(EACH_TIME);
  let loads = 0;
  follower.on('request', (request) => void (request.isNavigationRequest() && (loads += 1)));
  await follower.goto(room.links.audience);
  await expect(follower.locator('.link-badge')).toHaveText('You may be a slide behind.');
  for (const slide of [2, 3]) {
    await next(phone).tap();
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', String(slide), { timeout: 20_000 });
    await expect(follower.locator('main')).not.toHaveAttribute('data-live', 'live');
  }
  // Loaded first, again because it might help, once more to be left alone, and for each slide.
  expect(loads).toBe(5);
});

test('a page that was loaded anew in vain is not loaded anew again and again', async ({ room }) => {
  room.allow(REWRITTEN);
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer();
  await follower.addInitScript(EACH_TIME);
  await follower.clock.install();
  let loads = 0;
  follower.on('request', (request) => void (request.isNavigationRequest() && (loads += 1)));
  await follower.goto(room.links.audience);
  const badge = follower.locator('.link-badge');
  await expect(badge).toHaveText('You may be a slide behind.');
  // Longer than a reload is remembered.
  for (const slide of [2, 3]) {
    await follower.clock.fastForward(61_000);
    const before = loads;
    await next(phone).tap();
    await sees(phone, slide);
    await follower.clock.runFor(10_000);
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', String(slide));
    await expect(badge).toHaveText('You may be a slide behind.');
    expect(loads).toBe(before + 1);
  }
});

test('slides stay a translator’s to translate', async ({ room }) => {
  await room.server.stop();
  const deck = join(room.server.directory, 'words.md');
  writeFileSync(deck, '# One\n\n---\n\n# Two');
  await room.server.start([deck]);
  const follower = await room.follower();
  await isLive(follower);
  await follower.evaluate(translate);
  await expect(follower.locator('.slide font')).not.toHaveCount(0);
  await expect(follower.locator('.slide [translate=no], .slide[translate=no]')).toHaveCount(0);
});
