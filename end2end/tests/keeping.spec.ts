import type { Page } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LAPTOP, PHONE, type Room, expect, isLive, next, test } from './room.ts';

const TITLE = 'Rust & <rooms>';
const media = (room: Room) => readdirSync(join(room.server.directory, 'data', 'media')).filter((name) => name.includes('.'));

const more = (page: Page) => page.getByRole('button', { name: /^More for / });

test('a talk is renamed while it is followed', async ({ room }) => {
  room.allow(/422/);
  const phone = await room.person(room.links.host, PHONE);
  const follower = await room.follower();
  await isLive(follower);
  await more(phone).tap();
  await phone.getByRole('link', { name: 'Rename' }).tap();
  const title = phone.getByLabel('Title');
  await expect(title).toHaveValue('Welcome to WebSlides');
  await title.fill('   ');
  await phone.getByRole('button', { name: 'Rename' }).tap();
  await expect(phone.getByRole('alert')).toHaveText('A title has 1 to 200 characters. Write another one.');
  await expect(follower).toHaveTitle('Welcome to WebSlides');
  await title.fill(TITLE);
  await phone.getByRole('button', { name: 'Rename' }).tap();
  await expect(phone.locator('.talks strong')).toHaveText([TITLE]);
  await expect(follower).toHaveTitle(TITLE);
  await isLive(follower);
  await more(phone).tap();
  await phone.getByRole('link', { name: 'Links and QR codes' }).tap();
  await expect(phone.getByRole('heading', { name: TITLE })).toBeVisible();

  // The title is the talk's: the same deck shown again keeps its own.
  await phone.getByRole('link', { name: 'Start page' }).tap();
  await more(phone).tap();
  await phone.getByRole('button', { name: 'End', exact: true }).tap();
  await phone.getByRole('button', { name: 'Keep it on' }).tap();
  await isLive(follower);
  // The menu is still open.
  await phone.getByRole('button', { name: 'End', exact: true }).tap();
  await phone.getByRole('button', { name: 'End it' }).tap();
  await expect(follower.getByText('This talk is over.')).toBeVisible();
  await phone.getByRole('button', { name: 'Show it again' }).tap();
  await phone.waitForURL(/\/links$/);
  await expect(phone.getByRole('heading', { name: TITLE })).toBeVisible();
  await phone.getByRole('link', { name: 'Present', exact: true }).tap();
  await isLive(phone);
  await next(phone).tap();
  await expect(phone.locator('.place')).toHaveText('2 of 6');
});

test('a deleted talk is over for its followers, and its code is free', async ({ room }) => {
  room.allow(/404|ERR_INTERNET_DISCONNECTED/);
  const host = await room.person(room.links.host, LAPTOP);
  const [follower, away] = [await room.follower(), await room.follower()];
  for (const page of [follower, away]) await isLive(page);
  await away.context().setOffline(true);
  await expect(away.locator('main')).toHaveAttribute('data-live', 'offline');

  const remove = async () => {
    await more(host).click();
    await host.getByRole('link', { name: 'Delete' }).click();
  };
  await remove();
  await expect(host.getByRole('heading')).toHaveText('Delete “Welcome to WebSlides”?');
  await host.getByRole('link', { name: 'Keep it' }).click();
  await expect(host.locator('.talks li')).toHaveCount(1);
  await isLive(follower);
  await remove();
  await host.getByRole('button', { name: 'Delete it' }).click();
  await expect(host.getByText('None yet.')).toBeVisible();
  await expect(follower.getByText('This talk is over.')).toBeVisible();
  expect(media(room)).toEqual([]);

  await away.context().setOffline(false);
  await expect(away.locator('main')).toHaveAttribute('data-live', 'over');
  await expect(away.getByText('This talk is over.')).toBeVisible();
  await away.reload();
  await expect(away.getByRole('heading', { name: 'No talk with this code' })).toBeVisible();

  await host.getByText('More', { exact: true }).click();
  await host.getByLabel('Code that people type').fill('room');
  await host.locator('.upload [type=file]').setInputFiles({
    name: 'next.md', mimeType: 'text/markdown', buffer: Buffer.from('# The next one'),
  });
  await host.waitForURL(/\/t\/room\/lobby$/);
  const late = await room.follower();
  await isLive(late);
  await expect(late.getByRole('heading', { name: 'The next one' }).last()).toBeVisible();
});

test('renaming and deleting need no script', async ({ browser, room }) => {
  const context = await browser.newContext({ ...LAPTOP, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(room.links.host);
  await more(page).click();
  await page.getByRole('link', { name: 'Rename' }).click();
  await page.getByLabel('Title').fill('Plain');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.locator('.talks')).toContainText('Plain');
  await more(page).click();
  await page.getByRole('link', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await expect(page.getByText('None yet.')).toBeVisible();
  await context.close();
});

test('only the host renames and deletes', async ({ room }) => {
  room.allow(/401/);
  const presenter = await room.presenter();
  await isLive(presenter);
  for (const what of ['rename', 'delete']) {
    const address = new URL(`/t/room/${what}`, room.links.audience).href;
    await presenter.goto(address);
    await expect(presenter.getByRole('heading', { name: 'This page is the host’s' })).toBeVisible();
    const refused = await presenter.request.post(address, { form: { title: 'Mine' } });
    expect(refused.status()).toBe(401);
  }
  const follower = await room.follower();
  await isLive(follower);
  await expect(follower).toHaveTitle('Welcome to WebSlides');
});

for (const colorScheme of ['dark', 'light'] as const) {
  test(`nothing for axe to find where talks are kept, ${colorScheme}`, async ({ room }) => {
    room.allow(/422/);
    for (const device of [PHONE, LAPTOP]) {
      const host = await room.person(room.links.host, { ...device, colorScheme });
      const isClean = async () => {
        const { violations } = await new AxeBuilder({ page: host }).analyze();
        expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
      };
      await more(host).click();
      await host.getByRole('link', { name: 'Delete' }).click();
      await isClean();
      await host.getByRole('link', { name: 'Keep it' }).click();
      await more(host).click();
      await host.getByRole('link', { name: 'Rename' }).click();
      await isClean();
      await host.getByLabel('Title').fill(' ');
      await host.getByRole('button', { name: 'Rename' }).click();
      await expect(host.getByRole('alert')).not.toBeEmpty();
      await isClean();
    }
  });
}
