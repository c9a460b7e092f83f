import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PHONE, expect, isLive, next, sees, test } from './room.ts';

/** What Chromium logs while a server is down. */
const AWAY = /net::ERR_/;

test('a killed server comes back under its room', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await next(phone).tap();
  await next(phone).tap();
  for (const page of [phone, follower]) await sees(page, 3);
  room.allow(AWAY);

  await room.server.kill();
  for (const page of [phone, follower]) {
    await expect(page.locator('main')).toHaveAttribute('data-live', 'stale');
    await expect(page.getByText('Reconnecting. You may be a slide behind.')).toBeVisible();
    await sees(page, 3);
  }

  await room.server.start();
  for (const page of [phone, follower]) {
    await isLive(page);
    await sees(page, 3);
  }
  // The earlier key is still good.
  await next(phone).tap();
  for (const page of [phone, follower]) await sees(page, 4);
});

test('another deck under the same code is what everybody sees', async ({ room }) => {
  const phone = await room.presenter();
  const pages = [await room.follower(), await room.projector()];
  for (const page of [phone, ...pages]) await isLive(page);
  await next(phone).tap();
  await next(phone).tap();
  for (const page of [phone, ...pages]) await sees(page, 3);
  room.allow(AWAY);
  await room.server.kill();

  const deck = join(room.server.directory, 'Second deck');
  mkdirSync(deck);
  const welcome = fileURLToPath(new URL('../../server/welcome/', import.meta.url));
  for (const [name, to] of [['4-Three-links.png', 'a.png'], ['1-WebSlides.png', 'last one.png']]) {
    copyFileSync(join(welcome, name), join(deck, to));
  }
  await room.server.start([deck]);
  for (const page of [phone, ...pages]) {
    await isLive(page);
    await expect(page.getByRole('img', { name: 'last one' })).toBeVisible();
    await expect(page.locator('.slide')).toHaveAttribute('data-slide', '2');
    await expect(page).toHaveTitle(/Second deck$/);
  }
  await expect(phone.getByText('This is the last slide.')).toBeVisible();
});

test('a stopped server lets everybody go soon, and they come back', async ({ room }) => {
  const phone = await room.presenter();
  const followers = [await room.follower(), await room.projector()];
  for (const page of [phone, ...followers]) await isLive(page);
  room.allow(AWAY);
  expect(await room.server.stop()).toBeLessThan(5_000);
  await room.server.start();
  for (const page of [phone, ...followers]) await isLive(page);
  await next(phone).tap();
  for (const page of followers) await sees(page, 2);
});

test('a follower without network says so, keeps the slide, and catches up', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower(PHONE);
  await isLive(phone);
  await isLive(follower);
  room.allow(AWAY);

  await follower.context().setOffline(true);
  await expect(follower.locator('main')).toHaveAttribute('data-live', 'offline');
  await expect(follower.getByText('No network. You may be a slide behind.')).toBeVisible();
  await next(phone).tap();
  await next(phone).tap();
  await sees(phone, 3);
  await sees(follower, 1);

  await follower.context().setOffline(false);
  await sees(follower, 3);
  await isLive(follower);
});

test('a page out of the back/forward cache is where the talk is', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.follower();
  await isLive(follower);
  await follower.evaluate(() => Object.assign(window, { kept: true }));
  await follower.goto(new URL('/', room.links.audience).href);
  await next(phone).tap();
  await sees(phone, 2);
  // Not `load`: a page from the cache was loaded before.
  await follower.goBack({ waitUntil: 'commit' });
  await sees(follower, 2);
  await isLive(follower);
  const kept = await follower.evaluate(() => 'kept' in window);
  expect(kept, 'it came out of the cache').toBe(true);
  await next(phone).tap();
  await sees(follower, 3);
});

test('a page that was out of sight asks again', async ({ room }) => {
  const follower = await room.follower();
  await isLive(follower);
  const streams: string[] = [];
  follower.on('request', (request) => {
    if (request.resourceType() === 'eventsource') streams.push(new URL(request.url()).search);
  });
  await follower.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(() => streams.length).toBe(1);
  expect(streams[0]).toMatch(/^\?last_event_id=[a-z0-9]+-0&view=follow&seat=\d+$/);
  await isLive(follower);
});

test('a stream that was refused for good is made again', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer();
  // Browsers close an EventSource that gets 503 for good.
  let refused = 0;
  await follower.route('**/events?*', async (route) => {
    refused += 1;
    if (refused <= 2) await route.fulfill({ status: 503 });
    else await route.continue();
  });
  room.allow(/503/);
  await follower.goto(room.links.audience);
  await isLive(follower);
  expect(refused).toBe(3);
  await next(phone).tap();
  await sees(follower, 2);
});

test('pings that stay out make the stream anew', async ({ room }) => {
  const follower = await room.newcomer();
  await follower.clock.install();
  await follower.goto(room.links.audience);
  await isLive(follower);
  const streams: string[] = [];
  follower.on('request', (request) => {
    if (request.resourceType() === 'eventsource') streams.push(request.url());
  });
  await follower.clock.fastForward(30_000);
  // Any request would have been made before the server answered another one.
  await follower.evaluate(() => fetch('/healthz'));
  expect(streams).toEqual([]);
  await follower.clock.fastForward(10_000);
  await expect.poll(() => streams.length).toBe(1);
  await isLive(follower);
});

test('a tap that its server gets to late moves nothing', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await expect(phone.locator('.room')).toHaveText('Nobody follows');
  room.allow(/net::ERR_|408/);
  room.server.pause(true);
  await next(phone).tap();
  const hint = phone.locator('.hint');
  await expect(hint).toHaveText(/did not answer/, { timeout: 25_000 });
  // It is shown for six seconds: until then the server might still begin in time.
  await expect(hint).toHaveText('');
  room.server.pause(false);
  // Anything that waited would arrive before this.
  await expect.poll(async () => (await phone.request.get(`${room.links.audience}/state`)).status()).toBe(200);
  await isLive(phone);
  await sees(phone, 1);
  await next(phone).tap();
  await sees(phone, 2);
});
