import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { LAPTOP, PHONE, expect, isLive, next, sees, test } from './room.ts';
import { program } from './server.ts';

const button = (page: Page | Locator, name: string) => page.getByRole('button', { name, exact: true });
const frozen = (page: Page) => page.getByText('The room keeps slide');

test('a frozen room keeps its slide until the presenter is ready', async ({ room }) => {
  const [phone, laptop] = [await room.presenter(), await room.presenter(LAPTOP)];
  const people = [await room.follower(), await room.projector()];
  for (const page of [phone, laptop, ...people]) await isLive(page);
  await next(phone).tap();
  for (const page of people) await sees(page, 2);

  await button(phone, 'Freeze').tap();
  await next(phone).tap();
  await next(phone).tap();
  // Both remotes look ahead together, and tell which slide the room keeps.
  for (const page of [phone, laptop]) {
    await sees(page, 4);
    await expect(frozen(page)).toHaveText('The room keeps slide 2.');
    await expect(button(page, 'Freeze')).toHaveAttribute('aria-pressed', 'true');
  }
  for (const page of people) {
    await expect(page.locator('.slide')).toHaveAttribute('data-revision', '4');
    await sees(page, 2);
  }
  const unseen = await people[0].request.get(`${room.links.audience}/slides`);
  expect((await unseen.json()).slides).toHaveLength(2);

  await button(phone, 'Back to it').tap();
  for (const page of [phone, laptop]) {
    await sees(page, 2);
    await expect(frozen(page)).toBeHidden();
  }
  await laptop.keyboard.press('f');
  await laptop.keyboard.press('End');
  await sees(laptop, 6);
  await laptop.keyboard.press('f');
  for (const page of [phone, laptop, ...people]) await sees(page, 6);
});

test('the clock starts with the talk and is the same on every remote', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.clock.install();
  // The server's time from the stream would correct the page's clock, which this test sets.
  await phone.addInitScript(`{
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (name, ...rest) {
      if (name !== 'presence') listen.call(this, name, ...rest);
    };
  }`);
  await phone.goto(room.links.presenter);
  await isLive(phone);
  // The clock that was set forward may send a tap again.
  room.allow(/409/);
  const [main, clock] = [phone.locator('main'), phone.locator('.clock')];
  await expect(main).toHaveAttribute('data-clock', 'waiting');
  await expect(clock).toContainText('0:00');
  await next(phone).tap();
  await expect(main).toHaveAttribute('data-clock', 'running');
  await phone.clock.fastForward(65_000);
  await expect(clock).toContainText(/1:0[5-9]/);

  await clock.tap();
  await phone.getByLabel('Planned minutes').fill('12');
  await button(phone, 'Set').tap();
  // Half-way through slide 2 of 6 is 3 of 12 minutes.
  await expect(clock).toContainText(/10:5\d left, 1:5\d ahead/);
  await expect(main).toHaveAttribute('data-pace', 'ahead');
  await phone.clock.fastForward(120_000);
  await expect(clock).toContainText(/8:5\d left, on time/);
  await phone.clock.fastForward(120_000);
  await expect(clock).toContainText(/6:5\d left, 2:0\d behind/);
  await expect(main).toHaveAttribute('data-pace', 'behind');

  // Paused on one remote, it is paused on the other, and after a reload too.
  await clock.tap();
  await button(phone, 'Pause').tap();
  await expect(main).toHaveAttribute('data-clock', 'paused');
  const laptop = await room.presenter(LAPTOP);
  await isLive(laptop);
  await expect(laptop.locator('main')).toHaveAttribute('data-clock', 'paused');
  await expect(laptop.locator('.clock')).toContainText('Paused');
  await laptop.keyboard.press('t');
  await expect(main).toHaveAttribute('data-clock', 'running');
  await button(phone, 'Reset to 0:00').tap();
  await expect(laptop.locator('main')).toHaveAttribute('data-clock', 'waiting');
});

test('a slide is chosen in private and then shown', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await button(phone, 'All slides').tap();
  const sheet = phone.getByRole('region', { name: 'All slides' });
  await expect(sheet.locator('[aria-current]')).toHaveAttribute('data-number', '1');
  await sheet.getByRole('radio', { name: '5. Come late come back' }).check();
  await expect(button(phone, 'Go to slide 5')).toBeVisible();
  await sees(follower, 1);
  await button(phone, 'Go to slide 5').tap();
  for (const page of [phone, follower]) await sees(page, 5);
  await expect(sheet).toBeHidden();

  await button(phone, 'All slides').tap();
  await expect(sheet.locator('[aria-current]')).toHaveAttribute('data-number', '5');
  await sheet.getByLabel('Search the slides').fill('LINKS three');
  await expect(sheet.getByRole('listitem')).toHaveCount(1);
  await sheet.getByLabel('Search the slides').fill('no such words');
  await expect(sheet.getByText('No slide has these words.')).toBeVisible();
  await button(sheet, 'Close').tap();
  await expect(sheet).toBeHidden();
});

test('a laptop does all of it by keyboard, and a clicker its part', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const projector = await room.projector();
  for (const page of [laptop, projector]) await isLive(page);
  await laptop.keyboard.type('4');
  await expect(laptop.getByText('Slide 4: press Enter.')).toBeVisible();
  await sees(projector, 1);
  await laptop.keyboard.press('Enter');
  await sees(projector, 4);
  await laptop.keyboard.type('99');
  await laptop.keyboard.press('Enter');
  await sees(projector, 6);
  await laptop.keyboard.type('2');
  await laptop.keyboard.press('Escape');
  await laptop.keyboard.press('PageUp');
  await sees(projector, 5);

  await laptop.keyboard.press('?');
  await expect(laptop.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await laptop.keyboard.press('Escape');
  await expect(laptop.getByRole('dialog', { name: 'Keys' })).toBeHidden();
  await laptop.keyboard.press('s');
  await laptop.getByLabel('Search the slides').fill('b');
  await expect(projector.locator('.slide')).toHaveAttribute('data-screen', 'live');
  // The first one clears the field, as in every browser.
  await laptop.keyboard.press('Escape');
  await laptop.keyboard.press('Escape');
  // It stands on the page again.
  await expect(laptop.locator('#all-slides:popover-open')).toHaveCount(0);
  // The browser blurs hidden elements in the next frame.
  await expect(laptop.locator('body')).toBeFocused();

  await laptop.keyboard.press('.');
  await expect(projector.locator('.slide')).toHaveAttribute('data-screen', 'black');
  await laptop.keyboard.press('F5');
  await expect(projector.locator('.slide')).toHaveAttribute('data-screen', 'live');
});

test('a swipe is a tap', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  const box = (await phone.getByRole('region', { name: 'Current slide' }).boundingBox())!;
  const client = await phone.context().newCDPSession(phone);
  const swipe = async (from: number, to: number, down = 0) => {
    const y = box.y + box.height / 2;
    const at = (x: number, dy: number) => [{ x: box.x + box.width * x, y: y + dy }];
    // All at once: a busy page answers each after a while, and a finger that rests so long points.
    await Promise.all([
      client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from, 0) }),
      client.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(to, down) }),
      client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] }),
    ]);
  };
  await swipe(0.8, 0.3);
  await sees(follower, 2);
  await swipe(0.8, 0.3);
  await sees(follower, 3);
  await swipe(0.3, 0.8);
  await sees(follower, 2);
  // Neither a nudge nor a vertical movement is one.
  await swipe(0.5, 0.54);
  await swipe(0.4, 0.6, 200);
  await next(phone).tap();
  await sees(follower, 3);
});

test('the remote comes as it was left', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const remote = phone.locator('.remote');
  await expect(remote).toHaveAttribute('data-layout', 'slides');
  await button(phone, 'More').tap();
  await phone.getByRole('radio', { name: 'Notes' }).check();
  await phone.getByRole('radio', { name: '5' }).check();
  await expect(remote).toHaveAttribute('data-layout', 'notes');
  await phone.reload();
  await expect(remote).toHaveAttribute('data-layout', 'notes');
  await expect(remote).toHaveAttribute('data-notes_size', '5');
  await isLive(phone);
  await phone.keyboard.press('n');
  await expect(remote).toHaveAttribute('data-layout', 'buttons');
  // A remote without slides still shows the slide number, and a larger Next.
  await expect(phone.getByText('1 of 6', { exact: true })).toBeVisible();
  expect((await next(phone).boundingBox())!.height).toBeGreaterThan(500);
});

test('a tap without a connection is refused, and never comes later', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  room.allow(/net::ERR_/);
  await phone.context().setOffline(true);
  await expect(phone.locator('main')).toHaveAttribute('data-live', 'offline');
  await next(phone).tap();
  await expect(phone.getByText('Not connected, so nothing was sent.')).toBeVisible();
  await sees(phone, 1);
  await phone.context().setOffline(false);
  await isLive(phone);
  await next(phone).tap();
  for (const page of [phone, follower]) await sees(page, 2);
});

test('the projector shows how to join for as long as it is asked to', async ({ room }) => {
  const phone = await room.presenter();
  const projector = await room.projector();
  for (const page of [phone, projector]) await isLive(page);
  const invitation = projector.getByRole('complementary', { name: 'How to join' });
  await expect(invitation).toBeHidden();
  await button(phone, 'More').tap();
  await button(phone, 'Links').tap();
  await expect(phone.getByRole('img', { name: 'QR code: Audience' })).toBeVisible();
  await button(phone, 'Show on the projector').tap();
  await expect(invitation).toBeVisible();
  await expect(invitation).toContainText(new URL(room.links.audience).pathname);
  await sees(projector, 1);
  await button(phone, 'Hide on the projector').tap();
  await expect(invitation).toBeHidden();
});

test('the screen stays awake while the talk goes on, and no longer', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.addInitScript(() => {
    const held = { now: 0, taken: 0 };
    const lock = {
      request: async () => {
        held.now += 1;
        held.taken += 1;
        const sentinel = {
          released: false,
          release: async () => {
            if (!sentinel.released) held.now -= 1;
            sentinel.released = true;
          },
        };
        Object.assign(globalThis, { lose: sentinel.release });
        return sentinel;
      },
    };
    Object.defineProperty(navigator, 'wakeLock', { value: lock });
    Object.assign(globalThis, { held });
  });
  await phone.goto(room.links.presenter);
  await isLive(phone);
  const held = () => phone.evaluate(() => ({ ...(globalThis as never as { held: object }).held }));
  await expect.poll(held).toEqual({ now: 1, taken: 1 });
  // The system released it: the next tap takes it again.
  await phone.evaluate(() => (globalThis as never as { lose: () => Promise<void> }).lose());
  await next(phone).tap();
  await expect.poll(held).toEqual({ now: 1, taken: 2 });
  const data = join(room.server.directory, 'data');
  execFileSync(program(), ['talks', 'end', 'room', '--data', data]);
  await expect(phone.locator('main')).toHaveAttribute('data-live', 'over');
  await expect.poll(held).toEqual({ now: 0, taken: 2 });
});

test('where the browser has no lock, a video of nothing keeps the screen on', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  const film = phone.waitForResponse(/awake\.mp4/);
  const elsewhere = new URL(room.links.presenter);
  elsewhere.hostname = 'room.test';
  await phone.goto(elsewhere.href);
  await isLive(phone);
  expect(await phone.evaluate(() => isSecureContext)).toBe(false);
  await next(phone).tap();
  expect((await film).ok()).toBe(true);
  await sees(phone, 2);
});

test('a button looks down as long as a finger is on it', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const { x, y } = (await next(phone).boundingBox())!;
  const client = await phone.context().newCDPSession(phone);
  await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: x + 20, y: y + 20 }] });
  await expect(next(phone)).toHaveCSS('filter', 'brightness(0.85)');
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(next(phone)).toHaveCSS('filter', 'none');
  await sees(phone, 2);
});

test('two remotes at 20 taps a second end equal, and no tap counts twice', async ({ room }) => {
  const [phone, laptop] = [await room.presenter(), await room.presenter(LAPTOP)];
  const people = [await room.follower(), await room.projector()];
  for (const page of [phone, laptop, ...people]) await isLive(page);
  // A late tap is refused, which browsers log.
  room.allow(/409/);
  const answers: number[] = [];
  for (const page of [phone, laptop]) {
    page.on('response', (response) => {
      if (response.url().includes('/api/')) answers.push(response.status());
    });
  }
  const drive = (page: Page, names: string[]) =>
    page.evaluate(
      async (names) => {
        for (const name of names) {
          const [previous, next] = document.querySelectorAll<HTMLButtonElement>('.controls button');
          (name === 'Next' ? next : previous).click();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      names,
    );
  const back = (every: number) => (_: unknown, tap: number) => (tap % every ? 'Next' : 'Previous');
  await Promise.all([
    drive(phone, Array.from({ length: 40 }, back(2))),
    drive(laptop, Array.from({ length: 40 }, back(3))),
  ]);
  const equal = async () => {
    const state = await (await people[0].request.get(`${room.links.audience}/state`)).json();
    const shown = await Promise.all(
      [phone, laptop, ...people].map((page) => page.locator('.slide').getAttribute('data-revision')),
    );
    return shown.every((revision) => revision === String(state.revision)) && state.revision;
  };
  await expect.poll(equal).toBeTruthy();
  const moved = answers.filter((status) => status === 200).length;
  const state = await (await people[0].request.get(`${room.links.audience}/state`)).json();
  expect(state.revision).toBeLessThanOrEqual(moved);
  expect(answers.every((status) => status === 200 || status === 409)).toBe(true);
});

test('notes are text whatever they say, and begin at their beginning', async ({ room }) => {
  room.allow(/net::ERR_/);
  await room.server.kill();
  const deck = join(room.server.directory, 'Noted');
  mkdirSync(deck);
  const welcome = fileURLToPath(new URL('../../server/welcome/', import.meta.url));
  for (const name of ['a', 'b']) copyFileSync(join(welcome, '1-WebSlides.png'), join(deck, `${name}.png`));
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  writeFileSync(join(deck, 'a.txt'), `${hostile}\n${'A line.\n'.repeat(60)}`);
  writeFileSync(join(deck, 'b.txt'), 'Second.\n'.repeat(60));
  const links = await room.server.start([deck]);
  const phone = await room.person(links.presenter, PHONE);
  await isLive(phone);
  const notes = phone.getByRole('region', { name: 'Notes' });
  await expect(notes).toContainText(hostile);
  await expect(notes.locator('img, script')).toHaveCount(0);
  await notes.evaluate((notes) => notes.scrollTo(0, 500));
  await next(phone).tap();
  await expect(notes).toContainText('Second.');
  expect(await notes.evaluate((notes) => notes.scrollTop)).toBe(0);
});

test('a remote that was locked knows where the talk is before it takes a tap', async ({ room }) => {
  const phone = await room.presenter();
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [phone, laptop, follower]) await isLive(page);
  const client = await phone.context().newCDPSession(phone);
  await client.send('Page.setWebLifecycleState', { state: 'frozen' });
  for (const slide of [2, 3]) {
    await laptop.keyboard.press('ArrowRight');
    await sees(follower, slide);
  }
  await client.send('Page.setWebLifecycleState', { state: 'active' });
  await sees(phone, 3);
  await isLive(phone);
  await next(phone).tap();
  for (const page of [phone, laptop, follower]) await sees(page, 4);
  const state = await (await follower.request.get(`${room.links.audience}/state`)).json();
  expect(state.revision).toBe(3);
});

test('an app switch loses the network without a word, and nothing fires when it is back', async ({ room }) => {
  const phone = await room.presenter();
  const laptop = await room.presenter(LAPTOP);
  for (const page of [phone, laptop]) await isLive(page);
  room.allow(/net::ERR_/);
  // The order of these events differs between phones: the page is visible before it is told.
  await phone.context().setOffline(true);
  await phone.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await next(phone).tap();
  await expect(phone.getByText('Not connected, so nothing was sent.')).toBeVisible();
  await laptop.keyboard.press('ArrowRight');
  await sees(laptop, 2);
  await phone.context().setOffline(false);
  await phone.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await sees(phone, 2);
  await isLive(phone);
  await sees(laptop, 2);
});
