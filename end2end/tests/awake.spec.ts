import type { Page } from '@playwright/test';
import { type Room, expect, isLive, next, sees, test } from './room.ts';

/** Counts the wake locks that the page requests and releases. */
const COUNTED = `
  window.locks = { held: 0 };
  Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => {
    locks.held += 1;
    return { released: false, async release() { this.released = true; locks.held -= 1; } };
  } } });`;
const held = (page: Page) => page.evaluate(() => (window as unknown as { locks: { held: number } }).locks.held);

test('the projector’s screen and a follower’s stay on until the talk is over', async ({ room }) => {
  const host = await room.person(room.links.host);
  const pages = [await room.newcomer(), await room.newcomer()] as const;
  for (const page of pages) await page.addInitScript(COUNTED);
  await pages[0].goto(room.links.projector);
  await pages[1].goto(room.links.audience);
  for (const page of pages) {
    await isLive(page);
    await expect.poll(() => held(page)).toBe(1);
  }
  const origin = new URL(room.links.audience).origin;
  const ended = await host.request.post(`${room.links.audience}/end`, { headers: { origin } });
  expect(ended.ok()).toBe(true);
  for (const page of pages) {
    await expect(page.locator('main')).toHaveAttribute('data-live', 'over');
    await expect.poll(() => held(page)).toBe(0);
  }
});

const film = (page: Page) => page.locator('video.awake');
const plays = (page: Page) =>
  expect
    .poll(() => film(page).evaluate((video: HTMLVideoElement) => !video.paused && video.currentTime > 0))
    .toBe(true);

async function end(room: Room): Promise<void> {
  const host = await room.person(room.links.host);
  const origin = new URL(room.links.audience).origin;
  const ended = await host.request.post(`${room.links.audience}/end`, { headers: { origin } });
  expect(ended.ok()).toBe(true);
}

test('over plain http a film of nothing keeps screens on, untouched, until the talk is over', async ({ room }) => {
  const open = (url: string) => room.person(url.replace('127.0.0.1', 'room.test'));
  const pages = [await open(room.links.projector), await open(room.links.audience)];
  for (const page of pages) {
    await isLive(page);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await plays(page);
    const under = await page.evaluate(() => document.elementFromPoint(400, 300)!.tagName);
    expect(under).not.toBe('VIDEO');
  }
  await end(room);
  for (const page of pages) {
    await expect(page.locator('main')).toHaveAttribute('data-live', 'over');
    await expect(film(page)).toHaveCount(0);
  }
});

test('a page that is refused the lock shows the film instead', async ({ room }) => {
  const follower = await room.newcomer();
  await follower.addInitScript(`Object.defineProperty(navigator, 'wakeLock', { value: {
    request: async () => { throw new DOMException('no', 'NotAllowedError'); },
  } });`);
  await follower.goto(room.links.audience);
  await isLive(follower);
  await plays(follower);
});

test('a follower who looks back at a slide has a screen that stays on', async ({ room }) => {
  const phone = await room.presenter();
  await next(phone).tap();
  await sees(phone, 2);
  const follower = await room.newcomer();
  await follower.addInitScript(COUNTED);
  await follower.goto(`${room.links.audience}?slide=1`);
  await expect(follower.locator('main')).toHaveAttribute('data-view', 'back');
  await expect.poll(() => held(follower)).toBe(1);
});

test('a lock that comes after the talk is over is given back', async ({ room }) => {
  const host = await room.person(room.links.host);
  const projector = await room.newcomer();
  await projector.addInitScript(`
    window.locks = { held: 0 };
    const asked = new Promise((grant) => (window.grant = grant));
    Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => {
      await asked;
      locks.held += 1;
      return { released: false, async release() { this.released = true; locks.held -= 1; locks.back = true; } };
    } } });`);
  await projector.goto(room.links.projector);
  await isLive(projector);
  const origin = new URL(room.links.audience).origin;
  await host.request.post(`${room.links.audience}/end`, { headers: { origin } });
  await expect(projector.locator('main')).toHaveAttribute('data-live', 'over');
  await projector.evaluate(() => (window as unknown as { grant: () => void }).grant());
  await expect.poll(() => projector.evaluate(() => (window as unknown as { locks: object }).locks)).toEqual({
    held: 0,
    back: true,
  });
});
