import type { Page } from '@playwright/test';
import { PROJECTOR, expect, isLive, next, previous, sees, test } from './room.ts';

/** A finger on the remote's current slide, at fractions of its width and height. */
async function finger(page: Page) {
  const box = (await page.getByRole('region', { name: 'Current slide' }).boundingBox())!;
  const client = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number, y?: number) => {
    const touchPoints = x === undefined ? [] : [{ x: box.x + box.width * x, y: box.y + box.height * y! }];
    return client.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  return {
    press: (x: number, y: number) => send('touchStart', x, y),
    move: (x: number, y: number) => send('touchMove', x, y),
    lift: () => send('touchEnd'),
  };
}

async function choose(page: Page, tool: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).tap();
  await page.getByRole('radio', { name: tool }).check();
  await page.keyboard.press('Escape');
}

const light = (page: Page) => page.locator('.slide > .pointing');

/** The pointer's position, in fractions of the slide. */
const place = (page: Page) =>
  light(page).evaluate((layer) => {
    const at = (name: string) => Number(/calc\((\d+)/.exec((layer as HTMLElement).style.getPropertyValue(name))![1]) / 10_000;
    return [at('--x'), at('--y')];
  });

test('a finger that stays on the slide is a light on every screen, and goes with the finger', async ({ room }) => {
  const phone = await room.presenter();
  const people = [await room.follower(), await room.projector()];
  for (const page of [phone, ...people]) await isLive(page);
  const before = await (await people[0].request.get(`${room.links.audience}/state`)).json();
  const hand = await finger(phone);
  await hand.press(0.3, 0.5);
  for (const page of [phone, ...people]) await expect(light(page)).toHaveAttribute('data-tool', 'spot');
  await hand.move(0.7, 0.5);
  for (const page of people) {
    await expect.poll(async () => (await place(page))[0]).toBeCloseTo(0.7, 1);
    expect((await place(page))[1]).toBeCloseTo(0.5, 1);
  }
  // Outside of the slide it stays at the edge.
  await hand.move(1.2, 0.5);
  for (const page of people) await expect.poll(async () => (await place(page))[0]).toBe(1);
  await hand.lift();
  for (const page of [phone, ...people]) await expect(light(page)).toHaveCount(0);
  // It was neither a tap nor a swipe, and nothing of it is stored.
  const after = await (await people[0].request.get(`${room.links.audience}/state`)).json();
  expect(after).toEqual(before);
});

test('a light whose network drops goes by itself soon', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  room.allow(/net::ERR_/);
  const hand = await finger(phone);
  await hand.press(0.5, 0.5);
  await expect(light(follower)).toBeVisible();
  await phone.context().setOffline(true);
  await expect(light(follower)).toHaveCount(0, { timeout: 3_000 });
  await hand.lift();
});

test('what the pencil draws stays until the slide changes, for late joiners, too', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await choose(phone, 'Pencil');
  const hand = await finger(phone);
  for (const height of [0.3, 0.6]) {
    await hand.press(0.2, height);
    for (const x of [0.3, 0.4, 0.5, 0.6]) await hand.move(x, height);
    await hand.lift();
  }
  const strokes = (page: Page) => page.locator('.pointing polyline');
  for (const page of [phone, follower]) await expect(strokes(page)).toHaveCount(2);
  const late = await room.projector();
  await isLive(late);
  await expect(strokes(late)).toHaveCount(2);
  await next(phone).tap();
  for (const page of [phone, follower, late]) {
    await sees(page, 2);
    await expect(light(page)).toHaveCount(0);
  }
  // It can be wiped.
  await hand.press(0.2, 0.5);
  await hand.move(0.6, 0.5);
  await hand.lift();
  await expect(strokes(follower)).toHaveCount(1);
  await phone.getByRole('button', { name: 'More', exact: true }).tap();
  await phone.getByRole('button', { name: 'Wipe the drawing' }).tap();
  for (const page of [phone, follower, late]) await expect(light(page)).toHaveCount(0);
});

test('a drawing does not come back with its slide, and two remotes draw on one', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await choose(phone, 'Pencil');
  const strokes = (page: Page) => page.locator('.pointing polyline');
  const draw = async (page: Page, height: number) => {
    const hand = await finger(page);
    await hand.press(0.2, height);
    await hand.move(0.6, height);
    await hand.lift();
  };
  await draw(phone, 0.3);
  await expect(strokes(follower)).toHaveCount(1);
  await next(phone).tap();
  await previous(phone).tap();
  for (const page of [phone, follower]) await sees(page, 1);
  await expect(strokes(follower)).toHaveCount(0);
  await draw(phone, 0.5);
  await expect(strokes(follower)).toHaveCount(1);

  const other = await room.presenter();
  await isLive(other);
  await expect(strokes(other)).toHaveCount(1);
  await choose(other, 'Pencil');
  await draw(other, 0.7);
  for (const page of [phone, follower]) await expect(strokes(page)).toHaveCount(2);
  await draw(phone, 0.9);
  for (const page of [other, follower]) await expect(strokes(page)).toHaveCount(3);
});

test('what is drawn on a slide whose picture is late is on it when it comes', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await choose(phone, 'Pencil');
  let letItCome = () => {};
  const itComes = new Promise<void>((resolve) => {
    letItCome = resolve;
  });
  await follower.route('**/media/**', async (route) => {
    await itComes;
    await route.continue();
  });
  // The next slide's picture was fetched ahead; this one's was not.
  for (const slide of [2, 3]) {
    await next(phone).tap();
    await sees(phone, slide);
  }
  const hand = await finger(phone);
  const told = phone.waitForResponse((answer) => (answer.request().postData() ?? '').includes('last=true'));
  await hand.press(0.2, 0.5);
  await hand.move(0.6, 0.5);
  await hand.lift();
  expect((await told).status()).toBe(204);
  await expect(follower.locator('.slide')).not.toHaveAttribute('data-slide', '3');
  letItCome();
  await sees(follower, 3);
  await expect(follower.locator('.pointing polyline')).toHaveCount(1);
});

test('what was drawn before a page opened stays when its first picture comes later', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await choose(phone, 'Pencil');
  const hand = await finger(phone);
  const told = phone.waitForResponse((answer) => (answer.request().postData() ?? '').includes('last=true'));
  await hand.press(0.2, 0.5);
  await hand.move(0.6, 0.5);
  await hand.lift();
  expect((await told).status()).toBe(204);

  let letItCome = () => {};
  const itComes = new Promise<void>((resolve) => {
    letItCome = resolve;
  });
  const late = await room.newcomer(PROJECTOR);
  await late.route('**/media/**', async (route) => {
    await itComes;
    await route.continue();
  });
  await late.goto(room.links.projector, { waitUntil: 'domcontentloaded' });
  await expect(late.locator('.pointing polyline')).toHaveCount(1);
  letItCome();
  await late.evaluate(async () => {
    await document.querySelector<HTMLImageElement>('.slide .face img')!.decode();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
  await expect(late.locator('.pointing polyline')).toHaveCount(1);
});

for (const [tool, seen] of [['Spotlight', 'spotlight'], ['Magnifier', 'magnifier']]) {
  test(`the ${tool.toLowerCase()} is on every screen`, async ({ room }) => {
    const phone = await room.presenter();
    const projector = await room.projector();
    for (const page of [phone, projector]) await isLive(page);
    await choose(phone, tool);
    const hand = await finger(phone);
    await hand.press(0.5, 0.5);
    await expect(light(projector)).toHaveAttribute('data-tool', seen);
    const copies = projector.locator('.pointing .face');
    await expect(copies).toHaveCount(seen === 'magnifier' ? 1 : 0);
    await hand.lift();
    await expect(light(projector)).toHaveCount(0);
  });
}

test('only the presenter points, and nonsense is refused', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  const say = async (page: Page, form: Record<string, string>) => {
    const usual = { seat: '7', count: '1', slide: '1', tool: 'spot', x: '5000', y: '5000' };
    const answer = await page.request.post(`${room.links.audience}/point`, {
      form: { ...usual, ...form },
      headers: { origin: new URL(room.links.audience).origin },
    });
    return answer.status();
  };
  expect(await say(follower, {})).toBe(401);
  expect(await say(phone, { tool: 'hammer' })).toBe(422);
  expect(await say(phone, { tool: 'pencil', ink: '<svg onload=alert(1)>' })).toBe(422);
  expect(await say(phone, { x: '99999999', y: '-5' })).toBe(204);
  await expect.poll(async () => place(follower)).toEqual([1, 0]);
});
