import type { CDPSession, Locator, Page } from '@playwright/test';
import { expect, isLive, next, sees, test } from './room.ts';

type Point = { x: number; y: number; id: number };

async function fingers(page: Page): Promise<(type: 'Start' | 'Move' | 'End', points: Point[]) => Promise<void>> {
  const browser: CDPSession = await page.context().newCDPSession(page);
  // An end names the touches that are lifted; none named means all.
  return async (type, touchPoints) => {
    await browser.send('Input.dispatchTouchEvent', { type: `touch${type}`, touchPoints });
  };
}

test('two fingers that enlarge the slide move nothing', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await next(phone).tap();
  await sees(phone, 2);
  const touch = await fingers(phone);
  const slide = (await phone.locator('.now').boundingBox())!;
  const [x, y] = [slide.x + slide.width / 2, slide.y + slide.height / 2];
  for (const direction of [1, -1]) {
    const apart = (px: number): Point[] => [
      { x: x - direction * px, y, id: 0 },
      { x: x + direction * px, y, id: 1 },
    ];
    await touch('Start', [apart(20)[0]!]);
    await touch('Start', apart(20));
    for (const px of [40, 70, 100]) await touch('Move', apart(px));
    await touch('End', [apart(100)[0]!]);
    await touch('End', []);
  }
  const { revision } = await (await phone.request.get(`${room.links.audience}/state`)).json();
  expect(revision).toBe(1);
  // One finger still swipes.
  await touch('Start', [{ x: x + 80, y, id: 0 }]);
  for (const at of [40, 0, -60]) await touch('Move', [{ x: x + at, y, id: 0 }]);
  await touch('End', []);
  await sees(phone, 3);
});

test('a finger that rests somewhere swallows no tap of another one', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  const touch = await fingers(phone);
  const middle = async (place: Locator, id: number): Promise<Point> => {
    const { x, y, width, height } = (await place.boundingBox())!;
    return { x: x + width / 2, y: y + height / 2, id };
  };
  const taps = await middle(next(phone), 1);
  let slide = 1;
  for (const place of ['.now', '.tools', 'main > header']) {
    const rests = await middle(phone.locator(place), 0);
    await touch('Start', [rests]);
    // By now it points.
    if (place === '.now') await expect(follower.locator('.slide > .pointing')).toBeVisible();
    await touch('Start', [rests, taps]);
    await touch('End', [taps]);
    await sees(follower, (slide += 1));
    await touch('End', []);
  }
  // And only once: nothing follows.
  await next(phone).tap();
  await sees(follower, slide + 1);
});

test('a button answers its finger when another one comes down in between', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const touch = await fingers(phone);
  const middle = async (selector: string, id: number): Promise<Point> => {
    const box = (await phone.locator(selector).boundingBox())!;
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, id };
  };
  const button = (await next(phone).boundingBox())!;
  const taps: Point = { x: button.x + button.width / 2, y: button.y + button.height / 2, id: 0 };
  const palm = await middle('.place', 1);
  for (const [first, slide] of [[taps, 2], [palm, 3]] as const) {
    await touch('Start', [taps]);
    await touch('Start', [taps, palm]);
    await touch('End', [first]);
    await touch('End', []);
    await sees(phone, slide);
  }
  await next(phone).tap();
  await sees(phone, 4);
});

test('a sheet is pulled down by its heading, and comes back when it was not pulled far', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const touch = await fingers(phone);
  const sheet = phone.locator('#more');
  await phone.getByRole('button', { name: 'More', exact: true }).tap();
  await expect(sheet).toBeVisible();
  // It has slid in.
  await sheet.evaluate((sheet) => Promise.all(sheet.getAnimations().map((animation) => animation.finished)));
  const heading = (await sheet.locator('header h2').boundingBox())!;
  const at = (down: number): Point[] => [{ x: heading.x + 10, y: heading.y + heading.height / 2 + down, id: 0 }];
  const pull = async (down: number) => {
    await touch('Start', at(0));
    for (const part of [0.3, 0.6, 1]) await touch('Move', at(down * part));
  };
  const top = async () => (await sheet.boundingBox())!.y;
  const before = await top();
  await pull(60);
  await expect.poll(top).toBeGreaterThan(before + 30);
  await touch('End', []);
  await expect.poll(top).toBe(before);
  await pull(200);
  await touch('End', []);
  await expect(sheet).toBeHidden();
  const { revision } = await (await phone.request.get(`${room.links.audience}/state`)).json();
  expect(revision, 'nothing moved').toBe(0);
});
