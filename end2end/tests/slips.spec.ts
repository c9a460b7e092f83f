import type { Locator, Page } from '@playwright/test';
import { LAPTOP, expect, isLive, next, previous, sees, test } from './room.ts';
import { shown } from './words.ts';

// The room must not see what a hand does by mistake.

const button = (page: Page | Locator, name: string) => page.getByRole('button', { name, exact: true });

const middle = async (locator: Locator) => {
  const box = (await locator.boundingBox())!;
  return [box.x + box.width / 2, box.y + box.height / 4] as const;
};

/** A point of it that no sheet covers. */
const free = (locator: Locator) =>
  locator.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const points = [0.05, 0.5, 0.95].flatMap((across) => [0.05, 0.5, 0.95].map((down) => [x + width * across, y + height * down]));
    return points.find(([x, y]) => !document.elementFromPoint(x!, y!)?.closest('.panel')) as [number, number] | undefined;
  });

test('a finger beside an open sheet closes it and does nothing else', async ({ room }) => {
  const phone = await room.presenter();
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [phone, laptop, follower]) await isLive(page);
  const touch = async (page: Page, at: readonly [number, number]) =>
    page === phone ? phone.touchscreen.tap(...at) : laptop.mouse.click(...at);
  for (const page of [phone, laptop]) {
    const clock = page.getByRole('dialog', { name: 'Clock' });
    const now = page.getByRole('region', { name: 'Current slide' });
    for (const beside of [now, next(page), previous(page)]) {
      await page.locator('header .clock').click();
      await expect(clock).toBeVisible();
      const at = await free(beside);
      if (at) await touch(page, at);
      else await page.keyboard.press('Escape');
      await expect(clock).toBeHidden();
      expect(at ?? beside).not.toBe(now);
    }
    // Then it does what it says.
    await next(page).click();
  }
  await sees(follower, 3);
});

test('a swipe beside an open sheet moves nothing', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [laptop, follower]) await isLive(page);
  await button(laptop, 'More').click();
  const [x, y] = await middle(laptop.getByRole('region', { name: 'Current slide' }));
  await laptop.mouse.move(x, y);
  await laptop.mouse.down();
  await laptop.mouse.move(x - 200, y, { steps: 5 });
  await laptop.mouse.up();
  await laptop.keyboard.press('Escape');
  await next(laptop).click();
  await sees(follower, 2);
});

test('what is typed after “s” is searched for, Enter chooses, and Enter goes', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [laptop, follower]) await isLive(page);
  await laptop.keyboard.press('s');
  const search = laptop.getByLabel('Search the slides');
  await expect(search).toBeFocused();
  await laptop.keyboard.type('your own w b 4');
  await expect(search).toHaveValue('your own w b 4');
  await search.fill('your own');
  await laptop.keyboard.press('Enter');
  await expect(button(laptop, 'Go to slide 6')).toBeFocused();
  await sees(follower, 1);
  await expect(follower.locator('.slide')).toHaveAttribute('data-screen', 'live');
  await laptop.keyboard.press('Enter');
  await sees(follower, 6);

  // It is cleared the next time.
  await laptop.keyboard.press('/');
  await expect(search).toHaveValue('');
  const sheet = laptop.getByRole('region', { name: 'All slides' });
  await expect(sheet.getByRole('listitem')).toHaveCount(6);
  await expect(sheet.getByRole('radio', { checked: true })).toHaveCount(0);
});

test('all slides stand on a wide page, each one drawn, the current one marked', async ({ room }) => {
  const { host } = await shown(room, '# First\n\n---\n\n# Second\n\n---\n\n# Third');
  const slides = host.getByRole('region', { name: 'All slides' }).getByRole('listitem');
  await expect(slides).toHaveCount(3);
  for (const slide of await slides.all()) {
    const [page, frame] = [await slide.locator('.page').boundingBox(), await slide.locator('.mini').boundingBox()];
    expect(page!.width).toBeCloseTo(frame!.width, 0);
  }
  await expect(slides.nth(0)).toHaveAttribute('aria-current', 'true');
  await host.keyboard.press('ArrowRight');
  await expect(slides.nth(1)).toHaveAttribute('aria-current', 'true');
  await expect(slides.nth(0)).not.toHaveAttribute('aria-current');
  // Its search takes the keys only while it has the focus.
  await host.getByLabel('Search the slides').fill('third');
  await expect(slides.filter({ visible: true })).toHaveCount(1);
  await host.keyboard.press('Escape');
  await host.keyboard.press('Escape');
  await host.keyboard.press('ArrowRight');
  await expect(slides.nth(2)).toHaveAttribute('aria-current', 'true');
});

test('the search knows the last word of a long slide, and its notes', async ({ room }) => {
  const long = `# Long\n\n${'many words '.repeat(60)}\n\nantepenultimate\n\n<!-- hippopotamus -->`;
  const { host } = await shown(room, ['# First', '---', long].join('\n\n'));
  await host.keyboard.press('s');
  const found = host.getByRole('region', { name: 'All slides' }).getByRole('listitem');
  for (const word of ['antepenultimate', 'Hippopotamus']) {
    await host.keyboard.type(word);
    await expect(found).toHaveCount(1);
    await host.getByLabel('Search the slides').fill('');
  }
});

test('pointing at a link does not follow it', async ({ room }) => {
  const { host, follower } = await shown(room, '# Links\n\n[nowhere else](https://example.org/)\n\n---\n\n# Second');
  const link = host.locator('.now').getByRole('link', { name: 'nowhere else' });
  const [x, y] = await middle(link);
  await host.mouse.move(x, y);
  await host.mouse.down();
  await expect(follower.locator('.slide > .pointing')).toHaveAttribute('data-tool', 'spot');
  await host.mouse.up();
  await expect(follower.locator('.slide > .pointing')).toHaveCount(0);
  await next(host).click();
  await expect(follower.locator('.slide .page h1')).toHaveText('Second');
  expect(host.context().pages()).toHaveLength(1);
});

test('half of a number is forgotten with the next tap', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [laptop, follower]) await isLive(page);
  await laptop.keyboard.type('6');
  await expect(laptop.getByText('Slide 6: press Enter.')).toBeVisible();
  await next(laptop).click();
  await sees(follower, 2);
  await laptop.keyboard.press('Enter');
  await sees(follower, 3);
});

test('a keyboard opens links, and scrolls long notes', async ({ room }) => {
  const notes = `<!--\n${'A line of notes.\n'.repeat(80)}-->`;
  const { host, follower } = await shown(room, `# First\n\n${notes}\n\n---\n\n# Second`);
  const region = host.getByRole('region', { name: 'Notes' });
  while (!(await region.evaluate((notes) => notes === document.activeElement))) await host.keyboard.press('Tab');
  await host.keyboard.press('ArrowDown');
  await expect.poll(() => region.evaluate((notes) => notes.scrollTop)).toBeGreaterThan(0);
  // A clicker's key is a clicker's key wherever the focus is.
  await host.keyboard.press('PageDown');
  await expect(follower.locator('.slide .page h1')).toHaveText('Second');
  await host.keyboard.press('PageUp');
  await expect(follower.locator('.slide .page h1')).toHaveText('First');

  await button(host, 'More').focus();
  await host.keyboard.press('Enter');
  await host.getByRole('link', { name: 'Remotes' }).focus();
  await host.keyboard.press('Enter');
  await host.waitForURL(/\/remotes$/);
  await expect(follower.locator('.slide .page h1')).toHaveText('First');
});

test('Escape that closes a sheet leaves the drawing', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [laptop, follower]) await isLive(page);
  await button(laptop, 'More').click();
  await laptop.getByRole('radio', { name: 'Pencil' }).check();
  await laptop.keyboard.press('Escape');
  const [x, y] = await middle(laptop.getByRole('region', { name: 'Current slide' }));
  await laptop.mouse.move(x, y);
  await laptop.mouse.down();
  await laptop.mouse.move(x + 50, y, { steps: 3 });
  await laptop.mouse.up();
  const strokes = follower.locator('.pointing polyline');
  await expect(strokes).toHaveCount(1);
  await laptop.keyboard.press('?');
  await laptop.keyboard.press('Escape');
  await expect(laptop.getByRole('dialog', { name: 'Keys' })).toBeHidden();
  await expect(strokes).toHaveCount(1);
  await laptop.keyboard.press('Escape');
  await expect(strokes).toHaveCount(0);
});

test('a white screen is taken off where it was put on', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await button(phone, 'More').tap();
  const white = button(phone, 'White screen');
  await white.tap();
  await expect(follower.locator('.slide')).toHaveAttribute('data-screen', 'white');
  await expect(white).toHaveAttribute('aria-pressed', 'true');
  await white.tap();
  await expect(follower.locator('.slide')).toHaveAttribute('data-screen', 'live');
  await expect(white).toHaveAttribute('aria-pressed', 'false');
});

test('in small is what Next will show: one more step, and then the slide after', async ({ room }) => {
  const build = '## Build\n\n- one\n\n<!-- pause -->\n\n- two';
  const { host } = await shown(room, ['# First', build, '# Third'].join('\n\n---\n\n'));
  const small = host.locator('.then');
  const items = small.locator('li').filter({ visible: true });
  await expect(small.getByRole('heading')).toHaveText('Build');
  await expect(items).toHaveText(['one']);
  await next(host).click();
  await expect(items).toHaveText(['one', 'two']);
  await expect(small).toContainText('Next: step 1');
  await next(host).click();
  await expect(host.locator('.now [aria-live]')).toHaveText('Slide 2 of 3, step 1: Build');
  await expect(small.getByRole('heading')).toHaveText('Third');
});
