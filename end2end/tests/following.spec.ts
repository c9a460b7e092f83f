import { type Room, PHONE, expect, isLive, next, previous, sees, test } from './room.ts';

test('a tap moves every screen', async ({ room }) => {
  const phone = await room.presenter();
  const projector = await room.projector();
  const followers = [await room.follower(), await room.follower(PHONE)];
  const everybody = [phone, projector, ...followers];
  for (const page of everybody) {
    await isLive(page);
    await sees(page, 1);
  }

  await next(phone).tap();
  for (const page of everybody) await sees(page, 2);

  await next(phone).tap();
  await next(phone).tap();
  await expect(phone.getByText('4 of 6', { exact: true })).toBeVisible();
  for (const page of everybody) await sees(page, 4);

  await previous(phone).tap();
  for (const page of everybody) await sees(page, 3);
});

test('the ends of the deck are no error', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  await isLive(follower);
  await previous(phone).tap();
  await sees(phone, 1);
  for (let slide = 2; slide <= 6; slide++) {
    await next(phone).tap();
    await sees(phone, slide);
  }
  await expect(phone.getByText('This is the last slide.')).toBeVisible();
  // Playwright waits for a button that is marked as disabled; a thumb does not.
  await phone.getByRole('button', { name: 'End', exact: true }).tap({ force: true });
  await previous(phone).tap();
  await sees(phone, 5);
  await sees(follower, 5);
});

test('a late joiner has the right slide, before any script runs', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await next(phone).tap();
  await next(phone).tap();
  const early = await room.follower();
  await sees(early, 3);

  const late = await room.newcomer();
  await late.route('**/*.wasm', (route) => route.abort());
  room.allow(/ERR_FAILED|Failed to fetch|WebAssembly/);
  await late.goto(room.links.audience);
  await sees(late, 3);
  await expect(late.locator('main')).not.toHaveAttribute('data-hydrated');
  // Without its WASM the page polls.
  await next(phone).tap();
  await sees(late, 4);
});

test('a picture that never comes is asked for again, and the page says so meanwhile', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer();
  await follower.clock.install();
  // Before the page opens: it may fetch the next picture at once.
  const state = await (await follower.request.get(`${room.links.audience}/state`)).json();
  const second = state.preload[0].renditions[0].url;
  await follower.route(`**${second}`, () => new Promise(() => {}));
  await follower.goto(room.links.audience);
  await isLive(follower);
  await next(phone).tap();
  await expect(follower.getByText('The slide is on its way.')).toBeVisible();
  await expect(follower.getByText('1 of 6', { exact: true })).toBeVisible();
  await sees(follower, 1);
  await follower.clock.fastForward(9_000);
  await follower.clock.fastForward(2_000);
  await sees(follower, 2);
  await expect(follower.locator('.link-badge')).toHaveText('Live');
});

test('a first picture that is broken is asked for again', async ({ room }) => {
  room.allow(/ERR_FAILED|500/);
  const follower = await room.newcomer();
  let asked = 0;
  await follower.route('**/media/*.png', async (route) => {
    asked += 1;
    if (asked === 1) await route.abort();
    else await route.continue();
  });
  await follower.goto(room.links.audience);
  await isLive(follower);
  await sees(follower, 1);
  expect(asked).toBeGreaterThan(1);
});

test('a black screen does not wait for the picture that it hides', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const projector = await room.newcomer();
  await projector.route('**/media/*', async (route) => {
    const first = (await (await projector.request.get(`${room.links.audience}/state`)).json()).face.renditions[0].url;
    if (route.request().url().endsWith(first)) await route.continue();
  });
  // Not `load`, which would wait for the withheld picture.
  await projector.goto(room.links.projector, { waitUntil: 'commit' });
  await isLive(projector);
  await next(phone).tap();
  await phone.getByRole('button', { name: 'Black screen' }).tap();
  await expect(projector.locator('.slide')).toHaveAttribute('data-screen', 'black');
});

test('a reload of any page is where the talk is', async ({ room }) => {
  const phone = await room.presenter();
  const projector = await room.projector();
  const follower = await room.follower();
  await isLive(phone);
  await next(phone).tap();
  await sees(phone, 2);
  for (const page of [phone, projector, follower]) {
    await sees(page, 2);
    await page.reload();
    await isLive(page);
    await sees(page, 2);
  }
  await next(phone).tap();
  for (const page of [phone, projector, follower]) await sees(page, 3);
});

test('a slide takes its place decoded: never a blank, never a shift', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  await isLive(follower);
  await follower.evaluate(() => {
    const seen = { blanks: 0, shift: 0, pictures: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
    new MutationObserver(() => {
      const pictures = document.querySelectorAll<HTMLImageElement>('.slide img');
      seen.pictures += 1;
      if (pictures.length !== 1 || !pictures[0].complete || !pictures[0].naturalWidth) seen.blanks += 1;
    }).observe(document.querySelector('.slide')!, { childList: true });
  });
  for (let slide = 2; slide <= 6; slide++) {
    await next(phone).tap();
    await sees(follower, slide);
  }
  const seen = await follower.evaluate(() => (window as unknown as { seen: object }).seen);
  expect(seen).toEqual({ blanks: 0, shift: 0, pictures: 5 });
});

test('the next slide is fetched before it is needed', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const follower = await room.newcomer();
  const asked: string[] = [];
  follower.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await follower.goto(room.links.audience);
  await isLive(follower);
  const state = await (await follower.request.get(`${room.links.audience}/state`)).json();
  await expect.poll(() => asked).toContain(state.preload[0].renditions[0].url);
  const fetched = asked.length;
  await next(phone).tap();
  await sees(follower, 2);
  const again = asked.slice(fetched).filter((path) => path === state.preload[0].renditions[0].url);
  expect(again, 'asked for again').toEqual([]);
});

for (const [where, from] of [
  ['the server’s own', (room: Room) => new URL('/healthz', room.links.audience).href],
  ['another site’s', (room: Room) => new URL('/healthz', room.links.audience).href.replace('127.0.0.1', 'room.test')],
] as const)
  test(`three lines of script follow a talk on a page that is ${where}`, async ({ room }) => {
    const phone = await room.presenter();
    await isLive(phone);
    const page = await room.person(from(room));
    await page.evaluate((events) => {
      const source = new EventSource(events);
      source.onmessage = ({ data }) => (document.title = `slide ${JSON.parse(data).slide}`);
    }, room.links.events);
    await expect(page).toHaveTitle('slide 1');
    await next(phone).tap();
    await expect(page).toHaveTitle('slide 2');
  });

test('a projector that is live shows the slide and nothing else', async ({ room }) => {
  const projector = await room.projector();
  await isLive(projector);
  await sees(projector, 1);
  await expect(projector.getByText('Live', { exact: true })).toBeHidden();
});
