import type { Page } from '@playwright/test';
import { Between } from './between.ts';
import { LAPTOP, PHONE, PROJECTOR, expect, isLive, next, previous, sees, test } from './room.ts';

const IN_TIME = { timeout: 12_000 };

/** How the stream fails behind a virus scanner or a proxy. */
const WAYS: Record<string, (page: Page) => Promise<unknown>> = {
  'is withheld': (page) => page.route('**/events?*', () => {}),
  'is refused': (page) => page.route('**/events?*', (route) => route.fulfill({ status: 403, body: 'no' })),
};

for (const [how, between] of Object.entries(WAYS))
  test(`a stream that ${how} is made good by asking`, async ({ room }) => {
    test.slow();
    room.allow(/403|EventSource/);
    const phone = await room.newcomer();
    const [follower, projector] = [await room.newcomer(), await room.newcomer()];
    for (const page of [phone, follower, projector]) await between(page);
    await phone.goto(room.links.presenter);
    await follower.goto(room.links.audience);
    await projector.goto(room.links.projector);
    // A stream's five seconds of silence, and time for a busy machine.
    for (const page of [phone, follower, projector])
      await expect(page.locator('main')).toHaveAttribute('data-live', 'live', IN_TIME);
    // By then a remote also has the room's presence.
    await expect(phone.locator('.room')).toHaveText('Projector 1 person');
    for (const slide of [2, 3]) {
      await next(phone).click();
      for (const page of [phone, follower, projector]) {
        await expect(page.locator('.slide')).toHaveAttribute('data-slide', String(slide), IN_TIME);
        await sees(page, slide);
      }
    }
    await expect(follower.locator('.link-badge')).toContainText('Live');
    // Once the stream gets through, it is used again: attempts never stopped.
    const streamed = follower.waitForResponse((answer) => answer.url().includes('/events?') && answer.status() === 200, {
      timeout: 60_000,
    });
    await follower.unroute('**/events?*');
    await streamed;
    await next(phone).click();
    await sees(follower, 4);
  });

/** Records when the page opens its first stream and polls the state, by its own clock. */
const TIMED = `{
  const { fetch, EventSource } = window;
  const asked = [];
  window.EventSource = class extends EventSource {
    constructor(url) {
      super(url);
      window.times ??= { opened: performance.now(), asked };
    }
  };
  window.fetch = (what, how) => {
    if (new URL(what.url ?? what, location).pathname.endsWith('/state')) asked.push(performance.now());
    return fetch(what, how);
  };
}`;

for (const [how, between] of Object.entries(WAYS))
  test(`a page whose stream ${how} asks after five seconds, and then every two`, async ({ room }) => {
    room.allow(/403|EventSource/);
    const follower = await room.newcomer();
    await between(follower);
    await follower.addInitScript(TIMED);
    await follower.clock.install({ time: 0 });
    await follower.clock.pauseAt(1_000);
    await follower.goto(room.links.audience);
    const main = follower.locator('main');
    // This page's time only moves by this test.
    const isHydrated = async () => {
      await follower.clock.runFor(10);
      return main.getAttribute('data-hydrated');
    };
    await expect.poll(isHydrated).toBe('');
    const times = () => follower.evaluate(() => (window as unknown as { times: { opened: number; asked: number[] } }).times);
    let answers = 0;
    follower.on('requestfinished', (request) => void (request.url().includes('/state?') && (answers += 1)));
    for (let tenths = 0; tenths < 150; tenths += 1) {
      await follower.clock.runFor(100);
      // An answer takes real time, not the page's.
      const { length } = (await times()).asked;
      await expect.poll(() => answers).toBe(length);
    }
    await expect(main).toHaveAttribute('data-live', 'live');
    const { opened, asked } = await times();
    const [first = 0, ...others] = asked.map((at) => at - opened);
    expect(first).toBeGreaterThan(4_900);
    expect(first).toBeLessThan(5_500);
    // Ten seconds remain, with 1.5 to 2.5 from each answer to the next poll.
    expect(others.length, `${others}`).toBeGreaterThanOrEqual(3);
    expect(others.length, `${others}`).toBeLessThanOrEqual(7);
  });

test('a stream that comes in lumps is not waited for', async ({ room }) => {
  test.slow();
  const proxy = await Between.theServerOf(room.links.audience, 'in lumps');
  try {
    const phone = await room.presenter();
    const follower = await room.person(proxy.link(room.links.audience));
    for (const page of [phone, follower]) await isLive(page);
    // Some of these fill a chunk, which has an old state.
    for (const slide of [2, 3, 4, 5, 6, 5, 4, 3]) {
      const button = slide > Number(await phone.locator('.slide').getAttribute('data-slide')) ? next : previous;
      await button(phone).tap();
      await expect(follower.locator('.slide')).toHaveAttribute('data-slide', String(slide), { timeout: 6_000 });
    }
    expect(proxy.lumps).toBeGreaterThan(0);
    await isLive(follower);
  } finally {
    proxy.close();
  }
});

test('a tap of a remote that asks moves nothing once it was given up', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await WAYS['is refused'](phone);
  room.allow(/403|EventSource|net::ERR_|408/);
  await phone.goto(room.links.presenter);
  await isLive(phone);
  room.server.pause(true);
  await next(phone).tap();
  const hint = phone.locator('.hint');
  await expect(hint).toHaveText(/did not answer/, { timeout: 25_000 });
  // It is shown for six seconds: until then the server might still begin in time.
  await expect(hint).toHaveText('');
  room.server.pause(false);
  const state = async () => (await phone.request.get(`${room.links.audience}/state`)).json();
  // Anything that waited would arrive before this.
  await expect.poll(state).toMatchObject({ revision: 0 });
  await isLive(phone);
  await next(phone).tap();
  await sees(phone, 2);
});

test('answers that take their time make no page unsure', async ({ room }) => {
  room.allow(/403|EventSource/);
  const phone = await room.newcomer(PHONE);
  await WAYS['is refused'](phone);
  const answered: string[] = [];
  await phone.route('**/state?*', async (route) => {
    const answer = await route.fetch();
    await new Promise((soon) => setTimeout(soon, 1_500));
    await route.fulfill({ response: answer });
    answered.push(route.request().url());
  });
  await phone.goto(room.links.presenter);
  await isLive(phone);
  await phone.evaluate(() => {
    const main = document.querySelector('main')!;
    const said = Object.assign(window, { said: [] as string[] }).said;
    new MutationObserver(() => said.push(main.dataset.live!)).observe(main, { attributeFilter: ['data-live'] });
  });
  const { length } = answered;
  await expect.poll(() => answered.length).toBeGreaterThan(length + 2);
  expect(await phone.evaluate(() => (window as unknown as { said: string[] }).said.filter((it) => it !== 'live'))).toEqual([]);
  await next(phone).tap();
  await sees(phone, 2);
});

test('a remote that asks knows when it is removed', async ({ room }) => {
  room.allow(/403|EventSource/);
  const phone = await room.newcomer(PHONE);
  await WAYS['is refused'](phone);
  await phone.goto(room.links.presenter);
  await isLive(phone);
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  await laptop.goto(`${room.links.audience}/remotes`);
  await laptop.getByRole('listitem').first().getByRole('button', { name: 'Remove' }).click();
  await expect(phone.locator('main')).toHaveAttribute('data-live', 'revoked');
});

test('a projector that cannot connect says so', async ({ room }) => {
  room.allow(/net::ERR_/);
  const projector = await room.newcomer();
  // Nothing is refused, either.
  for (const path of ['**/events?*', '**/state?*']) await projector.route(path, () => {});
  await projector.addInitScript(`new MutationObserver(() => {
    if (document.querySelector('main')?.dataset.live === 'live') sessionStorage.setItem('lies', 'it is not');
  }).observe(document, { attributes: true, childList: true, subtree: true });`);
  await projector.goto(room.links.projector);
  const sign = projector.locator('.link-badge');
  await expect(sign).toContainText('Connecting');
  await expect(sign).toHaveCSS('animation-name', 'appear');
  await expect(sign).toContainText('Reconnecting.');
  await expect(sign).toBeVisible();
  expect(await projector.evaluate(() => sessionStorage.getItem('lies'))).toBeNull();
});

test('a page that asks is sure for as long as it is answered', async ({ room }) => {
  room.allow(/403|EventSource/);
  const follower = await room.newcomer();
  await follower.clock.install();
  await follower.route('**/events?*', (route) => route.fulfill({ status: 403, body: 'no' }));
  await follower.goto(room.links.audience);
  const main = follower.locator('main');
  await expect(main).toHaveAttribute('data-hydrated', '');
  await follower.clock.runFor(5_000);
  await expect(main).toHaveAttribute('data-live', 'live');
  // From here on no request is answered.
  let asked = 0;
  await follower.route('**/state?*', () => void (asked += 1));
  await follower.clock.runFor(2_600);
  await expect.poll(() => asked).toBeGreaterThan(0);
  await follower.clock.runFor(3_000);
  await expect(main).toHaveAttribute('data-live', 'stale');
  await follower.unroute('**/state?*');
  await follower.clock.runFor(10_000);
  await expect(main).toHaveAttribute('data-live', 'live');
});

test('a page that asks is one that follows', async ({ room }) => {
  room.allow(/403|EventSource/);
  const phone = await room.presenter();
  await isLive(phone);
  await expect(phone.locator('.room')).toHaveText('Nobody follows');
  const follower = await room.newcomer();
  await follower.route('**/events?*', (route) => route.fulfill({ status: 403, body: 'no' }));
  await follower.goto(room.links.audience);
  await expect(phone.locator('.room')).toHaveText('1 person follows');
  await next(phone).tap();
  await sees(follower, 2);
  await follower.close();
  await expect(phone.locator('.room')).toHaveText(/^Nobody follows/);
});

for (const missing of ['**/*.wasm', '**/pkg/*.js'])
  test(`pages whose ${missing} never answers move`, async ({ room }) => {
    test.slow();
    room.allow(/was preloaded/);
    const laptop = await room.presenter(LAPTOP);
    await isLive(laptop);
    const open = async (url: string) => {
      const page = await room.newcomer();
      await page.route(missing, () => {});
      await page.goto(url, { waitUntil: 'commit' });
      return page;
    };
    const pages = [await open(room.links.audience), await open(room.links.projector)];
    const remote = await room.newcomer();
    await remote.route(missing, () => {});
    await remote.goto(room.links.presenter, { waitUntil: 'commit' });
    await remote.waitForURL(/present$/, { waitUntil: 'commit' });
    for (const page of [...pages, remote]) await expect(page.locator('.slide')).toHaveAttribute('data-slide', '1');
    // Its own tap is a form, and another's comes by polling.
    await next(remote).click();
    await sees(laptop, 2);
    for (const slide of [2, 3]) {
      for (const page of [...pages, remote])
        await expect(page.locator('.slide')).toHaveAttribute('data-slide', String(slide), { timeout: 20_000 });
      if (slide === 2) await next(laptop).click();
    }
  });

test('a page without its WASM stays as it is while its server is too busy', async ({ room }) => {
  room.allow(/503/);
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer();
  await follower.route('**/*.wasm', () => {});
  let asked = 0;
  await follower.route('**/state?*', async (route) => {
    asked += 1;
    await route.fulfill({ status: 503, json: { error: { code: 'busy', message: 'Come again.' } } });
  });
  let loads = 0;
  follower.on('request', (request) => void (request.isNavigationRequest() && (loads += 1)));
  await follower.clock.install();
  await follower.goto(room.links.audience, { waitUntil: 'commit' });
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '1');
  for (const times of [1, 2]) {
    await follower.clock.runFor(10_000);
    await expect.poll(() => asked).toBeGreaterThanOrEqual(times);
  }
  expect(loads).toBe(1);
  await follower.unroute('**/state?*');
  await next(phone).tap();
  await sees(phone, 2);
  await follower.clock.runFor(10_000);
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
});

/** Counts the page's streams. */
const COUNTED = `{
  window.streams = 0;
  window.EventSource = class extends EventSource {
    constructor(url) {
      super(url);
      streams += 1;
    }
    close() {
      if (this.readyState !== EventSource.CLOSED) streams -= 1;
      super.close();
    }
  };
}`;

/** As browsers report it; a headless one never hides a tab. */
const look = (page: Page, visibilityState: 'hidden' | 'visible') =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    Object.defineProperty(document, 'hidden', { value: value === 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, visibilityState);
const hide = (page: Page) => look(page, 'hidden');

const streams = (page: Page) => page.evaluate(() => (window as unknown as { streams: number }).streams);

test('a tab that nobody sees lets its stream go, and has it again when it is seen', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.newcomer();
  await follower.addInitScript(COUNTED);
  await follower.clock.install();
  await follower.goto(room.links.audience);
  for (const page of [phone, follower]) await isLive(page);
  expect(await streams(follower)).toBe(1);
  await hide(follower);
  await follower.clock.fastForward(3_500);
  await expect.poll(() => streams(follower)).toBe(0);
  await next(phone).tap();
  await sees(phone, 2);
  await look(follower, 'visible');
  await sees(follower, 2);
  await isLive(follower);
  expect(await streams(follower)).toBe(1);
});

test('tabs that nobody sees leave a connection for a tap and for a page', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const context = phone.context();
  for (let tab = 0; tab < 7; tab += 1) {
    const page = await context.newPage();
    room.watch(page);
    await page.goto(room.links.audience);
    await sees(page, 1);
    await hide(page);
  }
  await next(phone).tap();
  await sees(phone, 2);
  await expect(phone.locator('main')).toHaveAttribute('data-live', 'live');
});

test('a projector that other windows cover is recorded by a program: it goes on', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const projector = await room.newcomer(PROJECTOR);
  await projector.clock.install();
  await projector.goto(room.links.projector);
  await isLive(projector);
  await hide(projector);
  // Longer than a hidden page keeps its stream.
  await projector.clock.fastForward(3_500);
  await next(phone).tap();
  await sees(projector, 2);
});
