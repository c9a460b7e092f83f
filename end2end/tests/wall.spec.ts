import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { flag } from './picture.ts';
import { LAPTOP, PROJECTOR, type Room, expect, isLive, next, test } from './room.ts';
import { Server } from './server.ts';
import { shown } from './words.ts';

/** A small deck for each dialect of Markdown. */
const DECKS: Record<string, string[]> = {
  plain: [
    '# A first slide\n\nWith a paragraph and `code` in it.',
    '## Lists\n\n- one\n  - two\n    - three\n- **four**, *five*, ==six==, ~~seven~~\n\n1. first\n2. second\n\n- [x] done\n- [ ] to do',
    '## Words\n\n> A quote[^1].\n\nA [link](https://example.com), <kbd>Esc</kbd> and <small>small</small>\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[^1]: Of somebody',
    '## Formulas\n\nHere $a^2 + \\frac{b}{\\sqrt{c}}$ and\n\n$$\n\\sum_{i=1}^{n} \\mathrm{x}_i = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix} \\quad \\underbrace{\\tfrac{1}{2}}_{\\text{half}} \\boxed{e^{i\\pi}}\n$$',
    '## Code\n\n```rust {1|2|all}\nlet first = "1"; // one\nlet second = 2;\n```',
    '## Beside each other\n\nLeft words\n\n- and an item\n\n|||\n\n![](flag.png)\n\n![w:300](flag.png)',
    '![](flag.png)',
    '> [!WARNING]\n> Mind the gap.\n\nمرحبا بكم, 日本語, Ελληνικά',
  ],
  marp: [
    '---\nmarp: true\npaginate: true\nheader: Above\nfooter: "Below **all**"\n---\n\n# Marp',
    '![bg](flag.png)\n\n# Over a picture\n\n- one\n- two',
    '![bg right:33% vertical](flag.png)\n![bg](flag.png)\n\n* step\n* by step',
    '![bg w:200px](flag.png)\n\n# A small one',
    '<!-- _class: lead invert -->\n\n# Dark',
    '<!-- _backgroundColor: "#123" -->\n<!-- _color: white -->\n\nA line\nbroken here :rocket:',
  ],
  slidev: [
    '---\ntheme: default\nlayout: cover\n---\n\n# Slidev',
    '---\nlayout: two-cols\n---\n\n# Left\n\n- a\n- b\n\n::right::\n\n# Right\n\n```ts\nconst x = 1\n```',
    '---\nlayout: image-right\nimage: flag.png\n---\n\n<v-clicks>\n\n- first\n- second\n\n</v-clicks>',
    '---\nlayout: quote\n---\n\n> Words of weight\n\nby somebody',
  ],
};

/** Joins slides into a deck: in Slidev, dashes end one slide and begin the next. */
const text = (slides: string[]) =>
  slides.map((slide, at) => (at && !slide.startsWith('---') ? `---\n\n${slide}` : slide)).join('\n\n');

for (const [kind, slides] of Object.entries(DECKS)) {
  test(`each slide of a ${kind} deck is drawn the same wherever it stands`, async ({ room }) => {
    const server = new Server();
    try {
      const folder = join(server.directory, 'deck');
      mkdirSync(folder);
      writeFileSync(join(folder, 'flag.png'), flag());
      writeFileSync(join(folder, 'slides.md'), text(slides));
      const links = await server.start([folder]);
      await isDrawnAlike(room, links.presenter, links.audience, links.projector, slides.length);
    } finally {
      await server.kill();
      server.remove();
    }
  });
}

async function isDrawnAlike(room: Room, ...[presenter, audience, screen, slides]: [string, string, string, number]): Promise<void> {
  const host = await room.person(presenter);
  const follower = await room.person(audience);
  const projector = await room.person(screen, PROJECTOR);
  const judge = await room.newcomer();
  for (const page of [host, follower, projector]) await isLive(page);
  const thumbnails = host.locator('#all-slides .mini .page');
  // The server renders the panel with the slides that are ready when the page is requested.
  await expect.poll(async () => ((await thumbnails.count()) < slides && (await host.reload()), thumbnails.count())).toBe(slides);
  await isLive(host);

  await host.getByRole('button', { name: 'All slides' }).first().click();
  const small: Buffer[] = [];
  for (let slide = 1; slide <= slides; slide++)
    small.push(await drawn(host, `#all-slides li[data-number="${slide}"] .mini`));
  await host.keyboard.press('Escape');

  const same = async (one: Buffer, other: Buffer, where: string) => {
    const unlike = await differing(judge, one, other);
    if (unlike > SMOOTHED)
      for (const [name, body] of Object.entries({ one, other }))
        await test.info().attach(`${where}, ${name}`, { body, contentType: 'image/png' });
    expect.soft(unlike, where).toBeLessThanOrEqual(SMOOTHED);
  };
  const place = () => follower.locator('.slide').first().evaluate((it: HTMLElement) => [Number(it.dataset.slide), Number(it.dataset.step)] as const);
  let before: Buffer | undefined;
  let last = [0, 0] as readonly [number, number];
  for (;;) {
    const [slide, step] = await place();
    for (const page of [projector, host])
      for (const [name, value] of [['data-slide', slide], ['data-step', step]] as const)
        await expect(page.locator('.slide').first()).toHaveAttribute(name, String(value));
    const where = `slide ${slide}, step ${step}`;
    const followed = await drawn(follower, '.slide');
    await same(followed, await drawn(projector, '.slide'), `${where}: the projector`);
    await same(followed, await drawn(host, '.now .slide'), `${where}: the presenter`);
    if (before) await same(followed, before, `${where}: what was shown as the next`);
    last = [slide, step];
    if (await host.locator('.then .page').count()) before = await drawn(host, '.then .mini');
    else {
      await same(followed, small[slide - 1]!, `${where}: among all slides`);
      break;
    }
    await next(host).click();
    await expect.poll(async () => String(await place())).not.toBe(String(last));
    // The grid of all slides shows the last step.
    if ((await place())[0] !== slide) await same(followed, small[slide - 1]!, `${where}: among all slides`);
  }
  expect(last[0]).toBe(slides);
  for (const page of [host, follower, projector]) await page.close();
}

/** The most pixels that may differ by antialiasing; a full stop has more. */
const SMOOTHED = 8;

/** A screenshot of a slide at its design size, with everything around it hidden. */
async function drawn(page: Page, slide: string): Promise<Buffer> {
  const place = page.locator(slide).first();
  await place.evaluate(async (slide: HTMLElement) => {
    const say = (element: HTMLElement, style: Record<string, string>) => {
      element.dataset.before = element.style.cssText;
      for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value, 'important');
    };
    const none = ['contain', 'transform', 'translate', 'scale', 'filter', 'backdrop-filter', 'perspective', 'clip-path'];
    for (let around = slide.parentElement; around; around = around.parentElement)
      say(around, {
        ...Object.fromEntries(none.map((name) => [name, 'none'])),
        'container-type': 'normal', 'content-visibility': 'visible', 'will-change': 'auto', overflow: 'visible', opacity: '1', visibility: 'hidden',
      });
    say(slide, {
      position: 'fixed', inset: '0 auto auto 0', width: '1280px', height: '720px', margin: '0', 'border-radius': '0', outline: 'none', visibility: 'visible',
    });
    // The edge is the page's, not the slide's.
    say(slide.querySelector<HTMLElement>('.page')!, { outline: 'none' });
    const pictures = [...slide.querySelectorAll('img')];
    for (const picture of pictures) picture.loading = 'eager';
    await Promise.all(pictures.map((picture) => picture.decode()));
    await document.fonts.ready;
  });
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 1280, height: 720 }, animations: 'disabled' });
  await place.evaluate((slide: HTMLElement) => {
    for (const element of [slide.querySelector<HTMLElement>('.page')!, slide, ...ancestors(slide)]) {
      element.style.cssText = element.dataset.before ?? '';
      delete element.dataset.before;
    }
    function* ancestors(element: HTMLElement) {
      for (let around = element.parentElement; around; around = around.parentElement) yield around;
    }
  });
  return picture;
}

/** The number of pixels that differ by more than antialiasing. */
const differing = (judge: Page, ...pictures: [Buffer, Buffer]): Promise<number> =>
  judge.evaluate(async (pictures) => {
    const pixels = pictures.map(async (picture) => {
      const answer = await fetch(`data:image/png;base64,${picture}`);
      const bitmap = await createImageBitmap(await answer.blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      canvas.drawImage(bitmap, 0, 0);
      return canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
    });
    const [one, other] = (await Promise.all(pixels)) as [Uint8ClampedArray, Uint8ClampedArray];
    let unlike = one.length === other.length ? 0 : Infinity;
    for (let at = 0; at < one.length; at += 4)
      if ([0, 1, 2].some((channel) => Math.abs(one[at + channel]! - other[at + channel]!) > 64)) unlike++;
    return unlike;
  }, pictures.map((picture) => picture.toString('base64')));

test('nothing that a page says of its own elements reaches into a slide, nor into its formulas', async ({ room }) => {
  const { follower } = await shown(room, DECKS.plain!.filter((slide) => slide.includes('Formulas')).join(''));
  const judge = await room.newcomer();
  const before = await drawn(follower, '.slide');
  await follower.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`@layer pages {
      .page, .page * {
        color: red; background: lime; font: italic 900 9px/3 serif; letter-spacing: 9px; text-transform: uppercase; padding: 5px;
        border: 2px solid; box-sizing: content-box; text-indent: 9px; word-spacing: 9px; opacity: 0.5; text-shadow: 2px 2px blue;
        math-style: compact; math-depth: 3; filter: blur(1px);
      }
      .page ::before { content: "!"; }
    }`);
    document.adoptedStyleSheets = [sheet];
  });
  const after = await drawn(follower, '.slide');
  expect(await differing(judge, before, after)).toBeLessThanOrEqual(SMOOTHED);
});

test('everybody sees a deck in the same colours, whatever their own screen prefers', async ({ room }) => {
  const { follower } = await shown(room, DECKS.plain![0]!);
  const colours = (page: Page) =>
    page.locator('.slide .page').evaluate((slide) => [getComputedStyle(slide).color, getComputedStyle(slide).backgroundColor]);
  const others = [{ colorScheme: 'dark' }, { colorScheme: 'light' }, { forcedColors: 'active' }] as const;
  for (const other of others) {
    const person = await room.person(follower.url(), { ...LAPTOP, ...other });
    await isLive(person);
    expect(await colours(person)).toEqual(['rgb(18, 24, 27)', 'rgb(255, 255, 255)']);
  }
});
