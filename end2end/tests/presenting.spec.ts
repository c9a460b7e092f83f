import { type Locator } from '@playwright/test';
import { LAPTOP, PHONE, expect, isLive, next, previous, sees, test } from './room.ts';

test('the slide is the hero, and Next is in a thumb’s reach', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  // The first slide has no notes, the second one has.
  await next(phone).tap();
  await sees(phone, 2);
  const { width, height } = PHONE.viewport;
  const box = async (what: Locator) => (await what.boundingBox())!;
  const [left, right] = [await box(previous(phone)), await box(next(phone))];
  const slide = await box(phone.locator('.now img'));
  expect(slide.width).toBe(width);
  expect(slide.height).toBeGreaterThanOrEqual(height * 0.25);
  const notes = phone.getByRole('region', { name: 'Notes' });
  expect((await box(notes)).height).toBeGreaterThanOrEqual(height * 0.25);
  expect(right.width).toBeGreaterThanOrEqual(160);
  expect(right.height).toBeGreaterThanOrEqual(200);
  for (const button of [left, right]) expect(button.y + button.height).toBeGreaterThan(height - 32);
  expect(left.width + right.width).toBeGreaterThan(width * 0.85);

  await phone.setViewportSize({ width: 320, height: 568 });
  const line = await notes.locator('> div').evaluate((words) => parseFloat(getComputedStyle(words).lineHeight));
  expect((await box(notes)).height / line).toBeGreaterThanOrEqual(6);
  for (const [width, height] of [[320, 568], [360, 740], [390, 844], [844, 390], [820, 1180], [1180, 820], [1440, 900]]) {
    await phone.setViewportSize({ width, height });
    const scrolls = await phone.evaluate(() => document.documentElement.scrollHeight > innerHeight);
    expect(scrolls, `${width}x${height}`).toBe(false);
  }
});

test('at the last slide, Next says that it is the end, and does nothing', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await phone.keyboard.press('End');
  await sees(phone, 6);
  const end = phone.getByRole('button', { name: 'End', exact: true });
  await expect(end).toHaveAttribute('aria-disabled', 'true');
  const before = await phone.locator('.slide').getAttribute('data-revision');
  await end.tap({ force: true });
  await previous(phone).tap();
  await sees(phone, 5);
  expect(Number(await phone.locator('.slide').getAttribute('data-revision'))).toBe(Number(before) + 1);
  await expect(next(phone)).toBeEnabled();
  await next(phone).tap();
  await sees(phone, 6);
  await phone.reload();
  await isLive(phone);
  await expect(end).toHaveAttribute('aria-disabled', 'true');
});

test('the invitation on the projector is a chip on the remote, which takes it away', async ({ room }) => {
  const [phone, projector] = [await room.presenter(), await room.projector()];
  for (const page of [phone, projector]) await isLive(page);
  const chip = phone.getByRole('button', { name: 'Invitation on the projector' });
  await expect(chip).toBeHidden();
  await phone.keyboard.press('l');
  await phone.getByRole('button', { name: 'Show on the projector' }).tap();
  await expect(projector.locator('.invitation')).toBeVisible();
  await phone.keyboard.press('Escape');
  await chip.tap();
  await expect(projector.locator('.invitation')).toBeHidden();
  await expect(chip).toBeHidden();
});

test('keys of a keyboard and of a clicker drive the talk', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  await isLive(laptop);
  await isLive(follower);
  const presses: [string, number][] = [
    ['ArrowRight', 2], ['PageDown', 3], ['Space', 4], ['ArrowLeft', 3], ['PageUp', 2],
    ['Shift+Space', 1], ['End', 6], ['Home', 1], ['Enter', 2],
  ];
  for (const [key, slide] of presses) {
    await laptop.keyboard.press(key);
    await sees(laptop, slide);
    await sees(follower, slide);
  }
  await previous(laptop).click();
  await sees(follower, 1);
  // The mouse focused Previous; a clicker's Space still means Next.
  await laptop.keyboard.press('Space');
  await sees(follower, 2);
  // But a keyboard that focused a button presses it.
  await previous(laptop).focus();
  await laptop.keyboard.press('Space');
  await sees(follower, 1);
});

test('black and white screens hide the slide and give it back', async ({ room }) => {
  const laptop = await room.presenter(LAPTOP);
  const projector = await room.projector();
  await isLive(laptop);
  await isLive(projector);
  const slide = projector.locator('.slide');
  const black = laptop.getByRole('button', { name: 'Black screen' });
  await black.click();
  await expect(slide).toHaveAttribute('data-screen', 'black');
  await expect(projector.locator('.slide img')).toBeHidden();
  await expect(black).toHaveAttribute('aria-pressed', 'true');
  await laptop.keyboard.press('w');
  await expect(slide).toHaveAttribute('data-screen', 'white');
  await laptop.keyboard.press('w');
  await expect(slide).toHaveAttribute('data-screen', 'live');
  await laptop.keyboard.press('.');
  await expect(slide).toHaveAttribute('data-screen', 'black');
  await black.click();
  await expect(projector.locator('.slide img')).toBeVisible();
});

test('the presenter’s own page moves before the server answers', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await phone.route('**/api/next', async (route) => {
    await answered;
    await route.continue();
  });
  await next(phone).tap();
  await next(phone).tap();
  await sees(phone, 3);
  await sees(follower, 1);
  answer();
  await sees(follower, 3);
  await sees(phone, 3);
});

test('two presenters race, and every page ends equal', async ({ room }) => {
  const phone = await room.presenter();
  const laptop = await room.presenter(LAPTOP);
  const follower = await room.follower();
  for (const page of [phone, laptop, follower]) await isLive(page);
  // A late tap is refused, which browsers log.
  room.allow(/409/);
  // By its place: at the end of the deck its name is End.
  const tap = (page: typeof phone, name: string) =>
    page.locator('.controls button').nth(name === 'Next' ? 1 : 0).evaluate((button: HTMLButtonElement) => button.click());
  for (let round = 0; round < 10; round++) {
    await Promise.all([tap(phone, 'Next'), tap(laptop, round % 3 ? 'Next' : 'Previous')]);
  }
  const idle = async () => {
    const state = await (await follower.request.get(`${room.links.audience}/state`)).json();
    const shown = await Promise.all(
      [phone, laptop, follower].map((page) => page.locator('.slide').getAttribute('data-revision')),
    );
    return shown.every((revision) => revision === String(state.revision));
  };
  await expect.poll(idle).toBe(true);
});

test('a doubled command moves once', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  // The network delivers the tap twice, like a proxy that retries.
  await phone.route('**/api/next', async (route) => {
    await route.fetch();
    await route.continue();
  });
  room.allow(/409/);
  await next(phone).tap();
  await next(phone).tap();
  await sees(follower, 3);
  await sees(phone, 3);
  const state = await (await follower.request.get(`${room.links.audience}/state`)).json();
  expect(state).toMatchObject({ slide: 3, revision: 2 });
  await expect(phone.locator('.hint')).toHaveText('');
});

test('a tap whose answer is lost is sent again and moves once', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.clock.install();
  await phone.goto(room.links.presenter);
  const follower = await room.follower();
  await isLive(phone);
  room.allow(/409/);
  let sent = 0;
  await phone.route('**/api/next', async (route) => {
    sent += 1;
    // The first one arrives, but the network loses its answer.
    if (sent === 1) await route.fetch();
    else await route.continue();
  });
  await next(phone).tap();
  await next(phone).tap();
  await sees(follower, 2);
  expect(sent).toBe(1);
  await phone.clock.fastForward(3_000);
  await sees(follower, 3);
  await sees(phone, 3);
  const state = await (await follower.request.get(`${room.links.audience}/state`)).json();
  expect(state).toMatchObject({ slide: 3, revision: 2 });
});

test('a network that swallows every tap is said, and nothing fires later', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.clock.install();
  await phone.goto(room.links.presenter);
  await isLive(phone);
  await phone.route('**/api/next', () => new Promise(() => {}));
  await next(phone).tap();
  await sees(phone, 2);
  await phone.clock.fastForward(2_600);
  await expect(phone.getByText('No answer yet. Trying again.')).toBeVisible();
  // More taps would all be carried out at once when the network is back.
  await next(phone).tap();
  await sees(phone, 2);
  for (let wait = 0; wait < 4; wait++) await phone.clock.fastForward(2_600);
  await expect(phone.getByText('The server did not answer.')).toBeVisible();
  await sees(phone, 1);
});

test('a tap that a sleeping phone could not send is not sent when it wakes', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.clock.install();
  await phone.goto(room.links.presenter);
  await isLive(phone);
  let sent = 0;
  await phone.route('**/api/next', () => {
    sent += 1;
    return new Promise(() => {});
  });
  await next(phone).tap();
  await sees(phone, 2);
  await expect.poll(() => sent).toBe(1);
  await phone.clock.fastForward(40_000);
  await expect(phone.getByText('The server did not answer.')).toBeVisible();
  await sees(phone, 1);
  expect(sent).toBe(1);
});

test('a tap that can’t be sent says so and moves nothing', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  room.allow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  await phone.route('**/api/next', (route) => route.abort('internetdisconnected'));
  await next(phone).tap();
  await expect(phone.getByText('The server did not answer.')).toBeVisible();
  await sees(phone, 1);
});

test('a rehearsal keeps the time of each slide, beside the plan', async ({ room }) => {
  const remote = await room.person(room.links.presenter);
  await isLive(remote);
  await remote.locator('.clock').click();
  await remote.getByLabel('Planned minutes').fill('12');
  await remote.getByRole('button', { name: 'Set', exact: true }).click();
  for (const slide of ['2', '3']) {
    await next(remote).click();
    await expect(remote.locator('.slide').first()).toHaveAttribute('data-slide', slide);
  }
  await remote.locator('.clock').click();
  await remote.getByRole('link', { name: 'Times of the slides' }).click();
  await expect(remote.getByRole('heading', { name: 'Times of the slides' })).toBeVisible();
  await expect(remote.getByRole('row')).toHaveCount(3);
  await expect(remote.getByRole('row').nth(1)).toContainText(/^2.*0:0\d$/);
  await expect(remote.getByText(/^2 slides in 0:\d\d, of 12:00 planned for all 6\.$/)).toBeVisible();
  await remote.getByRole('link', { name: 'Back to the remote' }).click();
  await isLive(remote);
  // For those who present only.
  const follower = await room.person(room.links.audience);
  const answer = await follower.request.get(`${new URL(room.links.audience).pathname}/times`.replace(/^/, new URL(room.links.audience).origin));
  expect(answer.status()).toBe(401);
});
