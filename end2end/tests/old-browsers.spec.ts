import type { Route } from '@playwright/test';
import { PHONE, expect, isLive, next, sees, test } from './room.ts';

/** As in Safari 16 and Firefox 124: no popovers in HTML or CSS. */
const WITHOUT_POPOVERS = `
  for (const name of ['showPopover', 'hidePopover', 'togglePopover']) delete HTMLElement.prototype[name];
  addEventListener('click', (event) => {
    if (event.target.closest('[popovertarget]')) event.preventDefault();
  }, true);`;

/** Their CSS. */
async function withoutPopovers(route: Route): Promise<void> {
  const answer = await route.fetch();
  const css = (await answer.text()).replace(/@supports not selector\(:popover-open\)/, '@supports selector(a)');
  await route.fulfill({ response: answer, body: css.replaceAll('.panel:popover-open', '.panel:not(*)') });
}

test('a remote without popovers opens its sheets and closes them', async ({ room }) => {
  const phone = await room.newcomer(PHONE);
  await phone.addInitScript(WITHOUT_POPOVERS);
  await phone.route('**/*.css', withoutPopovers);
  await phone.goto(room.links.presenter);
  await isLive(phone);
  const open = phone.locator('.panel.open');
  await expect(open).toHaveCount(0);
  await phone.getByRole('button', { name: 'More', exact: true }).tap();
  await expect(open).toHaveAttribute('id', 'more');
  // Keys belong to a word that is being composed; in Safari the one that ends it has only its code.
  for (const said of [{ isComposing: true }, { keyCode: 229 }]) {
    await phone.evaluate((said) => dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', ...said })), said);
    await expect(open).toHaveAttribute('id', 'more');
  }
  await expect(open).toHaveCSS('position', 'fixed');
  await expect(phone.locator('#links')).toBeHidden();
  await phone.getByRole('button', { name: 'Links' }).tap();
  await expect(open).toHaveAttribute('id', 'links');
  await phone.locator('#links .close').tap();
  await expect(open).toHaveCount(0);
  await phone.getByRole('button', { name: 'All slides' }).tap();
  await phone.locator('#all-slides li').nth(3).locator('label').tap();
  await phone.getByRole('button', { name: 'Go to slide 4' }).tap();
  await sees(phone, 4);
  await expect(open).toHaveCount(0);
  await next(phone).tap();
  await sees(phone, 5);
  // A tap beside a sheet only closes it.
  await phone.locator('header .clock').tap();
  await expect(open).toHaveAttribute('id', 'clock');
  await phone.locator('.now').tap({ position: { x: 10, y: 10 } });
  await expect(open).toHaveCount(0);
  await sees(phone, 5);
});

test('a talk is ended without popovers, and only when it is asked twice', async ({ room }) => {
  const follower = await room.follower();
  await isLive(follower);
  const host = await room.newcomer(PHONE);
  await host.addInitScript(WITHOUT_POPOVERS);
  await host.route('**/*.css', withoutPopovers);
  await host.goto(room.links.host);
  const more = host.getByRole('button', { name: /^More for / });
  const end = host.getByRole('button', { name: 'End', exact: true });
  const question = host.locator('.panel.open');
  const endIt = host.getByRole('button', { name: 'End it' });
  await expect(endIt).toBeHidden();
  await more.tap();
  await end.tap();
  await expect(question).toHaveCount(1);
  await expect(question).toHaveCSS('position', 'fixed');
  await host.getByRole('button', { name: 'Keep it on' }).tap();
  await expect(endIt).toBeHidden();
  await more.tap();
  await end.tap();
  await host.keyboard.press('Escape');
  await expect(endIt).toBeHidden();
  await expect(follower.locator('main')).toHaveAttribute('data-live', 'live');
  await more.tap();
  await end.tap();
  await endIt.tap();
  await expect(follower.locator('main')).toHaveAttribute('data-live', 'over');
  await expect(host.getByRole('button', { name: 'Show it again' })).toBeVisible();
  // The last page's styles may still be loading.
  await host.unrouteAll({ behavior: 'wait' });
});

test('a remote without popovers and without script has its sheets below it', async ({ room }) => {
  room.allow(/preloaded using link preload but not used/);
  const phone = await room.newcomer({ ...PHONE, javaScriptEnabled: false });
  await phone.route('**/*.css', withoutPopovers);
  await phone.goto(room.links.presenter);
  await phone.getByRole('button', { name: 'Present with this device' }).tap();
  await expect(phone.locator('.now')).toBeVisible();
  // Chromium has popovers, and would hide them. The answer to a form, which redirects to the page, passes.
  await phone.route('**/present', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(' popover="auto"', '') });
  });
  await phone.goto(`${room.links.audience}/present`);
  await expect(phone.locator('.now')).toBeVisible();
  for (const panel of await phone.locator('.panel').all()) await expect(panel).toBeVisible();
  await next(phone).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-slide', '2');
  await phone.goto(`${room.links.audience}/present`);
  await phone.locator('#all-slides li').nth(3).locator('label').tap();
  await phone.getByRole('button', { name: 'Go to slide 4' }).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-slide', '4');
  await phone.unrouteAll({ behavior: 'wait' });
});
