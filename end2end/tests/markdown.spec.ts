import { expect, isLive, next, test } from './room.ts';
import { shown } from './words.ts';

test('code that is told line by line is there at each step, and in small as Next will show it', async ({ room }) => {
  const code = ['```rust {1|2|all}', 'let first = 1;', 'let second = 2;', '```'].join('\n');
  const { host, follower } = await shown(room, ['# Code', '---', code].join('\n\n'));

  const small = host.locator('.then .page pre').filter({ visible: true });
  await expect(small).toHaveCount(1);
  await expect(small.locator('.lit')).toHaveText(['let first = 1;']);

  const stage = follower.locator('.slide .page pre').filter({ visible: true });
  for (const [step, stressed] of [['0', ['let first = 1;']], ['1', ['let second = 2;']], ['2', []]] as const) {
    await next(host).click();
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
    await expect(follower.locator('.slide')).toHaveAttribute('data-step', step);
    await expect(stage).toHaveCount(1);
    await expect(stage).toContainText('let second = 2;');
    await expect(stage.locator('.lit')).toHaveText([...stressed]);
    if (step === '0') await expect(small.locator('.lit')).toHaveText(['let second = 2;']);
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
