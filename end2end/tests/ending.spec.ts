import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, isLive, next, sees, test } from './room.ts';
import { program } from './server.ts';

test('an ended talk says so everywhere, politely, and asks for nothing more', async ({ room }) => {
  const phone = await room.presenter();
  const pages = [await room.follower(), await room.projector()];
  for (const page of [phone, ...pages]) await isLive(page);
  await next(phone).tap();
  for (const page of [phone, ...pages]) await sees(page, 2);

  const data = join(room.server.directory, 'data');
  execFileSync(program(), ['talks', 'end', 'room', '--data', data]);
  const streams: string[] = [];
  for (const page of [phone, ...pages]) {
    await expect(page.locator('main')).toHaveAttribute('data-live', 'over');
    await expect(page.getByText('This talk is over.')).toBeVisible();
    await sees(page, 2);
    page.on('request', (request) => {
      if (request.resourceType() === 'eventsource') streams.push(request.url());
    });
  }
  // A link replaces the buttons; a clicker's key still gets an answer.
  await expect(next(phone)).toBeHidden();
  await expect(phone.locator('.then p')).toHaveText('Nothing follows.');
  await expect(phone.locator('.pace')).toHaveText('Over');
  await expect(phone.getByRole('link', { name: 'Start page' })).toBeVisible();
  await phone.keyboard.press('ArrowRight');
  await expect(phone.getByText('Nothing moved: the talk is over.')).toBeVisible();

  // Late joiners see the same, and no page opens a stream.
  const late = await room.follower();
  await expect(late.getByText('This talk is over.')).toBeVisible();
  await sees(late, 2);
  await pages[0].evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await pages[0].evaluate(() => fetch('/healthz'));
  expect(streams).toEqual([]);
});

test('a remote that has lost sight of the talk does not say what the room sees', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const said = phone.getByText('The room sees a black screen.');
  const edge = () =>
    phone.locator('.now .slide').evaluate((slide) => getComputedStyle(slide, '::after').content);
  await phone.getByRole('button', { name: 'Black screen' }).tap();
  await expect(said).toBeVisible();
  expect(await edge()).not.toBe('none');
  room.allow(/net::ERR_/);
  await room.server.kill();
  await expect(phone.locator('main')).toHaveAttribute('data-live', 'stale');
  await expect(said).toBeHidden();
  expect(await edge()).toBe('none');
});
