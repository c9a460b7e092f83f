// Takes the README's pictures: of the welcome deck, and of Markdown's theme.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { Shown } from './shown.mjs';
import { THEME } from './theme.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const welcome = new Shown(['--code', 'k7mqxe']);
const links = await welcome.links();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

async function look(url, width, height, scale, colorScheme) {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme,
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('main[data-live="live"]').waitFor();
  return page;
}

const phone = await look(links.presenter, 390, 844, 2, 'dark');
const people = [
  await look(links.projector, 1920, 1080, 1, 'dark'),
  await look(links.audience, 390, 844, 2, 'light'),
];
await phone.getByRole('button', { name: 'Next' }).click();
await phone.locator('.clock').click();
await phone.getByLabel('Planned minutes').fill('8');
await phone.getByRole('button', { name: 'Set', exact: true }).click();
for (const page of people) await page.locator('.slide[data-slide="2"]').waitFor();
const pictures = [];
for (const page of [phone, ...people]) {
  pictures.push(await page.screenshot());
}
const laptop = await look(links.presenter, 1280, 800, 1, 'dark');
const remotes = [];
await phone.getByRole('button', { name: 'More', exact: true }).click();
await phone.getByRole('radio', { name: 'Notes' }).check();
await phone.keyboard.press('Escape');
await phone.evaluate(() => document.activeElement?.blur());
remotes.push(await phone.screenshot());
await phone.getByRole('button', { name: 'All slides' }).click();
await phone.waitForFunction(() =>
  [...document.querySelectorAll('#all-slides img')].every((image) => image.complete),
);
remotes.push(await phone.screenshot());
remotes.push(await laptop.screenshot());

async function board(name, pictures, heights) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 760 } });
  const images = pictures.map((png, place) => {
    const [height, radius] = heights[place];
    const style = `height:${height}px;border-radius:${radius}px;border:10px solid #000`;
    return `<img src="data:image/png;base64,${png.toString('base64')}" style="${style}">`;
  });
  await page.setContent(`
    <body style="margin:0;display:flex;gap:48px;align-items:center;justify-content:center;height:760px;background:#d5dadd">
      ${images.join('')}
    </body>`);
  await page.screenshot({ path: here(name) });
}
const [remote, projector, follower] = pictures;
await board('room.png', [remote, projector, follower], [[640, 36], [428, 8], [480, 28]]);
await board('remote.png', remotes, [[640, 36], [640, 36], [500, 12]]);
welcome.end();

// The theme: its slides at a third of their size, from the grid of all slides.
const themed = new Shown();
const deck = join(themed.folder, 'slides.md');
writeFileSync(deck, THEME);
const presenter = await look((await themed.links([deck])).presenter, 1280, 800, 1, 'light');
await presenter.waitForFunction((count) => document.querySelectorAll('#all-slides .mini .page').length === count, THEME.split('\n---\n').length - 1);
const slides = await presenter.locator('#all-slides .mini .face').evaluateAll((faces) => faces.map((face) => face.innerHTML));
await presenter.evaluate((slides) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    body { display: grid; grid-template-columns: repeat(3, 400px); gap: 20px; place-content: center; min-block-size: 100dvh; margin: 0; background: #d5dadd; }
    body > .slide { inline-size: 400px; block-size: 225px; border-radius: 6px; }`);
  document.adoptedStyleSheets = [sheet];
  document.body.innerHTML = slides.map((slide) => `<figure class="slide" style="margin:0"><div class="face">${slide}</div></figure>`).join('');
}, slides);
await presenter.setViewportSize({ width: 1300, height: 755 });
await presenter.evaluate(() => document.fonts.ready);
await presenter.screenshot({ path: here('theme.png') });
themed.end();
await browser.close();
