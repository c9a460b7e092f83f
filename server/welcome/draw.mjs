// Draws the welcome deck's slides, and our icons, from their sources. Run after changing either:
//   cd server/welcome && node draw.mjs
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
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
for (const size of [180, 192, 512]) {
  await page.setViewportSize({ width: size, height: size });
  // The mark on its own ground to the edges: phones round the corners themselves.
  await page.setContent(
    `<body style="margin:0;background:#0e1113"><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${mark}">`,
  );
  await page.screenshot({ path: here(`../../public/icon-${size}.png`) });
}
await browser.close();
