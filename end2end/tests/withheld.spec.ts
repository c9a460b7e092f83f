import type { Page } from '@playwright/test';
import { expect, isLive, next, sees, test } from './room.ts';

/** How the stream fails where a virus scanner or a proxy stands between. */
const WAYS: Record<string, (page: Page) => Promise<unknown>> = {
  'is withheld': (page) => page.route('**/events?*', () => {}),
  'is refused': (page) => page.route('**/events?*', (route) => route.fulfill({ status: 403, body: 'no' })),
};

for (const [how, between] of Object.entries(WAYS))
  test(`a stream that ${how} is made good by asking`, async ({ room }) => {
    room.allow(/403|EventSource/);
    const phone = await room.newcomer();
    const [follower, projector] = [await room.newcomer(), await room.newcomer()];
    for (const page of [phone, follower, projector]) await between(page);
    await phone.goto(room.links.presenter);
    await follower.goto(room.links.audience);
    await projector.goto(room.links.projector);
    for (const page of [phone, follower, projector])
      await expect(page.locator('main')).toHaveAttribute('data-live', 'live', { timeout: 10_000 });
    for (const slide of [2, 3]) {
      await next(phone).click();
      for (const page of [phone, follower, projector]) await sees(page, slide);
    }
    await expect(follower.locator('.link-badge')).toContainText('Live');
    // And back to the stream, once it is let through.
    const streamed = follower.waitForResponse((answer) => answer.url().includes('/events?') && answer.status() === 200, {
      timeout: 45_000,
    });
    await follower.unroute('**/events?*');
    await follower.evaluate(() => dispatchEvent(new Event('online')));
    await streamed;
    await next(phone).click();
    await sees(follower, 4);
  });

test('a projector that cannot connect says so', async ({ room }) => {
  room.allow(/net::ERR_/);
  const projector = await room.newcomer();
  await projector.route('**/events?*', (route) => route.abort());
  await projector.route('**/state', (route) => route.abort());
  await projector.goto(room.links.projector);
  await expect(projector.getByText('Reconnecting.')).toBeVisible({ timeout: 10_000 });
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
  // From here on nobody answers.
  let asked = 0;
  await follower.route('**/state?*', () => void (asked += 1));
  await follower.clock.runFor(2_600);
  await expect.poll(() => asked).toBe(1);
  await follower.clock.runFor(1_000);
  await expect(main).toHaveAttribute('data-live', 'stale');
  await follower.unroute('**/state?*');
  await follower.clock.runFor(10_000);
  await expect(main).toHaveAttribute('data-live', 'live');
});

test('a page that asks is a screen that follows', async ({ room }) => {
  room.allow(/403|EventSource/);
  const phone = await room.presenter();
  await isLive(phone);
  await expect(phone.locator('.room')).toHaveText('Nobody follows');
  const follower = await room.newcomer();
  await follower.route('**/events?*', (route) => route.fulfill({ status: 403, body: 'no' }));
  await follower.goto(room.links.audience);
  await expect(phone.locator('.room')).toHaveText('1 screen follows');
  await next(phone).tap();
  await sees(follower, 2);
  await follower.close();
  await expect(phone.locator('.room')).toHaveText(/^Nobody follows/);
});

test('a WASM that never answers leaves a page that moves', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer();
  await follower.route('**/*.wasm', () => {});
  await follower.goto(room.links.audience, { waitUntil: 'commit' });
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '1');
  await next(phone).tap();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2', { timeout: 20_000 });
  await next(phone).tap();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '3', { timeout: 20_000 });
});

/** As a browser says it; a headless one never hides a tab. */
const hide = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
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
  const projector = await room.projector();
  await sees(projector, 1);
  await projector.clock.install();
  await hide(projector);
  // Longer than a page out of sight keeps its stream.
  await projector.clock.fastForward(3_500);
  await next(phone).tap();
  await sees(projector, 2);
});
