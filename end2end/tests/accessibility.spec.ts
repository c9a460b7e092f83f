import { AxeBuilder } from '@axe-core/playwright';
import { LAPTOP, PHONE, PROJECTOR, expect, isLive, next, sees, test } from './room.ts';
import { shown } from './words.ts';

for (const colorScheme of ['dark', 'light'] as const) {
  test(`nothing for axe to find, ${colorScheme}`, async ({ room }) => {
    room.allow(/404|401/);
    const { audience, projector, presenter, host } = room.links;
    const visits: [string, object][] = [
      [new URL('/', audience).href, PHONE],
      [host, PHONE],
      [host, LAPTOP],
      [audience, PHONE],
      [audience, LAPTOP],
      [projector, PROJECTOR],
      [presenter, PHONE],
      [presenter, LAPTOP],
      [`${audience}x`, LAPTOP],
      [`${audience}/present`, PHONE],
    ];
    for (const [url, device] of visits) {
      const page = await room.person(url, { ...device, colorScheme });
      if (url === host) await page.getByText('More', { exact: true }).click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${url}: ${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
    }
    const links = await room.person(host, { ...PHONE, colorScheme });
    await links.getByRole('button', { name: /^More for / }).tap();
    const menu = await new AxeBuilder({ page: links }).analyze();
    expect(menu.violations.map(({ id }) => id)).toEqual([]);
    await links.getByRole('link', { name: 'Links and QR codes' }).tap();
    await links.waitForURL(/links$/);
    const { violations } = await new AxeBuilder({ page: links }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
}

test('a screen reader hears the slide change', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  await isLive(follower);
  await next(phone).tap();
  await sees(follower, 2);
  await expect(follower.locator('[aria-live]')).toHaveText('Slide 2 of 6: One tap every screen');
  await expect(follower.getByRole('img', { name: 'One tap every screen' })).toBeVisible();
});

for (const colorScheme of ['dark', 'light'] as const)
  test(`nothing for axe to find on the pages of who presents, ${colorScheme}`, async ({ room }) => {
    const { audience, presenter, host } = room.links;
    const page = await room.person(host, { ...PHONE, colorScheme });
    const find = async (where: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
    };
    await page.goto(presenter);
    await isLive(page);
    for (const slide of [2, 3]) {
      await next(page).tap();
      await sees(page, slide);
    }
    for (const [sheet, name] of [['#more', 'More'], ['#all-slides', 'All slides']] as const) {
      await page.getByRole('button', { name, exact: true }).tap();
      const open = page.locator(sheet);
      await expect(open).toBeVisible();
      await open.evaluate((sheet) => Promise.all(sheet.getAnimations().map((animation) => animation.finished)));
      await find(sheet);
      await page.keyboard.press('Escape');
    }
    for (const path of ['times', 'remotes', 'lobby', 'links']) {
      await page.goto(`${audience}/${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await find(path);
    }
  });

const THEME = [
  '---\naccent: ACCENT\n---\n\n# Cover\n\nA subtitle\n\nA name',
  '# A chapter',
  '# A list\n\n- one with `code`\n- [a link](https://example.org)\n\n> A quotation',
  'A statement.',
  '> Words of weight\n>\n> Somebody',
  '# Code\n\n```rust {1}\nlet first = 1; // one\nlet second = "2";\n```',
  '# A table\n\n| a | b |\n|---|--:|\n| 1 | 2 |',
  '> [!WARNING]\n> Mind the gap.',
  '# Thank you\n\nQuestions?',
];

for (const accent of ['green', 'blue', 'violet'])
  test(`nothing for axe to find on slides with a ${accent} accent, light and dark`, async ({ room }) => {
    const { host, follower } = await shown(room, THEME.join('\n\n---\n\n').replace('ACCENT', accent));
    for (const [at] of THEME.entries()) {
      if (at) await next(host).click();
      await expect(follower.locator('.slide')).toHaveAttribute('data-slide', String(at + 1));
      for (const scheme of ['deck', 'dark'] as const) {
        await follower.locator('main').evaluate((main: HTMLElement, scheme) => (main.dataset.scheme = scheme), scheme);
        const { violations } = await new AxeBuilder({ page: follower }).include('.slide').analyze();
        expect.soft(violations.map(({ id, nodes }) => `${at + 1}, ${scheme}: ${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
      }
    }
  });
