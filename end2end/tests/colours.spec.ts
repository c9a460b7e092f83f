import type { Locator, Page } from '@playwright/test';
import { BLACK, EVERYWHERE, WHITE, colours } from './colours.ts';
import { PHONE, PROJECTOR, type Room, expect, isLive, next, test } from './room.ts';
import { shown } from './words.ts';

// People with forced colours, as in Windows' contrast themes, see the page in those. What the
// whole room sees keeps its colours: black, white, slides, and QR codes.

/** Its screenshots with forced colours, dark and light, and with none. */
async function pictures(page: Page, what: Locator): Promise<Buffer[]> {
  const pictures = [];
  // Its edges may share a pixel with the page around it, and on a remote a word covers its lower edge.
  const { x, y, width, height } = (await what.boundingBox())!;
  const clip = { x: x + 2, y: y + 2, width: width - 4, height: height * 0.8 };
  for (const colorScheme of ['dark', 'light'] as const)
    for (const forcedColors of ['active', 'none'] as const) {
      await page.emulateMedia({ colorScheme, forcedColors });
      pictures.push(await page.screenshot({ clip }));
    }
  return pictures;
}

async function areAlike(page: Page, what: Locator): Promise<void> {
  await what.scrollIntoViewIfNeeded();
  const [first, ...others] = await pictures(page, what);
  for (const other of others) expect(other.equals(first!), 'the same picture in any colours').toBe(true);
}

const forced = (room: Room, url: string) => room.person(url, { ...PROJECTOR, forcedColors: 'active' });

for (const colorScheme of ['dark', 'light'] as const)
  test(`black is black and white is white under a ${colorScheme} system’s own colours`, async ({ room }) => {
    const phone = await room.presenter();
    const people = [await forced(room, room.links.projector), await forced(room, room.links.audience)];
    for (const page of [phone, ...people]) await isLive(page);
    for (const page of people) await page.emulateMedia({ colorScheme, forcedColors: 'active' });
    await phone.getByRole('button', { name: 'More', exact: true }).tap();
    for (const [name, screen, colour] of [
      ['White screen', 'white', WHITE],
      ['Black screen', 'black', BLACK],
    ] as const) {
      await phone.getByRole('button', { name }).dispatchEvent('click');
      for (const page of people) {
        const slide = page.locator('.slide');
        await expect(slide).toHaveAttribute('data-screen', screen);
        const seen = await colours(page, await slide.screenshot(), EVERYWHERE);
        expect(seen).toEqual(EVERYWHERE.map(() => colour));
      }
    }
  });

test('a slide of Markdown has its own colours, and so has its small picture', async ({ room }) => {
  const words = [
    '# First\n\n**stressed** and [a link](https://example.org/)\n\n- [x] done\n- [ ] open\n\n> quoted',
    '```rust\nfn main() { println!("{}", 1); }\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n$x^2$\n\n<mark>marked</mark>',
  ].join('\n\n---\n\n');
  const { host, follower } = await shown(room, words);
  await areAlike(follower, follower.locator('.slide .page'));
  await areAlike(host, host.locator('.then .page'));
  await next(host).click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
  await areAlike(follower, follower.locator('.slide .page'));
});

/** A light margin as wide as it was drawn, and then the code. */
async function isScannable(page: Page, codes: Locator): Promise<void> {
  for (const code of await codes.all()) {
    await areAlike(page, code.locator('svg'));
    for (const forcedColors of ['active', 'none'] as const) {
      await page.emulateMedia({ colorScheme: 'dark', forcedColors });
      expect(await colours(page, await code.screenshot(), [[0.5, 0.01], [0.01, 0.5]])).toEqual([WHITE, WHITE]);
    }
  }
}

test('a code for a camera is dark on light in any colours', async ({ room }) => {
  const host = await room.person(room.links.host);
  await host.goto(`${room.links.audience}/links`);
  await expect(host.locator('.qr')).toHaveCount(2);
  await isScannable(host, host.locator('.qr'));
  await host.goto(`${room.links.audience}/remotes`);
  await host.getByRole('button', { name: 'Add a remote' }).click();
  await expect(host.locator('.qr')).toHaveCount(1);
  await isScannable(host, host.locator('.qr'));

  await host.goto(`${room.links.audience}/present`);
  await isLive(host);
  await host.keyboard.press('l');
  await isScannable(host, host.locator('#links .qr'));
  await host.getByRole('button', { name: 'Show on the projector' }).click();
  const projector = await room.projector();
  await expect(projector.locator('.invitation')).toBeVisible();
  await areAlike(projector, projector.locator('.invitation'));
});

test('with forced colours, it is seen which screen, tool and layout is chosen', async ({ room }) => {
  const phone = await room.newcomer({ ...PHONE, forcedColors: 'active' });
  await phone.goto(room.links.presenter);
  await isLive(phone);
  const look = (what: Locator) => what.evaluate((element) => getComputedStyle(element).backgroundColor);
  const freeze = phone.getByRole('button', { name: 'Freeze' });
  await freeze.tap();
  await expect(freeze).toHaveAttribute('aria-pressed', 'true');
  expect(await look(freeze)).not.toBe(await look(phone.getByRole('button', { name: 'Black screen' })));
  await phone.getByRole('button', { name: 'More', exact: true }).tap();
  for (const name of ['tool', 'layout', 'notes_size']) {
    const choices = phone.locator('#more label').filter({ has: phone.locator(`[name=${name}]`) });
    const looks = await Promise.all((await choices.all()).map(look));
    expect(new Set(looks).size, name).toBe(2);
  }
});
