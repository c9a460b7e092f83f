import type { Page } from '@playwright/test';
import { LAPTOP, type Room, expect, isLive, next, test } from './room.ts';

/** Somebody brings this Markdown and presents it; another follows. */
async function shown(room: Room, markdown: string): Promise<{ host: Page; follower: Page }> {
  const host = await room.person(room.links.host, LAPTOP);
  await host.locator('.upload [type=file]').setInputFiles({
    name: 'words.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown),
  });
  await host.getByRole('button', { name: 'Show it' }).click();
  await host.waitForURL(/\/links$/);
  const audience = await host.locator('.ways a').first().getAttribute('href');
  const follower = await room.person(audience!);
  await isLive(follower);
  await host.getByRole('link', { name: 'Present', exact: true }).click();
  await isLive(host);
  return { host, follower };
}

test('code that is told line by line is there at each step, and once in small', async ({ room }) => {
  const code = ['```rust {1|2|all}', 'let first = 1;', 'let second = 2;', '```'].join('\n');
  const { host, follower } = await shown(room, ['# Code', '---', code].join('\n\n'));

  // In small the next slide is as it will be at its end.
  const small = host.locator('.then .page pre').filter({ visible: true });
  await expect(small).toHaveCount(1);
  await expect(small.locator('.lit')).toHaveCount(0);

  const stage = follower.locator('.slide .page pre').filter({ visible: true });
  for (const [step, stressed] of [['0', ['let first = 1;']], ['1', ['let second = 2;']], ['2', []]] as const) {
    await next(host).click();
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
    await expect(follower.locator('.slide')).toHaveAttribute('data-step', step);
    await expect(stage).toHaveCount(1);
    await expect(stage).toContainText('let second = 2;');
    await expect(stage.locator('.lit')).toHaveText([...stressed]);
  }
});

test('a slide whose picture is missing is shown without it', async ({ room }) => {
  room.allow(/^webslides: page 2: the picture missing\.png /);
  const { host, follower } = await shown(room, ['# First', '---', '## Second', '![](missing.png)', '---', '# Third'].join('\n\n'));
  await next(host).click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
  await expect(follower.locator('.slide .page h2')).toHaveText('Second');
  await expect(follower.locator('.slide .page :is(img, .figure)')).toHaveCount(0);
  await isLive(follower);
  await next(host).click();
  await expect(follower.locator('.slide .page h1')).toHaveText('Third');
});

test('a name in a sentence is not broken at its hyphen', async ({ room }) => {
  const { follower } = await shown(room, Array(30).fill('and `v-motion`').join(' '));
  const lines = follower.locator('.slide .page code').evaluateAll((names) => names.map((name) => name.getClientRects().length));
  expect(new Set(await lines)).toEqual(new Set([1]));
});
