import { LAPTOP, PROJECTOR, expect, isLive, next, sees, test } from './room.ts';

test('a clicker works in the projector’s window, in the presenter’s own browser', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  const projector = await laptop.context().newPage();
  room.watch(projector);
  await projector.goto(room.links.projector);
  await isLive(projector);
  for (const [key, slide] of [['PageDown', 2], ['ArrowRight', 3], ['PageUp', 2], ['End', 6], ['Home', 1]] as const) {
    await projector.keyboard.press(key);
    await sees(projector, slide);
  }
  await projector.keyboard.type('4');
  await projector.keyboard.press('Enter');
  await sees(projector, 4);
  // The number was consumed.
  await projector.keyboard.press('Enter');
  await sees(projector, 5);
  await projector.keyboard.press('Home');
  await sees(projector, 1);
  // Faster than the stream.
  await projector.keyboard.press('PageDown');
  await projector.keyboard.press('PageDown');
  await sees(projector, 3);
  for (const key of ['.', 'b'])
    for (const screen of ['black', 'live']) {
      await projector.keyboard.press(key);
      await expect(projector.locator('.slide')).toHaveAttribute('data-screen', screen);
    }
  const state = async () => (await projector.request.get(`${room.links.audience}/state`)).json();
  const { revision } = await state();
  // Faster than its answer.
  await projector.keyboard.press('b');
  await projector.keyboard.press('b');
  await expect.poll(state).toMatchObject({ screen: 'live', revision: revision + 2 });
});

test('a link on the slide that a keyboard went to is followed, and moves nothing', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const projector = await laptop.context().newPage();
  room.watch(projector);
  await projector.goto(room.links.projector);
  await isLive(projector);
  await projector.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: '#there', textContent: 'there' });
    document.querySelector('.slide')!.append(link);
  });
  await projector.keyboard.press('Tab');
  await expect(projector.locator('.slide a')).toBeFocused();
  await projector.keyboard.press('Enter');
  await expect(projector).toHaveURL(/#there$/);
  await projector.keyboard.press('PageDown');
  await sees(projector, 2);
  const state = await (await projector.request.get(`${room.links.audience}/state`)).json();
  expect(state.revision).toBe(1);
});

test('nobody else’s key moves the talk from a projector’s window', async ({ room }) => {
  const phone = await room.presenter();
  const projector = await room.person(room.links.projector, PROJECTOR);
  await isLive(projector);
  const asked: string[] = [];
  projector.on('request', (request) => void (request.method() === 'POST' && asked.push(request.url())));
  for (const key of ['PageDown', 'b', '.', 'Space']) await projector.keyboard.press(key);
  await next(phone).tap();
  await sees(projector, 2);
  expect(asked.filter((url) => url.includes('/api/'))).toEqual([]);
});

test('a projector that was opened before its browser presents takes keys from then on', async ({ room }) => {
  const projector = await room.projector();
  await isLive(projector);
  const asked: string[] = [];
  projector.on('request', (request) => void (request.url().includes('/api/') && asked.push(request.url())));
  const answered = projector.waitForResponse(/\/role$/);
  await projector.keyboard.press('PageDown');
  await answered;
  const laptop = await projector.context().newPage();
  room.watch(laptop);
  await laptop.goto(room.links.presenter);
  await isLive(laptop);
  await sees(laptop, 1);
  expect(asked).toEqual([]);

  await projector.bringToFront();
  for (const [key, slide] of [['PageDown', 2], ['Space', 3], ['PageUp', 2]] as const) {
    await projector.keyboard.press(key);
    for (const page of [projector, laptop]) await sees(page, slide);
  }
});

test('a key of the projector’s that its server gets to late moves nothing', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const projector = await laptop.context().newPage();
  room.watch(projector);
  await projector.goto(room.links.projector);
  await isLive(projector);
  await projector.keyboard.press('PageDown');
  await sees(projector, 2);
  room.allow(/net::ERR_|408/);
  // By the server's clock, which is monotonic, like this one.
  const { now } = await (await projector.request.get(`${room.links.audience}/role`)).json();
  const asked = performance.now();
  const serversTime = () => now + performance.now() - asked;
  room.server.pause(true);
  const [request] = await Promise.all([
    projector.waitForRequest(/\/api\/next$/),
    projector.keyboard.press('PageDown'),
  ]);
  const beginBy = Number(new URLSearchParams(request.postData()!).get('begin_by'));
  expect(beginBy - serversTime()).toBeLessThan(5_000);
  await expect.poll(serversTime).toBeGreaterThan(beginBy + 1_000);
  room.server.pause(false);
  expect((await request.response())!.status()).toBe(408);
  await isLive(projector);
  await sees(projector, 2);
  await projector.keyboard.press('PageDown');
  await sees(projector, 3);
});

test('the focus that a mouse leaves behind takes no key of a clicker', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  const open = laptop.locator(':popover-open');
  await laptop.getByRole('button', { name: 'More', exact: true }).click();
  await expect(open).toHaveCount(1);
  await laptop.keyboard.press('Escape');
  await expect(open).toHaveCount(0);
  await laptop.keyboard.press('Space');
  await sees(laptop, 2);
  await expect(open).toHaveCount(0);

  await laptop.getByRole('button', { name: 'All slides' }).click();
  await laptop.locator('#all-slides .close').click();
  await laptop.keyboard.press('Enter');
  await sees(laptop, 3);

  await laptop.locator('.notes').click();
  await laptop.keyboard.press('ArrowDown');
  await sees(laptop, 4);

  // A focus that the keyboard set stays.
  const more = laptop.getByRole('button', { name: 'More', exact: true });
  while (!(await more.evaluate((button) => button === document.activeElement))) await laptop.keyboard.press('Tab');
  await laptop.keyboard.press('Enter');
  await expect(open).toHaveCount(1);
  await laptop.keyboard.press('Escape');
  await expect(laptop.getByRole('button', { name: 'More', exact: true })).toBeFocused();
});

test('a choice that a mouse has made takes no key of a clicker', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [laptop, follower]) await isLive(page);
  const open = laptop.locator(':popover-open');
  await laptop.getByRole('button', { name: 'More', exact: true }).click();
  await laptop.locator('#more [value=pencil]').click();
  await laptop.keyboard.press('Escape');
  await expect(open).toHaveCount(0);
  await laptop.keyboard.press('ArrowRight');
  await sees(follower, 2);
  await expect(laptop.locator('#more [value=pencil]')).toBeChecked();

  // While the sheet is open, too.
  await laptop.getByRole('button', { name: 'All slides' }).click();
  await laptop.locator('#all-slides li').nth(4).locator('label').click();
  await laptop.keyboard.press('ArrowRight');
  await sees(follower, 3);
  await expect(laptop.locator('#all-slides li').nth(4).locator('input')).toBeChecked();
});

test('a clicker moves the talk while a slide is searched for', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [laptop, follower]) await isLive(page);
  await laptop.keyboard.press('s');
  const search = laptop.getByLabel('Search the slides');
  await expect(search).toBeFocused();
  await laptop.keyboard.press('PageDown');
  await sees(follower, 2);
  await laptop.keyboard.press('PageUp');
  await sees(follower, 1);
  await expect(search).toBeFocused();
});

test('an Enter that ends a word of an input method chooses nothing', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  await laptop.keyboard.press('s');
  const search = laptop.locator('#all-slides [type=search]');
  await expect(search).toBeFocused();
  const press = (isComposing: boolean, keyCode: number) =>
    search.evaluate((element, said) => {
      const init = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, ...said };
      element.dispatchEvent(new KeyboardEvent('keydown', init));
    }, { isComposing, keyCode });
  await press(true, 229);
  await expect(laptop.locator('#all-slides :checked')).toHaveCount(0);
  // Safari sends it after the composed word.
  await press(false, 229);
  await expect(laptop.locator('#all-slides :checked')).toHaveCount(0);
  await press(false, 13);
  await expect(laptop.locator('#all-slides :checked')).toHaveCount(1);
});

test('shortcuts are on their keys under a Cyrillic layout', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  const press = (key: string, code: string) =>
    laptop.evaluate(([key, code]) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }));
    }, [key, code]);
  await press('и', 'KeyB');
  await expect(laptop.locator('.slide')).toHaveAttribute('data-screen', 'black');
  await press('и', 'KeyB');
  await expect(laptop.locator('.slide')).toHaveAttribute('data-screen', 'live');
});
