import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { pdf } from './pdf.ts';
import { LAPTOP, PHONE, expect, isLive, test } from './room.ts';

/** For busy machines. */
const IN_TIME = { timeout: 40_000 };
const PAGES = 10;
const choose = '.upload [type=file]';
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** A progress bar's text, and the number of thumbnails beside it. */
interface Moment {
  view: string;
  share: number;
  said: string;
  tiles: number;
}

/** Everything that the progress bars of this person's pages show, from page to page. */
async function watched(page: Page): Promise<Moment[]> {
  const moments: Moment[] = [];
  await page.exposeFunction('tellOfBar', (moment: Moment) => void moments.push(moment));
  await page.addInitScript(() => {
    const tell = (moment: object) => (window as unknown as { tellOfBar(moment: object): void }).tellOfBar(moment);
    document.addEventListener('DOMContentLoaded', () => {
      const [main, bar, said] = ['main', 'progress', '[role=status]'].map((it) => document.querySelector(it));
      if (!(bar instanceof HTMLProgressElement)) return;
      const look = () => {
        const tiles = document.querySelectorAll('.tiles img').length;
        tell({ view: (main as HTMLElement).dataset.view, share: bar.position, said: said!.textContent, tiles });
      };
      new MutationObserver(look).observe(main!, { subtree: true, childList: true, attributes: true, characterData: true });
    });
  });
  return moments;
}

const rises = (values: number[]) => values.every((value, at) => at === 0 || value >= values[at - 1]);
const different = (values: number[]) => new Set(values).size;

async function isClean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
}

/** From the lobby, which follows an upload, to the page of links. */
async function toLinks(page: Page): Promise<void> {
  await page.waitForURL(/\/lobby$/);
  await page.goto(page.url().replace(/lobby$/, 'links'));
}

/** The page of links tells that the import has ended. */
async function isWhole(page: Page): Promise<void> {
  await expect(page.locator('.import [role=status]').filter({ visible: true })).toHaveText(/^All slides are ready\./, IN_TIME);
}

test('a PDF is brought on the phone: the bar is true, its slides come, what is left out is said', async ({ room }) => {
  room.allow(/^webslides: page 3: /);
  const phone = await room.newcomer(PHONE);
  const moments = await watched(phone);
  await phone.goto(room.links.host);
  await isClean(phone);
  const network = await phone.context().newCDPSession(phone);
  await network.send('Network.enable');
  // Slow enough for the upload to take some seconds, as in a venue.
  await network.send('Network.emulateNetworkConditions', {
    offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: 40_000,
  });
  await phone.locator(choose).setInputFiles(file('My talk.pdf', pdf(PAGES)));
  await expect(phone.locator('.said')).toHaveText(/^Uploading: [1-9]\d? %$/);
  await isClean(phone);
  await toLinks(phone);
  await isClean(phone);
  await isWhole(phone);

  const uploading = moments.filter(({ view, said }) => view === 'host' && said.startsWith('Uploading'));
  const shares = uploading.map(({ share }) => share);
  expect(rises(shares) && different(shares) >= 3, `${shares}`).toBe(true);
  for (const { said, share } of uploading.slice(0, -1)) {
    // The bar and its text are set one after the other.
    expect(Math.abs(Number(said.match(/\d+/)) - 100 * share)).toBeLessThan(30);
  }
  const reading = moments.filter(({ view }) => view === 'links');
  const [pages, tiles] = [reading.map(({ share }) => Math.round(share * PAGES)), reading.map(({ tiles }) => tiles)];
  expect(rises(pages) && rises(tiles), `${pages} and ${tiles}`).toBe(true);
  expect(different(tiles), `${tiles}`).toBeGreaterThan(1);
  expect(tiles.at(-1)).toBe(PAGES);

  const small = phone.locator('.tiles img').first();
  await expect.poll(() => small.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(640);
  await expect(phone.getByText('Remarks are below.')).toBeVisible();
  await expect(phone.locator('.warnings div > ul > li')).toHaveText([/: slide 3\./]);
  await expect(phone.locator('.ways svg')).toHaveCount(2);
  await isClean(phone);

  // A finished import shows no progress, but still what was left out.
  await phone.reload();
  await expect(phone.locator('.import')).toBeHidden();
  await expect(phone.locator('.warnings')).toBeVisible();
  await phone.getByRole('link', { name: 'Present', exact: true }).tap();
  await isLive(phone);
  await expect(phone.locator('.place')).toHaveText(`1 of ${PAGES}`);
});

test('several decks at once, one of them twice', async ({ room }) => {
  room.allow(/^webslides: page 3: /);
  const deck = pdf(8);
  const decks = [
    file('First.pdf', deck),
    file('Second.pdf', pdf(5)),
    file('First.pdf', deck),
    file('Words.md', Buffer.from('# Words\n\n---\n\n# More')),
  ];
  const hosts = await Promise.all(decks.map(() => room.person(room.links.host, LAPTOP)));
  for (const [at, host] of hosts.entries()) await host.locator(choose).setInputFiles(decks[at]);
  for (const host of hosts) await toLinks(host);
  for (const host of hosts) {
    await expect(host.locator('.ways svg')).toHaveCount(2);
    await expect(host.locator('.tiles li:empty')).toHaveCount(0, IN_TIME);
    // A page that is opened after the import shows no progress.
    await expect(async () => {
      await host.reload();
      await expect(host.locator('.import')).toBeHidden({ timeout: 1 });
    }).toPass(IN_TIME);
  }
  await hosts[0].goto(room.links.host);
  await expect(hosts[0].locator('.talks li')).toHaveCount(5);
  await expect(hosts[0].locator('.talks')).toContainText('slide 1 of 8');
});

for (const [how, between] of Object.entries({
  'is withheld': (page: Page) => page.route('**/events*', () => {}),
  'is refused': (page: Page) => page.route('**/events*', (route) => route.fulfill({ status: 403, body: 'no' })),
}))
  test(`a bar whose stream ${how} goes on, whatever a question that is never answered`, async ({ room }) => {
    room.allow(/^webslides: page 3: |403|EventSource/);
    const host = await room.newcomer(LAPTOP);
    await between(host);
    await host.route('**/import', () => {}, { times: 1 });
    await host.goto(room.links.host);
    await host.locator(choose).setInputFiles(file('My talk.pdf', pdf(PAGES)));
    const asked = host.waitForRequest('**/import');
    await toLinks(host);
    await asked;
    await isWhole(host);
    await expect(host.locator('.tiles img')).toHaveCount(PAGES);
    await expect(host.locator('.warnings div > ul > li')).toHaveText([/: slide 3\./]);
  });
