import type { Page } from '@playwright/test';
import { PHONE, expect, isLive, next, sees, test } from './room.ts';

// What a remote does while its tap waits for an answer.

/** Makes the wall clock, `Date`, settable by `set(milliseconds)`. */
const CLOCK_THAT_IS_SET = `{
  const { now } = Date;
  let by = 0;
  globalThis.set = (ms) => (by = ms);
  globalThis.Date = class extends Date {
    constructor(...when) {
      super(...(when.length ? when : [now() + by]));
    }
    static now() {
      return now() + by;
    }
  };
}`;

const set = (page: Page, ms: number) => page.evaluate(`set(${ms})`);
const HOUR_MS = 3_600_000;

test('a tap without an answer is what is waited for, not a slide', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  let letThrough = (): void => {};
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  await phone.route('**/api/next', async (route) => {
    await held;
    await route.continue();
  });
  await next(phone).tap();
  await sees(phone, 2);
  const late = phone.locator('.late');
  await expect(late).toHaveText('No answer yet.');
  await expect(late).toBeVisible();
  await sees(follower, 1);
  letThrough();
  await expect(late).toBeHidden();
  await sees(follower, 2);
});

for (const [how, ms] of [['forward', HOUR_MS], ['back', -HOUR_MS]] as const)
  test(`a clock on the wall that is set ${how} changes neither a tap nor the time`, async ({ room }) => {
    const phone = await room.newcomer(PHONE);
    await phone.addInitScript(CLOCK_THAT_IS_SET);
    await phone.goto(room.links.presenter);
    const follower = await room.follower();
    for (const page of [phone, follower]) await isLive(page);
    await expect(phone.locator('.room')).toHaveText('1 person follows');
    await next(phone).tap();
    await sees(follower, 2);
    // The first one is lost, and sent again with its deadline.
    const sent: number[] = [];
    await phone.route('**/api/next', async (route) => {
      sent.push(Number(new URLSearchParams(route.request().postData()!).get('begin_by')) - Date.now());
      if (sent.length > 1) await route.continue();
    });
    await next(phone).tap();
    await expect.poll(() => sent.length).toBe(1);
    await set(phone, ms);
    await sees(follower, 3);
    await sees(phone, 3);
    expect(sent).toHaveLength(2);
    for (const left of sent) expect(Math.abs(left)).toBeLessThan(10_000);
    await expect(phone.locator('.clock .elapsed')).toHaveText(/^0:\d\d$/);
    await next(phone).tap();
    await sees(follower, 4);
  });

test('what a slow network holds up makes no later tap late', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  // Presence events arrive six seconds late.
  await phone.addInitScript(`
    window.heard = 0;
    const { addEventListener } = EventSource.prototype;
    EventSource.prototype.addEventListener = function (type, listener, ...rest) {
      const late = (event) => setTimeout(() => (listener(event), (heard += 1)), heard ? 6000 : 0);
      addEventListener.call(this, type, type === 'presence' ? late : listener, ...rest);
    };`);
  await phone.goto(room.links.presenter);
  await isLive(phone);
  await expect(phone.locator('.room')).toHaveText('Nobody follows');
  const heard = () => phone.evaluate('heard');
  const before = Number(await heard());
  const follower = await room.follower();
  await isLive(follower);
  await expect.poll(heard).toBeGreaterThan(before);
  await next(phone).tap();
  await sees(follower, 2);
  await expect(phone.locator('.late')).toBeHidden();
});

test('a remote whose clock stood still asks for the time, and its tap goes through', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.addInitScript(`{
    const { now } = performance;
    let slept = 0;
    globalThis.sleep = (ms) => (slept += ms);
    performance.now = () => now.call(performance) - slept;
    const { setInterval } = globalThis;
    globalThis.ticks = 0;
    globalThis.setInterval = (tick, ms) => setInterval(() => (tick(), (ticks += 1)), ms);
  }`);
  await phone.goto(room.links.presenter);
  const follower = await room.follower();
  for (const page of [phone, follower]) await isLive(page);
  await expect(phone.locator('.room')).toHaveText('1 person follows');
  const ticked = Number(await phone.evaluate('sleep(8000), ticks'));
  await expect.poll(() => phone.evaluate('ticks')).toBeGreaterThan(ticked);
  room.allow(/408/);
  await next(phone).tap();
  await sees(follower, 2);
  await sees(phone, 2);
});
