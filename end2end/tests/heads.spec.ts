import { type Page } from '@playwright/test';
import { LAPTOP, PHONE, type Room, expect, isLive, test } from './room.ts';

const THOUSAND = Array.from({ length: 1000 }, (_, number) => `# ${number + 1}`).join('\n\n---\n\n');

/** Phones, one of them in landscape, and a laptop. */
const SIZES = [[320, 740], [360, 740], [390, 844], [844, 390], [1280, 800]];

/** The last of a thousand slides, with a dozen followers: the longest text that a phone's header has. */
async function crowded(room: Room): Promise<{ phone: Page; leave: () => void }> {
  const phone = await room.person(room.links.host, PHONE);
  await phone.getByText('More', { exact: true }).tap();
  await phone.getByLabel('Code that people type').fill('thousand');
  await phone.locator('.upload [type=file]').setInputFiles({ name: 'a.md', mimeType: 'text/markdown', buffer: Buffer.from(THOUSAND) });
  await phone.waitForURL(/\/lobby$/);
  const talk = new URL('/t/thousand', phone.url()).href;
  const away = new AbortController();
  for (let screen = 0; screen < 12; screen += 1)
    void fetch(`${talk}/events`, { signal: away.signal }).then((stream) => stream.text()).catch(() => {});
  await expect(async () => {
    const moved = await phone.request.post(new URL('/api/go_to', talk).href, { form: { code: 'thousand', slide: '1000' } });
    expect(moved.status()).toBe(200);
  }).toPass();
  await phone.goto(`${talk}/present`);
  await isLive(phone);
  return { phone, leave: () => away.abort() };
}

/** The header's words about the room. */
const said = (page: Page) =>
  page.evaluate(() => {
    const head = document.querySelector('.present header')!;
    const parts = Array.from(head.querySelectorAll('.room, .clock, .place'), (part) => part.getBoundingClientRect());
    const overlap = parts.some((part, at) => at > 0 && part.left < parts[at - 1].right - 1);
    if (overlap || parts.at(-1)!.right > innerWidth) return 'overlaps';
    const box = head.querySelector('.room')!.getBoundingClientRect();
    const isIn = ({ left, right, top, bottom }: DOMRect) =>
      left >= box.left - 1 && right <= box.right + 1 && top >= box.top - 1 && bottom <= box.bottom + 1;
    const words = Array.from(head.querySelectorAll('.room .whole > span:not(.rest)'));
    const clip = (of: Element) => {
      const range = document.createRange();
      range.selectNodeContents(of);
      return range.getBoundingClientRect();
    };
    if (words.every((word) => isIn(clip(word)))) return 'words';
    const brief = head.querySelector('.room .brief')!;
    const whole = brief.scrollWidth <= brief.clientWidth && brief.scrollHeight <= brief.clientHeight;
    return whole && isIn(brief.querySelector('svg')!.getBoundingClientRect()) ? 'number' : 'cut';
  });

test('who follows is said whole, or as a number, beside a thousand slides', async ({ room }) => {
  const { phone, leave } = await crowded(room);
  await expect(phone.locator('.place')).toHaveText('1000 of 1000');
  for (const [width, height] of [...SIZES, [568, 320]]) {
    await phone.setViewportSize({ width, height });
    await expect(phone.locator('.room')).toHaveText('12 people follow');
    expect(await said(phone), `${width}`).toMatch(/words|number/);
  }
  leave();
});

for (const size of [16, 20, 24, 32]) {
  test(`who follows is said whole, or as a number, in letters of ${size} px`, async ({ room, playwright, launchOptions }) => {
    const args = [...launchOptions.args!, `--blink-settings=defaultFontSize=${size}`];
    const browser = await playwright.chromium.launch({ ...launchOptions, args });
    try {
      const page = await (await browser.newContext(PHONE)).newPage();
      room.watch(page);
      await page.goto(room.links.presenter);
      await isLive(page);
      await expect(page.locator('.room')).toHaveText('Nobody follows');
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        expect(await said(page), `${width}`).toMatch(/words|number/);
      }
    } finally {
      await browser.close();
    }
  });
}

test('the button’s name stands beside the next slide’s picture, never under it', async ({ room }) => {
  const remote = await room.presenter(LAPTOP);
  await isLive(remote);
  const picture = remote.locator('.then img');
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  for (const [width, height] of [[390, 844], [360, 640], [320, 568], [390, 420], [844, 390], [667, 375], [768, 1024], [1280, 800]]) {
    await remote.setViewportSize({ width, height });
    const gap = await remote.evaluate(() => {
      // On a wide screen the picture stands on the page, under a name of its own.
      const own = document.querySelector('.then > p')!;
      const isOwn = getComputedStyle(own).clipPath === 'none';
      const name = isOwn ? own : document.querySelector('.next-name')!;
      const image = document.querySelector<HTMLImageElement>('.then img')!;
      const [words, box, area] = [name, image, (isOwn ? own : name).closest('.then, button')!].map((it) => it.getBoundingClientRect());
      const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
      const [w, h] = [image.naturalWidth * scale, image.naturalHeight * scale];
      const [x, y] = getComputedStyle(image).objectPosition.split(' ').map((share) => parseFloat(share) / 100);
      const [left, top] = [box.left + (box.width - w) * x, box.top + (box.height - h) * y];
      const across = Math.max(left - words.right, words.left - left - w);
      const down = Math.max(top - words.bottom, words.top - top - h);
      const isInside = words.bottom <= area.bottom + 1 && words.right <= area.right + 1;
      return isInside ? Math.max(across, down) : NaN;
    });
    expect(gap, `${width}x${height}`).toBeGreaterThanOrEqual(-1);
  }
});
