import type { CDPSession, Page } from '@playwright/test';
import { expect, isLive, next, sees, test } from './room.ts';

type Point = { x: number; y: number; id: number };

async function fingers(page: Page): Promise<(type: 'Start' | 'Move' | 'End', points: Point[]) => Promise<void>> {
  const browser: CDPSession = await page.context().newCDPSession(page);
  // An end names the points that are lifted; all of them when it names none.
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
  await isLive(phone);
  const touch = await fingers(phone);
  const slide = (await phone.locator('.notes').boundingBox())!;
  const button = (await next(phone).boundingBox())!;
  const rests: Point = { x: slide.x + slide.width / 2, y: slide.y + slide.height / 2, id: 0 };
  const taps: Point = { x: button.x + button.width / 2, y: button.y + button.height / 2, id: 1 };
  await touch('Start', [rests]);
  for (const slideNumber of [2, 3]) {
    await touch('Start', [rests, taps]);
    await touch('End', [taps]);
    await sees(phone, slideNumber);
  }
  await touch('End', []);
  // And once only: nothing comes after.
  await next(phone).tap();
  await sees(phone, 4);
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
  const palm = await middle('.notes', 1);
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
