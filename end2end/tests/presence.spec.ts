import { expect, isLive, next, sees, test } from './room.ts';

test('the presenter sees how many follow, and how many are behind', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const crowd = phone.locator('.room');
  await expect(crowd).toHaveText('Nobody follows yet');

  const projector = await room.projector();
  const follower = await room.follower();
  await isLive(projector);
  await isLive(follower);
  await expect(crowd).toHaveText('2 screens follow');

  // Whoever is without network does not get the next slide; the stream is not known to be dead yet.
  const seen = projector.waitForRequest(/\/t\/room\/seen$/);
  await next(phone).tap();
  await sees(projector, 2);
  await sees(follower, 2);
  expect((await seen).postData()).toMatch(/^seat=\d+&id=[a-z0-9]+-1&waited_ms=\d+$/);
  await expect(crowd).toHaveText('2 screens follow');

  await follower.close();
  await expect(crowd).toHaveText('1 screen follows');
});

test('a page that cannot paint the newest is behind', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  await isLive(follower);
  const crowd = phone.locator('.room');
  await expect(crowd).toHaveText('1 screen follows');
  // The pictures from the third on never come.
  await next(phone).tap();
  await sees(follower, 2);
  await follower.route('**/media/**', () => {});
  await next(phone).tap();
  await sees(phone, 3);
  await next(phone).tap();
  await expect(crowd).toHaveText('1 screen follows, 1 behind');
  await follower.unroute('**/media/**');
  await expect(crowd).toHaveText(/1 screen follows(, the slowest took \d+ s)?$/, { timeout: 40_000 });
});

test.describe('a host who does not ask', () => {
  test.use({ serverOptions: ['--no-acknowledgements'] });

  test('gets no beacons and still counts', async ({ room }) => {
    const phone = await room.presenter();
    const follower = await room.follower();
    const beacons: string[] = [];
    follower.on('request', (request) => {
      if (request.url().endsWith('/seen')) beacons.push(request.url());
    });
    await isLive(phone);
    await isLive(follower);
    await next(phone).tap();
    await sees(follower, 2);
    await expect(phone.locator('.room')).toHaveText('1 screen follows');
    expect(beacons).toEqual([]);
  });
});
