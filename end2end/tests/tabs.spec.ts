import type { Page } from '@playwright/test';
import { LAPTOP, expect, isLive, next, sees, test } from './room.ts';

/** Counts the page's open streams. */
function count(): void {
  Object.assign(window, { streams: 0 });
  window.EventSource = class extends EventSource {
    constructor(url: string | URL) {
      super(url);
      (window as unknown as { streams: number }).streams += 1;
    }
    override close(): void {
      if (this.readyState !== EventSource.CLOSED) (window as unknown as { streams: number }).streams -= 1;
      super.close();
    }
  };
}

const streams = (tabs: Page[]) =>
  Promise.all(tabs.map((tab) => tab.evaluate(() => (window as unknown as { streams: number }).streams)));

test('a tap and a page get through, however many tabs of a browser are seen', async ({ room }) => {
  test.slow();
  const presenter = await room.presenter(LAPTOP);
  await isLive(presenter);
  const context = presenter.context();
  await context.addInitScript(count);
  const tabs: Page[] = [];
  for (let tab = 0; tab < 8; tab++) {
    const page = await context.newPage();
    room.watch(page);
    await page.goto(tab === 3 ? room.links.projector : room.links.audience);
    await isLive(page);
    tabs.push(page);
  }
  for (let slide = 2; slide <= 4; slide++) {
    await next(presenter).click();
    for (const page of [presenter, ...tabs]) await sees(page, slide);
  }
  // The projector's, and those of two followers. All others poll.
  await expect.poll(async () => (await streams(tabs)).toSorted()).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
  expect((await streams(tabs))[3]).toBe(1);
  // Closing a tab makes room for another.
  const open = tabs.slice(0, 7);
  await tabs[7].close();
  const sum = async () => (await streams(open)).reduce((sum, one) => sum + one, 0);
  await expect.poll(sum).toBe(3);
  await next(presenter).click();
  for (const page of [presenter, ...open]) await sees(page, 5);
});

test('a projector keeps its stream, however many remotes its browser has', async ({ room }) => {
  const first = await room.presenter(LAPTOP);
  await isLive(first);
  const context = first.context();
  await context.addInitScript(count);
  const open = async (url: string) => {
    const page = await context.newPage();
    room.watch(page);
    await page.goto(url);
    await isLive(page);
    return page;
  };
  const projector = await open(room.links.projector);
  const remotes: Page[] = [];
  for (let remote = 0; remote < 3; remote += 1) {
    remotes.push(await open(`${room.links.audience}/present`));
    // One stream is left for the remotes.
    await expect.poll(async () => (await streams(remotes)).reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await streams([projector])).toEqual([1]);
  }
  await next(first).click();
  for (const page of [projector, first, ...remotes]) await sees(page, 2);
});

test('a page that watches an import has no stream while nobody sees it', async ({ room }) => {
  const host = await room.newcomer();
  await host.addInitScript(count);
  // An import without end.
  await host.route('**/t/room/import', (route) => route.fulfill({ json: { whole: false, slides: [], warnings: [] } }));
  await host.route('**/t/room/links', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/<div hidden ([^>]*class="import")/, '<div $1') });
  });
  await host.goto(room.links.host);
  await host.goto(`${room.links.audience}/links`);
  await expect(host.locator('.import')).toBeVisible();
  for (const state of ['hidden', 'visible', 'hidden']) {
    await host.evaluate((state) => {
      Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, state);
    await expect.poll(() => streams([host])).toEqual([state === 'visible' ? 1 : 0]);
  }
});
