import type { Page } from '@playwright/test';
import { LAPTOP, PROJECTOR, expect, isLive, next, test } from './room.ts';
import { shown } from './words.ts';

const DECK = ['# First', '# Second\n\n- a\n- b', '<!-- _backgroundColor: "#123" -->\n\n# Third', '# Fourth'];
const deck = (front: string) => `---\nmarp: true\n${front}---\n\n${DECK.join('\n\n---\n\n')}`;

const ground = (page: Page, slide = '.slide') =>
  page.locator(`${slide} .page`).first().evaluate((page) => getComputedStyle(page).backgroundColor);

const LIGHT = 'rgb(255, 255, 255)';
const DARK = 'rgb(14, 17, 19)';

async function choose(host: Page, name: string) {
  await host.getByRole('button', { name: 'More', exact: true }).click();
  const choice = host.getByRole('button', { name, exact: true });
  await choice.click();
  await expect(choice).toHaveAttribute('aria-pressed', 'true');
  await host.keyboard.press('Escape');
}

test('the presenter chooses the colours of a Markdown deck for everybody', async ({ room }) => {
  const { host, follower } = await shown(room, deck('theme: default\n').replace('theme: default', 'title: Colours'));
  const projector = await room.person(follower.url() + '/screen', PROJECTOR);
  await isLive(projector);
  await next(host).click();
  for (const page of [follower, projector, host]) await expect(page.locator('.slide').first()).toHaveAttribute('data-slide', '2');
  for (const [choice, expected] of [['Dark', DARK], ['Light', LIGHT], ['Dark', DARK], ['The deck’s', LIGHT]] as const) {
    await choose(host, choice);
    for (const page of [follower, projector, host]) await expect.poll(() => ground(page)).toBe(expected);
    await expect.poll(() => ground(host, '#all-slides .mini')).toBe(expected);
  }
  // Who comes later sees the same, without script, too.
  await choose(host, 'Dark');
  const late = await room.person(follower.url(), { ...LAPTOP, javaScriptEnabled: false });
  await expect.poll(() => ground(late)).toBe(DARK);
  // A slide with a ground of its own keeps its colours.
  await next(host).click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '3');
  const ink = () => follower.locator('.slide .page h1').evaluate((title) => getComputedStyle(title).color);
  expect(await ink()).toBe('rgb(241, 244, 245)');
  await choose(host, 'Light');
  await expect(follower.locator('main')).toHaveAttribute('data-scheme', 'light');
  expect(await ink()).toBe('rgb(241, 244, 245)');
});

test('a slide fades in where the presenter wants that, and is alone afterwards', async ({ room }) => {
  const { host, follower } = await shown(room, deck('title: Fade\n'));
  const faces = follower.locator('.slide > .face');
  const fades = (page: Page) =>
    page.evaluate(() => {
      const seen: number[] = [];
      const slide = document.querySelector('.slide')!;
      new MutationObserver(() => seen.push(slide.querySelectorAll(':scope > .face').length)).observe(slide, { childList: true });
      (window as unknown as { seen: number[] }).seen = seen;
    });
  const seen = () => follower.evaluate(() => Math.max(...(window as unknown as { seen: number[] }).seen));
  await fades(follower);
  await next(host).click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
  expect(await seen(), 'a cut').toBe(1);

  await choose(host, 'With a fade');
  await expect(host.locator('#more')).toBeHidden();
  await next(host).click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '3');
  await expect(faces).toHaveCount(1);
  expect(await seen(), 'both for a moment').toBe(2);

  // Faster than it fades.
  const previous = host.getByRole('button', { name: 'Previous' });
  for (const button of [next(host), previous, previous]) await button.click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
  await expect(faces).toHaveCount(1);
  await expect(faces.locator('h1')).toHaveText('Second');
  await expect(faces).not.toHaveAttribute('data-fades');
});

test('before the talk the invitation fills the projector, until the first move', async ({ room }) => {
  const { host, follower } = await shown(room, deck('title: Invited\n'));
  // In the presenter's own browser, which knows how many are here.
  const projector = await host.context().newPage();
  await projector.setViewportSize({ width: 1920, height: 1080 });
  await projector.goto(`${follower.url()}/screen`);
  await isLive(projector);
  await host.getByRole('button', { name: 'More', exact: true }).click();
  await host.getByRole('button', { name: 'Links', exact: true }).click();
  await host.getByRole('button', { name: 'Show on the projector' }).click();
  const invitation = projector.locator('.invitation');
  await expect(invitation).toBeVisible();
  await expect.poll(async () => (await invitation.boundingBox())!.width).toBe(1920);
  await expect(projector.getByText('Follow along on your phone')).toBeVisible();
  await expect(projector.getByText('1 person is here.')).toBeVisible();
  await host.reload();
  await isLive(host);
  await next(host).click();
  await expect(projector.locator('.slide')).toHaveAttribute('data-slide', '2');
  await expect(invitation).toBeHidden();
  await projector.close();
});

test('notes in Markdown are rendered for the presenter, and do nothing', async ({ room }) => {
  const notes = '<!--\nSay **this** and *slowly*:\n\n- one\n- two\n\n`code`, [a link](https://example.org), <b>tags</b>\n-->';
  const { host, follower } = await shown(room, `# First\n\n${notes}\n\n---\n\n# Second`);
  const said = host.getByRole('region', { name: 'Notes' });
  await expect(said.locator('strong')).toHaveText('this');
  await expect(said.locator('em')).toHaveText('slowly');
  await expect(said.getByRole('listitem')).toHaveText(['one', 'two']);
  await expect(said.getByRole('link', { name: 'a link' })).toHaveAttribute('target', '_blank');
  await expect(said).toContainText('<b>tags</b>');
  await expect(said).not.toContainText('**');
  expect(await follower.content()).not.toContain('slowly');
  await next(host).click();
  await expect(said).toHaveText('No notes for this slide.');
});

test('a deck says how long it should take, and the clock tells by it', async ({ room }) => {
  const { host } = await shown(room, '---\ntheme: seriph\nduration: 2min\n---\n\n# First\n\n---\nlayout: section\nduration: 18min\n---\n\n# Second\n\n---\n\n# Third');
  await expect(host.locator('.clock .pace')).toHaveText('20:00 left');
  await next(host).click();
  await expect(host.locator('.clock .pace')).toHaveText(/^(20:00|19:5\d) left, (5:\d\d|6:\d\d) ahead$/);
});
