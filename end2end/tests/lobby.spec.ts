import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { LAPTOP, PHONE as PHONES_SCREEN, type Room, expect, isLive, next, sees, test } from './room.ts';

/** The address that the browser is opened at when the server starts. */
const begin = (room: Room) => `${room.links.host}&lobby=room`;

const PHONE = {
  ...PHONES_SCREEN,
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
};

const PAIRING = 'QR code: present from your phone';

/** The link that the QR code says. */
async function scanned(lobby: Page): Promise<string> {
  await expect(lobby.getByRole('img', { name: PAIRING })).toBeVisible();
  return lobby.locator('#pairing .url').innerText();
}

/** Ages the pairing link: the server's clock goes on later than it ended. */
async function restartLater(room: Room, minutes: number): Promise<void> {
  await room.server.stop();
  const file = join(room.server.directory, 'data', 'steady.json');
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  kept.time += 60_000 * minutes;
  writeFileSync(file, JSON.stringify(kept));
  room.links = await room.server.start();
}

test('a newcomer’s first minute: two taps, nothing typed', async ({ room }) => {
  const taps = { laptop: 0, phone: 0 };
  const lobby = await room.person(begin(room), LAPTOP);
  expect(new URL(lobby.url()).pathname + new URL(lobby.url()).search).toBe('/t/room/lobby');
  await expect(lobby.getByText('Nobody is here yet.')).toBeVisible();
  await expect(lobby.getByText('No projector is open yet.')).toBeVisible();

  taps.phone += 1; // The camera offers the link that it has read.
  const phone = await room.person(await scanned(lobby), PHONE);
  await isLive(phone);
  await expect(lobby.getByText('iPhone is in. It moves the slides.')).toBeVisible();
  await expect(lobby.getByRole('img', { name: PAIRING })).toHaveCount(0);

  await lobby.getByRole('link', { name: 'Show on this screen' }).click();
  taps.laptop += 1;
  const projector = lobby.frameLocator('iframe');
  await expect(projector.locator('main')).toHaveAttribute('data-live', 'live');
  expect(await lobby.evaluate(() => document.fullscreenElement?.tagName)).toBe('IFRAME');
  await expect(lobby.locator('#projectors')).toHaveText('The projector is open.');

  await next(phone).tap();
  taps.phone += 1;
  await expect(projector.locator('.slide')).toHaveAttribute('data-slide', '2');
  expect(taps.laptop).toBeLessThanOrEqual(2);
  expect(taps.phone).toBeLessThanOrEqual(2);

  const follower = await room.person(await lobby.locator('[data-way=audience] .url').innerText(), PHONE);
  await sees(follower, 2);
  await expect(lobby.locator('#room')).toHaveText('1 person is here.');
  await lobby.evaluate(() => document.exitFullscreen());
  await expect(lobby.locator('iframe')).toHaveCount(0);
  await expect(lobby.locator('#projectors')).toHaveText('No projector is open yet.');
});

test('a pairing link lets one phone in, also over a restart', async ({ room }) => {
  room.allow(/410|ERR_|Failed to load/);
  const lobby = await room.person(begin(room), LAPTOP);
  const link = await scanned(lobby);
  // A reload shows the same link: another one would void what somebody scans just now.
  await lobby.reload();
  expect(await scanned(lobby)).toBe(link);
  const first = await room.person(link, PHONE);
  await isLive(first);
  const second = await room.person(link, PHONE);
  await expect(second.getByRole('heading', { name: 'This link was used already' })).toBeVisible();
  await expect(second.getByText('Ask for a new one on the laptop')).toBeVisible();
  expect(second.url()).not.toContain('key');
  // Whoever is in comes in again.
  await first.goto(link);
  await isLive(first);

  room.links = await (await room.server.stop(), room.server.start());
  const third = await room.person(link, PHONE);
  await expect(third.getByRole('heading', { name: 'This link was used already' })).toBeVisible();

  // A new one is a tap away.
  await lobby.goto(begin(room));
  await lobby.getByRole('button', { name: 'Pair another phone' }).click();
  const another = await scanned(lobby);
  expect(another).not.toBe(link);
  await third.goto(another);
  await isLive(third);
});

test('of two phones at once, one gets in', async ({ room }) => {
  room.allow(/410/);
  const lobby = await room.person(begin(room), LAPTOP);
  const link = await scanned(lobby);
  const { origin } = new URL(link);
  const phones = await Promise.all([1, 2, 3, 4].map(() => room.newcomer(PHONE)));
  // All of them have opened the link before any is admitted.
  await Promise.all(phones.map((phone) => phone.request.get(link)));
  const admit = (phone: Page) => phone.request.post(`${origin}/t/room/present`, { headers: { origin } });
  await Promise.all(phones.map(admit));
  const titles = await Promise.all(
    phones.map(async (phone) => {
      await phone.goto(`${origin}/t/room/present`);
      return (await phone.locator('main').getAttribute('data-view')) ?? '';
    }),
  );
  expect(titles.sort()).toEqual(['ask', 'ask', 'ask', 'present']);
  await expect(lobby.getByText('is in. It moves the slides.')).toHaveCount(1);
});

test('a pairing link expires after ten minutes', async ({ room }) => {
  room.allow(/410|ERR_|Failed to load/);
  const lobby = await room.person(begin(room), LAPTOP);
  const link = await scanned(lobby);
  await lobby.goto('about:blank');
  await restartLater(room, 9);
  const early = await room.person(link, { ...PHONE, javaScriptEnabled: false });
  await expect(early.getByRole('button', { name: 'Present with this device' })).toBeVisible();
  await restartLater(room, 1);
  const late = await room.person(link, PHONE);
  await expect(late.getByRole('heading', { name: 'This link has expired' })).toBeVisible();
  // Nor is it admitted by the page that was open in time.
  await early.getByRole('button', { name: 'Present with this device' }).tap();
  await expect(early.getByRole('heading', { name: 'This link has expired' })).toBeVisible();
  await lobby.goto(begin(room));
  await expect(lobby.getByText('The QR code has expired.')).toBeVisible();
  await lobby.getByRole('button', { name: 'Show a new QR code' }).click();
  expect(await scanned(lobby)).not.toBe(link);
});

test('a newer link and a guess admit nobody by an older one', async ({ room }) => {
  room.allow(/410|401/);
  const lobby = await room.person(begin(room), LAPTOP);
  const link = await scanned(lobby);
  await lobby.request.post(lobby.url(), { headers: { origin: new URL(link).origin } });
  await lobby.reload();
  expect(await scanned(lobby)).not.toBe(link);
  const phone = await room.person(link, PHONE);
  await expect(phone.getByRole('heading', { name: 'This link has expired' })).toBeVisible();
  const guesser = await room.person(link.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')), PHONE);
  await expect(guesser.getByRole('heading', { name: 'This page is the presenter’s' })).toBeVisible();
  // What follows links, such as a chat's preview, uses none up.
  const robot = await room.newcomer();
  const shown = await scanned(lobby);
  expect((await robot.request.get(shown)).status()).toBe(200);
  await phone.goto(shown);
  await isLive(phone);
});

test('without script the lobby is complete', async ({ room }) => {
  const lobby = await room.person(begin(room), { ...LAPTOP, javaScriptEnabled: false });
  await lobby.getByRole('button', { name: 'Show the QR code' }).click();
  const phone = await room.person(await scanned(lobby), PHONE);
  await isLive(phone);
  await lobby.reload();
  await expect(lobby.getByText('iPhone is in. It moves the slides.')).toBeVisible();
  const opened = lobby.context().waitForEvent('page');
  await lobby.getByRole('link', { name: 'Show on this screen' }).click();
  expect(new URL((await opened).url()).pathname).toBe('/t/room/screen');
});

test('the lobby is the host’s alone, and its link leads nowhere else', async ({ room }) => {
  room.allow(/401/);
  const stranger = await room.person(`${new URL(room.links.host).origin}/t/room/lobby`, PHONE);
  await expect(stranger.getByRole('heading', { name: 'This page is the host’s' })).toBeVisible();
  const host = await room.newcomer();
  for (const to of ['gone', '//elsewhere.example', '..%2f..', 'https%3A%2F%2Felsewhere.example']) {
    await host.goto(`${room.links.host}&lobby=${to}`);
    expect(host.url()).toBe(`${new URL(room.links.host).origin}/`);
  }
  await host.getByRole('link', { name: /^Present / }).click();
  await expect(host.locator('main')).toHaveAttribute('data-view', 'lobby');
});

test('nothing for axe to find in the lobby', async ({ room }) => {
  for (const colorScheme of ['dark', 'light'] as const) {
    for (const device of [LAPTOP, PHONE]) {
      const lobby = await room.person(begin(room), { ...device, colorScheme });
      await scanned(lobby);
      const { violations } = await new AxeBuilder({ page: lobby }).analyze();
      expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
    }
  }
});
