import type { Page } from '@playwright/test';
import { expect, isLive, test } from './room.ts';

/** Counts what is asked of the browser's lock, and what is given back. */
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

test('over plain http a film of nothing keeps the projector’s screen on, untouched', async ({ room }) => {
  const projector = await room.person(room.links.projector.replace('127.0.0.1', 'room.test'));
  await isLive(projector);
  expect(await projector.evaluate(() => isSecureContext)).toBe(false);
  const film = projector.locator('video.awake');
  await expect(film).toHaveCount(1);
  await expect.poll(() => film.evaluate((video: HTMLVideoElement) => !video.paused && video.currentTime > 0)).toBe(true);
  const under = await projector.evaluate(() => document.elementFromPoint(400, 300)!.tagName);
  expect(under).not.toBe('VIDEO');
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
