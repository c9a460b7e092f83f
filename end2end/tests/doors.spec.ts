import { PHONE, expect, isLive, next, sees, test } from './room.ts';

test('a code is typed as people type, and leads to the talk', async ({ room }) => {
  const page = await room.person(new URL('/', room.links.audience).href, PHONE);
  await page.getByLabel('Code').fill(' ROom ');
  await page.getByRole('button', { name: 'Join' }).tap();
  await expect(page).toHaveURL(room.links.audience);
  await isLive(page);
  await sees(page, 1);
});

test('an address with a code in capitals leads to the plain one', async ({ room }) => {
  for (const path of ['', '/screen', '/present']) {
    const page = await room.newcomer();
    room.allow(/401/);
    await page.goto(new URL(`/t/RO%20om${path}`, room.links.audience).href);
    await expect(page).toHaveURL(`${room.links.audience}${path}`);
  }
});

test('a code is typed as it is spoken, or pasted as a link', async ({ room }) => {
  const host = await room.person(room.links.host);
  await host.getByText('More', { exact: true }).click();
  await host.getByLabel('Code that people type').fill('rust-berlin');
  await host.locator('.upload [type=file]').setInputFiles({ name: 'a.md', mimeType: 'text/markdown', buffer: Buffer.from('# A') });
  await host.waitForURL(/\/t\/rust-berlin\/lobby$/);
  const talk = new URL('/t/rust-berlin', room.links.audience).href;
  const page = await room.newcomer(PHONE);
  for (const typed of [
    'rust-berlin', 'Rust Berlin', 'rustberlin', 'rust_berlin', 'rust-berlin.', '“rust berlin”!', talk, `${talk}/`, `<${talk}?slide=1>.`,
    `https://a-long-name.of-a-host.example/behind/a/proxy${new URL(talk).pathname}/screen#top`,
  ]) {
    await page.goto(new URL('/', talk).href);
    await page.getByLabel('Code').fill(typed);
    await page.getByRole('button', { name: 'Join' }).tap();
    await expect(page, typed).toHaveURL(talk);
    await isLive(page);
  }
  room.allow(/401/);
  for (const path of ['', '/screen', '/present']) {
    for (const typed of ['rustberlin', 'rust_berlin', 'RUST%20BERLIN'])
      await page.goto(new URL(`/t/${typed}${path}`, talk).href);
    await expect(page).toHaveURL(`${talk}${path}`);
  }
  await page.goto(`${talk}/screen).`);
  await expect(page).toHaveURL(`${talk}/screen`);
});

test('a presenter’s link that ends with its sentence presents', async ({ room }) => {
  for (const end of ['.', ')', ').', '%3E', '…']) {
    const phone = await room.person(`${room.links.presenter}${end}`, PHONE);
    await isLive(phone);
    await expect(phone, end).toHaveURL(`${room.links.audience}/present`);
  }
  const host = await room.person(`${room.links.host})`);
  await expect(host.getByRole('heading', { name: 'Show a deck' })).toBeVisible();
});

test('an unknown code says so and how to go on', async ({ room }) => {
  room.allow(/404/);
  const home = await room.person(new URL('/', room.links.audience).href);
  await home.getByLabel('Code').fill('no-such-talk');
  await home.getByRole('button', { name: 'Join' }).click();
  await expect(home.getByRole('heading', { name: 'No talk with this code' })).toBeVisible();
  await home.getByLabel('Code').fill('room');
  await home.getByRole('button', { name: 'Join' }).click();
  await sees(home, 1);
  for (const path of ['/t/nope', '/t/nope/screen', '/t/nope/present', '/?code=%F0%9F%99%82', '/nowhere']) {
    const answer = await home.request.get(new URL(path, room.links.audience).href);
    expect(answer.status(), path).toBe(404);
    expect(answer.headers()['content-type']).toContain('text/html');
  }
});

test('without a key the remote says what to do', async ({ room }) => {
  room.allow(/401/);
  const page = await room.newcomer();
  const answer = await page.goto(`${room.links.audience}/present`);
  expect(answer!.status()).toBe(401);
  await expect(page.getByRole('heading', { name: 'This page is the presenter’s' })).toBeVisible();
  const wrong = await page.goto(`${room.links.audience}/present?key=wrong`);
  expect(wrong!.status()).toBe(401);
  await expect(page).toHaveURL(`${room.links.audience}/present`);
});

test('a wrong host’s key is said to be so, and costs the host nothing', async ({ room }) => {
  room.allow(/401/);
  const address = new URL('/?key=wrong', room.links.audience).href;
  const page = await room.newcomer();
  const answer = await page.goto(address);
  expect(answer!.status()).toBe(401);
  await expect(page.getByRole('heading', { name: 'This page is the host’s' })).toBeVisible();
  const host = await room.person(room.links.host);
  await host.goto(address);
  await expect(host.getByRole('heading', { name: 'Show a deck' })).toBeVisible();
});

test('a link’s key becomes a cookie and leaves the address', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await expect(phone).toHaveURL(`${room.links.audience}/present`);
  const [cookie] = await phone.context().cookies();
  expect(cookie).toMatchObject({ name: expect.stringMatching(/^webslides-[0-9a-f]{8}$/), path: '/', httpOnly: true, sameSite: 'Lax', secure: false });
  const seen = await phone.evaluate(() => document.cookie + document.documentElement.outerHTML + document.referrer);
  expect(seen).not.toContain(cookie.value);
  // The cookie has this phone's own key, not the link's, which would admit any device.
  const key = new URL(room.links.presenter).searchParams.get('key')!;
  expect(key).toMatch(/^\w{20,}$/);
  expect(seen).not.toContain(key);
});

test('on a phone that opens the laptop’s plain http, all of it works', async ({ room }) => {
  const there = (url: string) => url.replace('127.0.0.1', 'room.test');
  const phone = await room.person(there(room.links.presenter), PHONE);
  const follower = await room.person(there(room.links.audience));
  expect(await phone.evaluate(() => isSecureContext)).toBe(false);
  await isLive(phone);
  await isLive(follower);
  await next(phone).tap();
  await sees(phone, 2);
  await sees(follower, 2);
});

test('another site’s page can’t move the talk', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  room.allow(/403/);
  // The same cookie, sent by a page of another origin: room.test is not 127.0.0.1.
  const port = new URL(room.links.audience).port;
  const evil = await phone.context().newPage();
  room.watch(evil);
  await evil.route('**/evil', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<form method="post" action="http://127.0.0.1:${port}/api/next"><input name="code" value="room"><button>Win</button></form>`,
  }));
  await evil.goto(`http://room.test:${port}/evil`);
  const [answer] = await Promise.all([
    evil.waitForResponse('**/api/next'),
    evil.getByRole('button', { name: 'Win' }).click(),
  ]);
  expect(answer.status()).toBe(403);
  await sees(phone, 1);
});

test('a link that a robot follows admits nobody', async ({ room }) => {
  const { presenter } = room.links;
  const robot = await room.person('about:blank');
  const preview = await robot.request.get(presenter);
  expect(preview.status()).toBe(200);
  expect(await preview.text()).toContain('Present with this device');
  const phone = await room.presenter();
  await isLive(phone);
  await phone.goto(`${room.links.audience}/remotes`);
  await expect(phone.getByRole('listitem')).toHaveCount(1);
});
