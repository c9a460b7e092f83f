import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { picture } from './picture.ts';
import { PHONE, PROJECTOR, expect, isLive, next, test } from './room.ts';
import { Server } from './server.ts';
import { shown } from './words.ts';

const row = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
const table = (head: string[], body: string[]) => row(head) + row(head.map(() => '--')) + row(body);
const names = Array.from({ length: 11 }, (_, column) => String.fromCharCode(97 + column).repeat(8));
const terms = Array.from({ length: 14 }, (_, power) => `a_{${power}} x^{${power}}`);
const cramped = Array.from({ length: 24 }, (_, line) => `line_${line} = "${'words '.repeat(8)}"`);

/** The elements that the slide's edge cuts off. */
const SLIDES = [
  '# Fit',
  '<center><img src="wide.png"></center>\n\nWords below\n\n- one\n- two',
  '<p align="center">\n  <img src="upright.png" alt="x">\n</p>',
  '- item\n\n  ![](upright.png)\n\n- item\n\n  ![](wide.png)\n\n- item',
  '![](upright.png)\n\n|||\n\n![](upright.png)\n\nwords below it',
  table(['A', 'B'], ['![](wide.png)', '![](upright.png)']),
  'Words beside ![](upright.png) a picture\n\nand more of them',
  '<figure>\n<img src="wide.png">\n<figcaption>Caption</figcaption>\n</figure>\n\n1. a\n2. b',
  table(names, names.map((_, column) => (column < 6 ? '`some_long_identifier`' : 'x'))),
  `$$\nf(x) = ${terms.join(' + ')}\n$$`,
  `${'Donaudampfschifffahrtsgesellschaft'.repeat(4)}\n\n# ${'Donaudampfschifffahrtsgesellschaft'.repeat(2)}`,
  `\`\`\`text\n${cramped.join('\n')}\n\`\`\``,
];

test('everything on a slide ends inside of it, and its pictures come in several sizes', async ({ room }) => {
  const server = new Server();
  try {
    const folder = join(server.directory, 'deck');
    mkdirSync(folder);
    writeFileSync(join(folder, 'wide.png'), picture(1600, 1200));
    writeFileSync(join(folder, 'upright.png'), picture(1200, 1600));
    writeFileSync(join(folder, 'deck.md'), SLIDES.map((slide, at) => (at ? `## Slide ${at + 1}\n\n${slide}` : slide)).join('\n\n---\n\n'));
    const links = await server.start([join(folder, 'deck.md')]);
    const presenter = await room.person(links.presenter);
    const pages = [await room.person(links.projector, PROJECTOR), await room.person(links.audience, PHONE)];
    for (const page of [presenter, ...pages]) await isLive(page);

    for (let slide = 1; slide <= SLIDES.length; slide++) {
      if (slide > 1) await next(presenter).click();
      for (const page of pages) {
        await expect(page.locator('.slide')).toHaveAttribute('data-slide', String(slide));
        const pictures = page.locator('.slide .page img');
        const come = () => pictures.evaluateAll((all) => all.every((it) => (it as HTMLImageElement).naturalWidth > 0));
        await expect(pictures).toHaveCount(SLIDES[slide - 1]!.split('.png').length - 1);
        await expect.poll(come).toBe(true);
        for (const one of await pictures.all()) await expect(one).toHaveAttribute('srcset', / 640w, .*w$/);
        expect(await page.locator('.slide').evaluate(outside), `slide ${slide}`).toEqual([]);
      }
    }
    for (const page of [presenter, ...pages]) await page.close();
  } finally {
    await server.kill();
    server.remove();
  }
});

/** The elements of a slide that are only partly visible. */
function outside(slide: Element): string[] {
  const edge = slide.querySelector('.page')!.getBoundingClientRect();
  return [...slide.querySelectorAll('.page .body *')]
    .filter((element) => {
      const { top, right, bottom, left, width } = element.getBoundingClientRect();
      return width > 0 && (top < edge.top - 1 || right > edge.right + 1 || bottom > edge.bottom + 1 || left < edge.left - 1);
    })
    .map((element) => `${element.tagName}: ${element.textContent!.slice(0, 40)}`);
}

const POINTS = ['a short one', 'one of a few words, as people write them', 'one with **strong** and `inline code`, and a clause that goes on to a second line of its own on most slides'];
const many = (count: number, point: string) => Array.from({ length: count }, () => `- ${point}`).join('\n');

/** Bodies of all lengths: lists, paragraphs, tables, columns, quotes and letters of several scripts. */
const BODIES = [
  ...[2, 5, 7, 9, 11, 14, 18].flatMap((count) => POINTS.map((point) => many(count, point))),
  ...[3, 6, 10].map((count) => Array.from({ length: count }, () => 'A paragraph of some length that says one thing and then another, as paragraphs do.').join('\n\n')),
  ...[4, 8, 12].map((count) => `${row(['What', 'Where', 'How much'])}${row(['--', '--', '--'])}${row(['a thing of some length', 'here', '12']).repeat(count)}`),
  ...[4, 8].map((count) => `${many(count, POINTS[1]!)}\n\n|||\n\n${many(count, POINTS[0]!)}`),
  ...[4, 9].map((count) => many(count, 'Слайд меняется сразу, η διαφάνεια αλλάζει αμέσως, trang chiếu thay đổi')),
  `> ${POINTS[2]}\n\n${many(6, POINTS[1]!)}`,
];

/** The server measures with the theme's typefaces, as a browser does. */
test('what the server says fits, fits, and could seldom be larger', async ({ room }) => {
  const { host } = await shown(room, ['# Fit', ...BODIES.map((body, at) => `# Slide ${at + 2}\n\n${body}`)].join('\n\n---\n\n'));
  const pages = host.locator('#all-slides .mini .page');
  const count = BODIES.length + 1;
  await expect.poll(async () => ((await pages.count()) < count && (await host.reload()), pages.count())).toBe(count);
  await isLive(host);
  await host.getByRole('button', { name: 'All slides' }).first().click();
  await host.evaluate(() => Promise.all([...document.fonts].map((font) => font.load())));
  const found = await pages.evaluateAll((pages) => {
    const scales = [36, 44, 52, 60, 68, 76, 84, 92, 100];
    const scale = (page: Element) => Number(/fit-(\d+)/.exec(page.className)?.[1] ?? 100);
    // In the slide's own pixels, whatever the size of the thumbnail.
    const fits = (page: Element) => {
      const body = page.querySelector<HTMLElement>('.body')!;
      const ends = [...body.children].map((child) => (child as HTMLElement).offsetTop + (child as HTMLElement).offsetHeight);
      return Math.max(...ends) <= 720 - 56 + 1;
    };
    return pages.map((page, at) => {
      const own = scale(page);
      const fit = fits(page);
      const larger = scales[scales.indexOf(own) + 1];
      page.classList.remove(`fit-${own}`);
      if (larger && larger < 100) page.classList.add(`fit-${larger}`);
      return { slide: at + 1, own, fit, isSmall: own < 100 && own !== 36 && fits(page) };
    });
  });
  expect(found.filter(({ fit, own }) => !fit && own > 36)).toEqual([]);
  expect(found.filter(({ own }) => own < 100).length).toBeGreaterThan(10);
  expect(found.filter(({ isSmall }) => isSmall).length, JSON.stringify(found)).toBeLessThanOrEqual(2);
});
