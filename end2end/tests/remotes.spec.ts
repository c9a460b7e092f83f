import type { Page } from '@playwright/test';
import { LAPTOP, PHONE, expect, isLive, next, sees, test } from './room.ts';

const remotes = (page: Page, link: string) => page.goto(`${new URL(link).origin}/t/room/remotes`);

test('a removed remote stops at once, and its link with it', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  // This remote makes a link for another one.
  await phone.getByRole('button', { name: 'More', exact: true }).tap();
  await phone.getByRole('link', { name: 'Remotes' }).tap();
  await phone.getByRole('button', { name: 'Add a remote' }).tap();
  await expect(phone.getByRole('img', { name: 'QR code: a remote' })).toBeVisible();
  const link = await phone.locator('.added figcaption span').innerText();
  const lent = await room.person(link, PHONE);
  await isLive(lent);
  await next(lent).tap();
  await sees(lent, 2);

  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  await remotes(phone, room.links.presenter);
  await expect(phone.getByRole('listitem')).toHaveCount(3);
  await expect(phone.getByText('this one')).toBeVisible();
  await phone.getByRole('listitem').nth(1).getByRole('button', { name: 'Remove' }).tap();
  await expect(phone.getByText('removed', { exact: true })).toBeVisible();
  await expect(phone.getByRole('listitem')).toHaveCount(2, { timeout: 15_000 });

  await expect(lent.locator('main')).toHaveAttribute('data-live', 'revoked');
  const badge = lent.locator('.link-badge');
  await expect(badge).toContainText('This remote was removed.');
  await expect(next(lent)).toBeHidden();
  await expect(lent.getByRole('link', { name: 'Ask for the remote' })).toBeVisible();
  room.allow(/401/);
  await lent.goto(link);
  await expect(lent.getByRole('heading', { name: 'This page is the presenter’s' })).toBeVisible();
  // The others go on.
  await expect(laptop.locator('main')).toHaveAttribute('data-live', 'live');
  await laptop.keyboard.press('ArrowRight');
  await sees(laptop, 3);
  // A script with the removed one's key is refused.
  const origin = new URL(link).origin;
  const tap = await lent.request.post(`${origin}/api/next`, { form: { code: 'room' }, headers: { origin } });
  expect(tap.status()).toBe(401);
});

test('without script a remote is removed and added, too', async ({ room }) => {
  const phone = await room.presenter({ ...PHONE, javaScriptEnabled: false });
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  await remotes(phone, room.links.presenter);
  await phone.getByRole('listitem').nth(1).getByRole('button', { name: 'Remove' }).tap();
  await expect(laptop.locator('main')).toHaveAttribute('data-live', 'revoked');
});

test.describe('asking first', () => {
  test.use({ serverOptions: ['--ask-first'] });

  test('a further remote waits until it is let in', async ({ room }) => {
    const phone = await room.presenter();
    await isLive(phone);
    room.allow(/401/);
    const laptop = await room.presenter(LAPTOP);
    await expect(laptop.getByRole('heading', { name: 'Waiting for the presenter' })).toBeVisible();
    await expect(phone.locator('.request')).toContainText('asks for the remote');
    const { origin } = new URL(room.links.presenter);
    const tap = await laptop.request.post(`${origin}/api/next`, { form: { code: 'room' }, headers: { origin } });
    expect(tap.status()).toBe(401);
    // The link's own key does not present either.
    const key = new URL(room.links.presenter).searchParams.get('key');
    const headers = { authorization: `Bearer ${key}` };
    const byLink = await laptop.request.post(`${origin}/api/next`, { form: { code: 'room' }, headers });
    expect(byLink.status()).toBe(401);
    await remotes(phone, room.links.presenter);
    await phone.getByRole('button', { name: 'Accept' }).tap();
    // Its page goes on by itself.
    await isLive(laptop);
    await laptop.keyboard.press('ArrowRight');
    await sees(laptop, 2);
  });

  test('a robot that follows a link asks for nothing', async ({ room }) => {
    const phone = await room.presenter();
    await isLive(phone);
    const robot = await room.person('about:blank');
    expect((await robot.request.get(room.links.presenter)).status()).toBe(200);
    await remotes(phone, room.links.presenter);
    await expect(phone.getByRole('listitem')).toHaveCount(1);
    await expect(phone.getByText('asks for the remote')).toHaveCount(0);
  });
});
