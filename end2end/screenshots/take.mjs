// Takes the README's picture of the running welcome deck:
//   target/release/webslides --listen 127.0.0.1:3000 --code k7mqxe --links links.json
//   node end2end/screenshots/take.mjs links.json
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [links] = JSON.parse(readFileSync(process.argv[2], 'utf8')).talks;
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
for (const page of people) await page.locator('.slide[data-slide="2"]').waitFor();
const pictures = [];
for (const page of [phone, ...people]) {
  pictures.push((await page.screenshot()).toString('base64'));
}
const board = await browser.newPage({ viewport: { width: 1600, height: 760 } });
const [remote, projector, follower] = pictures.map((png) => `data:image/png;base64,${png}`);
await board.setContent(`
  <body style="margin:0;display:flex;gap:48px;align-items:center;justify-content:center;height:760px;background:#d5dadd">
    <img src="${remote}" style="height:640px;border-radius:36px;border:10px solid #000">
    <img src="${projector}" style="width:760px;border-radius:8px;border:10px solid #000">
    <img src="${follower}" style="height:480px;border-radius:28px;border:8px solid #000">
  </body>`);
await board.screenshot({ path: here('room.png') });
await browser.close();
