import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { LAPTOP, PHONE, expect, isLive, next, test } from './room.ts';

const WELCOME = fileURLToPath(new URL('../../server/welcome', import.meta.url));
const SECRET = fileURLToPath(new URL('../../server/reading/src/pdf/fixtures', import.meta.url));
const MARKDOWN = [
  '# A *saved* talk', '<!-- Say hello. -->', '---', '## Steps', '- one', '<!-- pause -->', '- two', '---', '# End',
].join('\n\n');

const choose = '.upload [type=file]';
const show = { name: 'Show it' };

test('a deck that is brought on the phone is presented and followed', async ({ room }) => {
  const phone = await room.person(room.links.host, PHONE);
  expect(new URL(phone.url()).search).toBe('');
  const images = readdirSync(WELCOME).filter((name) => name.endsWith('.png')).slice(0, 3);
  await phone.locator(choose).setInputFiles(images.map((name) => join(WELCOME, name)));
  // Nothing else to tap.
  await phone.waitForURL(/\/t\/[a-z0-9]+\/lobby$/);
  const follower = await room.person(phone.url().replace(/\/lobby$/, ''));
  await isLive(follower);
  await phone.getByRole('link', { name: 'Present on this computer' }).tap();
  await isLive(phone);
  await next(phone).tap();
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
  const picture = follower.locator('.slide .face img');
  await expect(picture).toHaveAttribute('srcset', /640w.*1920w/);
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(phone.locator('.place')).toHaveText('2 of 3');
});

test('Markdown is shown step by step, and notes stay with the presenter', async ({ room }) => {
  const host = await room.person(room.links.host, LAPTOP);
  await host.getByText('More', { exact: true }).click();
  await host.getByLabel('Code that people type').fill('My Talk');
  await host.locator(choose).setInputFiles({ name: 'talk.md', mimeType: 'text/markdown', buffer: Buffer.from(MARKDOWN) });
  await host.waitForURL(/\/t\/mytalk\/lobby$/);
  const follower = await room.person(new URL('/t/mytalk', room.links.audience).href);
  await isLive(follower);
  await expect(follower.locator('.slide .page h1')).toHaveText('A saved talk');
  expect(await follower.content()).not.toContain('Say hello');
  await host.getByRole('link', { name: 'Present on this computer' }).click();
  await isLive(host);
  await next(host).click();
  const second = follower.locator('.slide .page li', { hasText: 'two' });
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');
  await expect(second).toBeHidden();
  await next(host).click();
  await expect(follower.locator('.slide')).toHaveAttribute('data-step', '1');
  await expect(second).toBeVisible();
  // As large as the page allows.
  const [page, frame] = [await follower.locator('.slide .page').boundingBox(), await follower.locator('.slide').boundingBox()];
  expect(page!.width).toBeLessThanOrEqual(frame!.width + 1);
  expect(page!.height).toBeLessThanOrEqual(frame!.height + 1);
  expect(Math.max(page!.width / frame!.width, page!.height / frame!.height)).toBeGreaterThan(0.98);
});

test('what can’t be shown is said in a sentence, and can be sent again', async ({ room }) => {
  room.allow(/422|409/);
  const host = await room.person(room.links.host, LAPTOP);
  const send = (name: string, buffer: Buffer) =>
    host.locator(choose).setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  const said = host.locator('.said');
  await send('talk.docx', Buffer.from([1, 2, 3]));
  await expect(said).toContainText("WebSlides can't show talk.docx.");
  await send('broken.pdf', Buffer.from('%PDF-1.7 and no more'));
  await expect(said).toContainText('broken.pdf');
  await host.getByText('More', { exact: true }).click();
  await host.getByLabel('Code that people type').fill('room');
  await send('fine.md', Buffer.from('# Fine'));
  await expect(said).toContainText('There is a talk with this code already');
  await host.getByLabel('Code that people type').fill('');
  await host.getByRole('button', { name: 'Try again' }).click();
  await host.waitForURL(/\/lobby$/);
  expect(existsSync(join(room.server.directory, 'data', 'uploads'))).toBe(true);
  expect(readdirSync(join(room.server.directory, 'data', 'uploads'))).toEqual([]);
});

test('a locked PDF asks for its password where it was refused', async ({ room }) => {
  room.allow(/422/);
  const secret = 'aes256-letters.pdf';
  const host = await room.person(room.links.host, LAPTOP);
  const password = host.getByLabel('Password of the PDF');
  await expect(password).toBeHidden();
  await host.locator(choose).setInputFiles(join(SECRET, secret));
  await expect(host.locator('.said')).toContainText('protected by a password');
  await expect(password).toBeFocused();
  await password.fill('wrong');
  await password.press('Enter');
  await expect(host.locator('.said')).toContainText('This is not the password of aes256-letters.pdf.');
  await password.fill('“Ž” €5 pässwört');
  await host.getByRole('button', { name: 'Open it' }).click();
  await host.waitForURL(/\/lobby$/);
  // Another file is another matter.
  await host.goto(room.links.host);
  await host.locator(choose).setInputFiles({ name: 'fine.md', mimeType: 'text/markdown', buffer: Buffer.from('# Fine') });
  await host.waitForURL(/\/lobby$/);
});

test.describe('a small limit', () => {
  test.use({ serverOptions: ['--max-deck-size', '1'] });

  test('what is too large is refused before it is sent', async ({ room }) => {
    const host = await room.person(room.links.host, LAPTOP);
    let sent = 0;
    host.on('request', (request) => (sent += Number(request.method() === 'POST')));
    const send = (names: string[], bytes: number) =>
      host.locator(choose).setInputFiles(
        names.map((name) => ({ name, mimeType: 'application/pdf', buffer: Buffer.alloc(bytes, 'a') })),
      );
    const said = host.locator('.said');
    await send(['big.pdf'], 3 << 20);
    await expect(said).toHaveText('“big.pdf” has 3 MB. At most 1 MB can be shown.');
    await send(['1.png', '2.png'], 600 << 10);
    await expect(said).toHaveText('These files have 2 MB. At most 1 MB can be shown.');
    await expect(host.locator('.drop strong')).toHaveText('Choose a file, or drop it here');
    expect(sent).toBe(0);
  });
});

test('an upload that was begun by mistake is cancelled', async ({ room }) => {
  room.allow(/ERR_FAILED/);
  const host = await room.person(room.links.host, LAPTOP);
  let answer = () => {};
  await host.route('**/decks', (route) => new Promise<void>((done) => (answer = () => done(route.abort()))), { times: 1 });
  await host.locator(choose).setInputFiles({ name: 'fine.md', mimeType: 'text/markdown', buffer: Buffer.from('# Fine') });
  await host.getByRole('button', { name: 'Cancel' }).click();
  await expect(host.locator('progress')).toBeHidden();
  answer();
  await host.getByRole('button', { name: 'Send it' }).click();
  await host.waitForURL(/\/lobby$/);
});

test('the list of talks shows their slides, and is up to date by itself', async ({ room }) => {
  const host = await room.person(room.links.host, LAPTOP);
  const lines = host.locator('.talks li');
  await expect(lines).toHaveCount(1);
  const small = lines.locator('.mini img');
  await expect.poll(() => small.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  await expect(lines.locator('.here')).toHaveText('nobody follows');
  await expect(host.getByRole('link', { name: /^Present / })).toHaveAttribute('href', '/t/room/lobby');
  const follower = await room.follower();
  const projector = await room.projector();
  for (const page of [follower, projector]) await isLive(page);
  await expect(lines.locator('.here')).toHaveText('1 person follows, projector is open');
  const phone = await room.presenter();
  await isLive(phone);
  await next(phone).tap();
  await expect(lines.locator('.position')).toHaveText('slide 2 of 6');
  // It has begun: now the remote is what the host wants.
  await expect(host.getByRole('link', { name: /^Present / })).toHaveAttribute('href', '/t/room/present');
  // Another talk comes. A menu that is open stays so.
  await host.getByRole('button', { name: /^More for / }).click();
  const other = await room.person(room.links.host, LAPTOP);
  await other.locator(choose).setInputFiles({ name: 'words.md', mimeType: 'text/markdown', buffer: Buffer.from('# Words') });
  await other.waitForURL(/\/lobby$/);
  await expect(host.getByRole('link', { name: 'Rename' })).toBeVisible();
  await host.keyboard.press('Escape');
  await expect(lines).toHaveCount(2);
  // Of Markdown, too.
  await expect(lines.locator('.mini h1')).toHaveText('Words');
  await expect(host.getByRole('button', { name: 'More for Welcome to WebSlides, room' })).toBeFocused();
});

test.describe('a folder that is dropped', () => {
  const drop = async (page: Page, paths: string[]) => {
    const { x, y } = (await page.locator('.drop').boundingBox())!;
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await devtools.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + 20, data });
  };
  const folder = (inside: string, files: string[]) => {
    mkdirSync(inside, { recursive: true });
    const [picture] = readdirSync(WELCOME).filter((name) => name.endsWith('.png'));
    for (const name of files) writeFileSync(join(inside, name), readFileSync(join(WELCOME, picture)));
    return inside;
  };

  test('is sent as its files', async ({ room }) => {
    const own = folder(join(room.server.directory, 'slides'), ['1.png', '2.png', '10.png', '.hidden.png']);
    const host = await room.person(room.links.host, LAPTOP);
    await drop(host, [own]);
    await host.waitForURL(/\/lobby$/);
    const state = await host.request.get(host.url().replace(/lobby$/, 'state'));
    expect((await state.json()).slides).toBe(3);
  });

  test('is read whole, also in a folder of its own', async ({ room }) => {
    const names = Array.from({ length: 130 }, (_, number) => `${number}.png`);
    folder(join(room.server.directory, 'outer', 'slides'), names);
    const host = await room.person(room.links.host, LAPTOP);
    await drop(host, [join(room.server.directory, 'outer')]);
    await expect(host.locator('.drop strong')).toHaveText('130 files');
    await host.waitForURL(/\/lobby$/);
  });

  test('is to be zipped when there are folders in it', async ({ room }) => {
    const outer = folder(join(room.server.directory, 'talk'), ['1.png']);
    const inner = folder(join(outer, 'part-2'), ['1.png']);
    const empty = folder(join(room.server.directory, 'empty'), []);
    const host = await room.person(room.links.host, LAPTOP);
    const said = host.locator('.said');
    await drop(host, [outer]);
    await expect(said).toHaveText('“talk” has folders in it. Zip it, then drop the zip here.');
    await drop(host, [inner, join(outer, '1.png')]);
    await expect(said).toContainText('Drop one folder alone');
    await drop(host, [empty]);
    await expect(said).toHaveText('There is no file in “empty”.');
    await expect(host.locator('.drop strong')).toHaveText('Choose a file, or drop it here');
  });
});

test('a file that has changed since it was chosen is to be chosen again', async ({ room }) => {
  const file = join(room.server.directory, 'talk.md');
  const host = await room.person(room.links.host, LAPTOP);
  for (const change of [() => writeFileSync(file, '# A longer one'), () => rmSync(file)]) {
    writeFileSync(file, '# One');
    // A browser notes the file's time when a person chooses it. Chosen by a test, when it is first looked at: here,
    // before our script sends it.
    await host.evaluate((selector) => {
      const input = document.querySelector(selector) as HTMLInputElement;
      const wait = (event: Event) => {
        event.stopImmediatePropagation();
        void input.files![0]!.size;
      };
      addEventListener('change', wait, { capture: true, once: true });
    }, choose);
    await host.locator(choose).setInputFiles(file);
    // Some disks store times in whole seconds: the length must differ too.
    change();
    await host.locator(choose).dispatchEvent('change');
    await expect(host.locator('.said')).toHaveText('“talk.md” was changed, moved or deleted. Choose the file again.');
    await expect(host.locator('.drop strong')).toHaveText('Choose a file, or drop it here');
  }
  writeFileSync(file, '# One');
  await host.locator(choose).setInputFiles(file);
  await host.waitForURL(/\/lobby$/);
});

test('only the host brings decks and ends talks', async ({ room }) => {
  const guest = await room.person(new URL('/', room.links.audience).href);
  await expect(guest.getByRole('heading', { name: 'Join a talk' })).toBeVisible();
  await expect(guest.locator('.upload')).toHaveCount(0);
  const refused = await guest.request.post(new URL('/decks', room.links.audience).href, {
    multipart: { file: { name: 'a.md', mimeType: 'text/markdown', buffer: Buffer.from('# A') } },
  });
  expect(refused.status()).toBe(401);
  expect((await guest.request.post(new URL('/t/room/end', room.links.audience).href)).status()).toBe(401);
  expect((await guest.request.get(new URL('/t/room/links', room.links.audience).href)).status()).toBe(401);

  const host = await room.person(room.links.host, LAPTOP);
  await expect(host.locator('.talks li')).toHaveCount(1);
  await host.goto(`${room.links.audience}/present`);
  await isLive(host);
  await next(host).click();
  await expect(host.locator('.place')).toHaveText('2 of 6');
  await host.goto(room.links.host);
  await host.getByRole('button', { name: /^More for / }).click();
  await host.getByRole('button', { name: 'End', exact: true }).click();
  await host.getByRole('button', { name: 'End it' }).click();
  await host.getByRole('button', { name: 'Show it again' }).click();
  await host.waitForURL(/\/links$/);
  await expect(host.getByRole('heading', { name: 'Welcome to WebSlides' })).toBeVisible();
});

test.describe('an open room', () => {
  test.use({ serverOptions: ['--open'] });

  test('lets anyone bring a deck, and tells nobody of the others’', async ({ room }) => {
    const guest = await room.person(new URL('/', room.links.audience).href);
    await expect(guest.locator('.talks')).toHaveCount(0);
    await guest.locator(choose).setInputFiles({ name: 'mine.md', mimeType: 'text/markdown', buffer: Buffer.from('# Mine') });
    await guest.waitForURL(/\/links$/);
    await expect(guest.getByRole('heading', { name: 'Mine' })).toBeVisible();

    // Of two that want the same code, one gets it, and the other gets no key for it.
    const bring = (title: string) =>
      guest.request.post(new URL('/decks', room.links.audience).href, {
        headers: { accept: 'application/json' },
        multipart: {
          code: 'wanted',
          file: { name: `${title}.md`, mimeType: 'text/markdown', buffer: Buffer.from(`# ${title}`) },
        },
      });
    const answers = await Promise.all(['A', 'B', 'C'].map(bring));
    expect(answers.map((answer) => answer.status()).sort()).toEqual([201, 409, 409]);
    for (const taken of answers.filter((answer) => answer.status() === 409)) {
      expect(taken.headers()['set-cookie']).toBeUndefined();
    }
  });
});

test('one picture is a deck of one slide', async ({ room }) => {
  const host = await room.person(room.links.host, LAPTOP);
  await host.locator(choose).setInputFiles(join(WELCOME, readdirSync(WELCOME).find((name) => name.endsWith('.png'))!));
  await host.waitForURL(/\/lobby$/);
  await expect(host.getByRole('heading', { name: 'Slides' })).toBeVisible();
});

test('a deck can be brought without script', async ({ browser, room }) => {
  const context = await browser.newContext({ ...LAPTOP, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(room.links.host);
  await page.locator(choose).setInputFiles({ name: 'plain.md', mimeType: 'text/markdown', buffer: Buffer.from('# Plain') });
  await page.getByRole('button', show).click();
  await expect(page.getByRole('heading', { name: 'Plain' })).toBeVisible();
  await page.goto(new URL('/', room.links.audience).href);
  await page.locator(choose).setInputFiles({ name: 'x.docx', mimeType: 'application/octet-stream', buffer: Buffer.from([0]) });
  const answer = page.waitForResponse(/\/decks$/);
  await page.getByRole('button', show).click();
  expect((await answer).status()).toBe(422);
  await expect(page.locator('.said')).toContainText('x.docx');
  await context.close();
});

test('pages that the laptop itself has open follow it to another network', async ({ room }) => {
  const audience = { url: 'http://10.9.8.7:3000/t/room', qr: '<svg id="renewed"></svg>' };
  const ways = {
    audience,
    projector: { ...audience, url: `${audience.url}/screen` },
    others: ['http://192.168.7.7:3000/t/room'],
    warning: null,
  };
  const moved = async (page: Page) => {
    await page.route('**/t/room/ways', (route) => route.fulfill({ json: ways }));
    await page.reload();
    return page;
  };
  const projector = await moved(await room.projector());
  await expect(projector.locator('.invitation .url')).toHaveText('10.9.8.7:3000/t/room');
  await expect(projector.locator('.invitation #renewed')).toHaveCount(1);

  const phone = await moved(await room.presenter());
  await expect(phone.locator('#links [data-way="projector"] .url')).toHaveText(ways.projector.url);
  await phone.goto(`${room.links.audience}/links`);
  await expect(phone.getByRole('link', { name: audience.url, exact: true })).toHaveAttribute('href', audience.url);
  await expect(phone.locator('.typed-address')).toHaveText('10.9.8.7:3000');
  await expect(phone.getByText('192.168.7.7')).toBeVisible();
  await expect(phone.getByText('Only this computer')).toHaveCount(0);
});
