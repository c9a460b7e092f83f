// Takes a picture of each page in its states, at the sizes that people have, in light and dark, for somebody to look
// at: node end2end/screenshots/pages.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { Shown } from './shown.mjs';
import { THEME } from './theme.mjs';

const to = process.argv[2] ?? 'target/screenshots';
mkdirSync(to, { recursive: true });

const SIZES = {
  320: { viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  390: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  landscape: { viewport: { width: 844, height: 390 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  tablet: { viewport: { width: 820, height: 1180 }, hasTouch: true },
  laptop: { viewport: { width: 1280, height: 800 } },
  wall: { viewport: { width: 3840, height: 2160 } },
};
const LOOKS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  forced: { colorScheme: 'dark', forcedColors: 'active' },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

/** Does something to the presenter's page, then leaves it as it was. */
const STATES = {
  first: async () => {},
  black: async (remote) => remote.getByRole('button', { name: 'Black screen' }).first().click(),
  frozen: async (remote) => {
    await remote.getByRole('button', { name: 'Freeze' }).first().click();
    await remote.getByRole('button', { name: 'Next', exact: true }).click();
  },
};

for (const kind of ['markdown', 'pictures']) {
  const shown = new Shown();
  const deck = join(shown.folder, 'slides.md');
  writeFileSync(deck, THEME.replace('# What happens', '<!-- Say **this**:\n\n- slowly\n- with `code` -->\n\n# What happens'));
  const links = await shown.links(kind === 'markdown' ? [deck] : []);
  const lobby = `${links.presenter.replace(/\/present.*/, '')}/lobby`;
  const pages = { remote: links.presenter, follow: links.audience, screen: links.projector, lobby, home: new URL('/', links.audience).href, remotes: `${links.audience}/remotes` };
  const remote = await (await browser.newContext(SIZES.laptop)).newPage();
  await remote.goto(links.presenter);
  await remote.locator('main[data-live="live"]').waitFor();
  for (let at = 0; at < 2; at++) await remote.getByRole('button', { name: 'Next', exact: true }).click();
  for (const [state, enter] of Object.entries(STATES)) {
    await enter(remote);
    for (const [size, device] of Object.entries(SIZES)) {
      for (const [look, scheme] of Object.entries(LOOKS)) {
        if (look === 'forced' && (size !== 'laptop' || state !== 'first')) continue;
        const context = await browser.newContext({ ...device, ...scheme });
        for (const [name, url] of Object.entries(pages)) {
          // The other pages look the same in every state.
          if (state !== 'first' && !['remote', 'follow', 'screen'].includes(name)) continue;
          const page = await context.newPage();
          await page.goto(url);
          if (['remote', 'follow', 'screen'].includes(name)) await page.locator('main[data-live="live"]').waitFor();
          await page.evaluate(() => document.fonts.ready);
          await page.screenshot({ path: join(to, `${kind}-${name}-${state}-${size}-${look}.png`) });
          await page.close();
        }
        await context.close();
      }
    }
    if (state !== 'first') await remote.getByRole('button', { name: state === 'black' ? 'Black screen' : 'Freeze' }).first().click();
  }
  shown.end();
}
await browser.close();
