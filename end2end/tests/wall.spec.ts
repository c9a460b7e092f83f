import type { Page } from '@playwright/test';
import { LAPTOP, PROJECTOR, type Room, expect, isLive, test } from './room.ts';
import { shown } from './words.ts';

/** One of each that a Markdown slide may have. */
const DECK = [
  '# A first slide\n\nWith a paragraph and `code` in it.',
  '## Lists\n\n- one\n  - two\n    - three\n- **four**, *five*, ==six==\n\n1. first\n2. second\n\n- [x] done\n- [ ] to do',
  '## Words\n\n> A quote.\n\nA [link](https://example.com) and $a^2 + b^2$.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```rust\nfn main() {}\n```',
].join('\n\n---\n\n');

/** What draws a slide, as the browser computes it: of each of its elements. */
const looks = (page: Page, slide: string) =>
  page.locator(slide).first().evaluate((slide) => {
    const ofThePage = new Set(['cursor', 'pointer-events', 'perspective-origin', 'transform-origin', 'user-select', '-webkit-user-select']);
    const drawn = (element: Element, part?: string) => {
      const style = getComputedStyle(element, part);
      return [...style].filter((name) => !name.startsWith('--') && !ofThePage.has(name)).map((name) => `${name}: ${style.getPropertyValue(name)}`);
    };
    return [...slide.querySelectorAll('*')].flatMap((element) =>
      [undefined, '::before', '::after', '::marker'].map((part) => [element.tagName, part, ...drawn(element, part)].join('\n')));
  });

async function people(room: Room): Promise<{ host: Page; follower: Page; projector: Page }> {
  const { host, follower } = await shown(room, DECK);
  const projector = await room.person(`${follower.url()}/screen`, PROJECTOR);
  await isLive(projector);
  return { host, follower, projector };
}

test('a Markdown slide looks the same wherever it stands', async ({ room }) => {
  const { host, follower, projector } = await people(room);
  await host.getByRole('button', { name: 'All slides' }).first().click();
  for (const slide of [1, 2, 3]) {
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', String(slide));
    await expect(projector.locator('.slide')).toHaveAttribute('data-slide', String(slide));
    await expect(host.locator('.now .slide')).toHaveAttribute('data-slide', String(slide));
    const expected = await looks(follower, '.slide .page');
    expect(await looks(projector, '.slide .page')).toEqual(expected);
    expect(await looks(host, '.now .page')).toEqual(expected);
    expect(await looks(host, `#all-slides li[data-number="${slide}"] .page`)).toEqual(expected);
    if (slide === 3) break;
    const next = await looks(host, '.then .page');
    await host.keyboard.press('Escape');
    await host.getByRole('button', { name: 'Next', exact: true }).click();
    await expect(follower.locator('.slide')).toHaveAttribute('data-slide', String(slide + 1));
    expect(await looks(follower, '.slide .page')).toEqual(next);
    await host.getByRole('button', { name: 'All slides' }).first().click();
  }
});

test('everybody sees a deck in the same colours, whatever their own screen prefers', async ({ room }) => {
  const { follower } = await shown(room, DECK);
  const colours = (page: Page) =>
    page.locator('.slide .page').evaluate((slide) => [getComputedStyle(slide).color, getComputedStyle(slide).backgroundColor]);
  const others = [{ colorScheme: 'dark' }, { colorScheme: 'light' }, { forcedColors: 'active' }] as const;
  for (const other of others) {
    const person = await room.person(follower.url(), { ...LAPTOP, ...other });
    await isLive(person);
    expect(await colours(person)).toEqual(['rgb(18, 24, 27)', 'rgb(255, 255, 255)']);
  }
});
