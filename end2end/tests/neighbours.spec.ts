import type { Page } from '@playwright/test';
import { LAPTOP, expect, isLive, next, sees, test } from './room.ts';
import { Server } from './server.ts';

test('two servers of one computer, in one browser, keep their keys apart', async ({ room }) => {
  const neighbour = new Server();
  try {
    const theirs = await neighbour.start();
    const first = await room.person(room.links.presenter, LAPTOP);
    const context = first.context();
    const [{ name: mine }] = await context.cookies();
    const open = async (url: string): Promise<Page> => {
      const page = await context.newPage();
      room.watch(page);
      await page.goto(url);
      return page;
    };
    const second = await open(theirs.presenter);
    const here = await room.follower();
    const there = await room.person(theirs.audience);
    for (const page of [first, second, here, there]) await isLive(page);
    // Cookies ignore the port: the browser sends each server those of both.
    const names = (await context.cookies()).map(({ name }) => name).filter((name) => /^webslides-[0-9a-f]{8}$/.test(name));
    expect(new Set(names).size).toBe(2);

    await next(first).click();
    await next(second).click();
    await next(second).click();
    await sees(here, 2);
    await sees(there, 3);

    // Both are admitted when they return, whichever link was opened last.
    const hosts = [await open(room.links.host), await open(theirs.host)];
    for (const page of [first, second, ...hosts]) await page.reload();
    for (const host of hosts) await expect(host.getByRole('heading', { name: 'Show a deck' })).toBeVisible();
    for (const page of [first, second]) await isLive(page);
    for (const { audience } of [room.links, theirs]) {
      const links = await open(`${audience}/links`);
      await expect(links.locator('.ways svg')).toHaveCount(2);
    }
    await next(first).click();
    await next(second).click();
    await sees(here, 3);
    await sees(there, 4);

    // And one's key is worth nothing at the other.
    room.allow(/401/);
    await context.clearCookies({ name: new RegExp(`^${mine}`) });
    expect((await first.reload())!.status()).toBe(401);
    await hosts[0].reload();
    await expect(hosts[0].getByRole('heading', { name: 'Show a deck' })).toBeHidden();
    await second.reload();
    await isLive(second);
    await hosts[1].reload();
    await expect(hosts[1].getByRole('heading', { name: 'Show a deck' })).toBeVisible();
    expect(neighbour.complaints()).toBe('');
  } finally {
    await neighbour.kill();
    neighbour.remove();
  }
});
