import { expect, isLive, next, sees, test } from './room.ts';

test('the presenter sees how many follow, and how many are behind', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const crowd = phone.locator('.room');
  await expect(crowd).toHaveText('Nobody follows');

  const projector = await room.projector();
  const follower = await room.follower();
  await isLive(projector);
  await isLive(follower);
  await expect(crowd).toHaveText('Projector 1 person');

  // A page acknowledges what it has painted, not only that its stream is open.
  const seen = projector.waitForRequest(/\/t\/room\/seen$/);
  await next(phone).tap();
  await sees(projector, 2);
  await sees(follower, 2);
  expect((await seen).postData()).toMatch(/^seat=\d+&id=[a-z0-9]+-1&waited_ms=\d+$/);
  await expect(crowd).toHaveText('Projector 1 person');

  await follower.close();
  await expect(crowd).toHaveText('Projector');
  await expect(crowd).toHaveAttribute('data-alarm', 'false');
});

test('a projector that is lost, or shows something else, is told in amber', async ({ room }) => {
  const phone = await room.newcomer();
  await phone.clock.install();
  await phone.goto(room.links.presenter);
  await isLive(phone);
  const projector = await room.projector();
  const follower = await room.follower();
  for (const page of [projector, follower]) await isLive(page);
  const crowd = phone.locator('.room');
  await expect(crowd).toHaveText('Projector 1 person');

  // A tab in front of it.
  const look = (state: 'hidden' | 'visible') =>
    projector.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await look('hidden');
  await expect(crowd).toHaveText('Projector is elsewhere');
  await expect(crowd).toHaveAttribute('data-alarm', 'true');
  await look('visible');
  await expect(crowd).toHaveText('Projector 1 person');

  await projector.close();
  await expect(crowd).toHaveText('1 person follows');
  await phone.clock.runFor(3_000);
  await expect(crowd).toHaveText(/^Projector lost for 0:0[3-5]$/);
  await expect(crowd).toHaveAttribute('data-alarm', 'true');
  await isLive(await room.projector());
  await expect(crowd).toHaveText('Projector 1 person');
});

test('a page that cannot paint the newest is behind', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  await isLive(follower);
  const crowd = phone.locator('.room');
  await expect(crowd).toHaveText('1 person follows');
  // No picture from the third on ever arrives.
  await next(phone).tap();
  await sees(follower, 2);
  await follower.route('**/media/**', () => {});
  await next(phone).tap();
  await sees(phone, 3);
  await next(phone).tap();
  await expect(crowd).toHaveText('1 of 1 behind');
  await follower.unroute('**/media/**');
  await expect(crowd).toHaveText(/1 person follows(, the slowest took \d+ s)?$/, { timeout: 40_000 });
});

test('who looks at another tab or another slide is not behind', async ({ room }) => {
  const phone = await room.presenter();
  const [tab, reader] = [await room.follower(), await room.follower()];
  for (const page of [phone, tab, reader]) await isLive(page);
  const crowd = phone.locator('.room');
  await expect(crowd).toHaveText('2 people follow');
  await next(phone).tap();
  for (const page of [tab, reader]) await sees(page, 2);

  // As browsers report it; a headless one never hides a tab.
  const look = (state: 'hidden' | 'visible') =>
    tab.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  // A hidden tab closes its stream: six of them would leave a browser no connection for a tap.
  await look('hidden');
  await next(phone).tap();
  await expect(crowd).toHaveText('1 person follows');

  await reader.goto(`${room.links.audience}?slide=1`);
  await isLive(reader);
  await expect(reader.locator('.slide')).toHaveAttribute('data-slide', '1');
  await expect(reader.getByText('Live: 3 of 6')).toBeVisible();
  await expect(crowd).toHaveText('1 person follows, 1 looking elsewhere');
  await next(phone).tap();
  await expect(reader.getByText('Live: 4 of 6')).toBeVisible();

  await look('visible');
  await sees(tab, 4);
  await expect(crowd).toHaveText('2 people follow, 1 looking elsewhere');
  await reader.getByRole('link', { name: 'Back to live' }).click();
  await sees(reader, 4);
  await expect(crowd).toHaveText('2 people follow');
});

for (const [host, serverOptions, answers] of [
  ['a host who asks', [], 1],
  ['a host who does not ask', ['--no-acknowledgements'], 0],
] as const) {
  test.describe(host, () => {
    test.use({ serverOptions: [...serverOptions] });

    test(`gets ${answers} beacon for a slide, and counts`, async ({ room }) => {
      const phone = await room.presenter();
      await isLive(phone);
      const follower = await room.newcomer();
      await follower.clock.install();
      await follower.goto(room.links.audience);
      await isLive(follower);
      await expect(phone.locator('.room')).toHaveText('1 person follows');
      const beacons: string[] = [];
      follower.on('request', (request) => {
        if (request.url().endsWith('/seen')) beacons.push(request.postData() ?? '');
      });
      await next(phone).tap();
      await sees(follower, 2);
      // A beacon is sent a quarter of a second after its slide. Any later request
      // arrives after it.
      await follower.clock.runFor(1_000);
      await follower.evaluate(() => fetch('/t/room/state'));
      expect(beacons.filter((beacon) => /&id=[a-z0-9]+-1&/.test(beacon))).toHaveLength(answers);
      await expect(phone.locator('.room')).toHaveText('1 person follows');
    });
  });
}
