import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { picture } from './picture.ts';
import { PROJECTOR, expect, isLive, next, test } from './room.ts';
import { Server } from './server.ts';
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

/** Left, top, width and height of each picture behind or beside the words, on a slide of 1280 x 720. */
const GROUNDS: [string, number[][]][] = [
  ['![bg](a.png)', [[0, 0, 1280, 720]]],
  ['![bg](a.png)\n![bg](a.png)', [[0, 0, 640, 720], [640, 0, 640, 720]]],
  ['![bg vertical](a.png)\n![bg](a.png)', [[0, 0, 1280, 360], [0, 360, 1280, 360]]],
  ['![bg right:25%](a.png)', [[960, 0, 320, 720]]],
  ['![bg right:25% vertical](a.png)\n![bg](a.png)', [[960, 0, 320, 360], [960, 360, 320, 360]]],
  ['![bg w:200px](a.png)', [[540, 310, 200, 100]]],
  ['![bg h:100px](a.png)', [[540, 310, 200, 100]]],
];

test('backgrounds of Marp cover what they are given, or have the size that they ask for', async ({ room }) => {
  const server = new Server();
  try {
    const folder = join(server.directory, 'deck');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.png'), picture(320, 160));
    const slides = GROUNDS.map(([ground], at) => `${ground}\n\n# Slide ${at + 1}`);
    writeFileSync(join(folder, 'slides.md'), `---\nmarp: true\n---\n\n${slides.join('\n\n---\n\n')}\n`);
    const links = await server.start([folder]);
    const presenter = await room.person(links.presenter);
    const projector = await room.person(links.projector, { ...PROJECTOR, viewport: { width: 1280, height: 720 } });
    for (const page of [presenter, projector]) await isLive(page);
    for (const [at, [ground, expected]] of GROUNDS.entries()) {
      if (at > 0) await next(presenter).click();
      await expect(projector.locator('.slide')).toHaveAttribute('data-slide', String(at + 1));
      const pictures = projector.locator('.slide .pictures img');
      await expect(pictures).toHaveCount(expected.length);
      const come = () => pictures.evaluateAll((all) => all.every((it) => (it as HTMLImageElement).naturalWidth > 0));
      await expect.poll(come).toBe(true);
      const places = await pictures.evaluateAll((all) =>
        all.map((it) => it.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height].map(Math.round)));
      expect.soft(places, ground).toEqual(expected);
    }
    for (const page of [presenter, projector]) await page.close();
  } finally {
    await server.kill();
    server.remove();
  }
});
