// Draws the welcome deck's slides, and our icons, from their sources. Run after changing either:
//   cd server/welcome && node draw.mjs
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { chromium } = createRequire(here('../../end2end/package.json'))('@playwright/test');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
await page.goto(`file://${here('slides.html')}`);
for (const slide of await page.locator('section').all()) {
  await slide.screenshot({ path: here(`${await slide.getAttribute('id')}.png`) });
}

const mark = readFileSync(here('../../public/favicon.svg')).toString('base64');
// For those that ask for /favicon.ico: one picture in an icon file's directory.
function icon(png) {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2); // an icon
  head.writeUInt16LE(1, 4); // of one picture
  head.writeUInt8(32, 6);
  head.writeUInt8(32, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(22, 18);
  return Buffer.concat([head, png]);
}

for (const size of [32, 180, 192, 512]) {
  await page.setViewportSize({ width: size, height: size });
  // The mark on its own ground to the edges: phones round the corners themselves.
  await page.setContent(
    `<body style="margin:0;background:#0e1113"><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${mark}">`,
  );
  const png = await page.screenshot();
  if (size === 32) writeFileSync(here('../../public/favicon.ico'), icon(png));
  else writeFileSync(here(`../../public/icon-${size}.png`), png);
}
await browser.close();
