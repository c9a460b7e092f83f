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
      (window as unknown as { streams: number }).streams -= 1;
      super.close();
    }
  };
}

const streams = (tabs: Page[]) =>
  Promise.all(tabs.map((tab) => tab.evaluate(() => (window as unknown as { streams: number }).streams)));

test('a tap and a page get through, however many tabs of a browser are seen', async ({ room }) => {
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
  // The projector's, and those of the two youngest followers. All others ask.
  await expect.poll(() => streams(tabs)).toEqual([0, 0, 0, 1, 0, 0, 1, 1]);
  // A tab that is closed makes room for another.
  const open = tabs.slice(0, 7);
  await tabs[7].close();
  const sum = async () => (await streams(open)).reduce((sum, one) => sum + one, 0);
  await expect.poll(sum).toBe(3);
  await next(presenter).click();
  for (const page of [presenter, ...open]) await sees(page, 5);
});
