import { LAPTOP, PHONE, expect, next, previous, sees, test } from './room.ts';

/** What Chromium logs about pages whose script is disabled. */
const NOT_RUN = /preloaded using link preload but not used/;

test.beforeEach(({ room }) => room.allow(NOT_RUN));

test('without script, forms present and pages refresh themselves', async ({ room }) => {
  const phone = await room.presenter({ ...PHONE, javaScriptEnabled: false });
  const follower = await room.follower({ ...LAPTOP, javaScriptEnabled: false });
  await expect(follower.locator('.notice')).toContainText('asks again every 5 seconds');
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '1');

  await next(phone).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-slide', '2');
  await expect(phone).toHaveURL(/\/t\/room\/present$/);
  await expect(follower.locator('.slide')).toHaveAttribute('data-slide', '2');

  await previous(phone).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-slide', '1');
  await phone.getByRole('button', { name: 'Black screen' }).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-screen', 'black');
  await phone.getByRole('button', { name: 'Black screen' }).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-screen', 'live');
});

test('without script, a page that is behind moves nothing and says so', async ({ room }) => {
  const phone = await room.presenter({ ...PHONE, javaScriptEnabled: false });
  const laptop = await room.presenter({ ...LAPTOP, javaScriptEnabled: false });
  await next(phone).tap();
  await expect(phone.locator('.slide')).toHaveAttribute('data-slide', '2');
  await next(laptop).click();
  await expect(laptop.getByText('The talk is further on.')).toBeVisible();
  await expect(laptop.locator('.slide')).toHaveAttribute('data-slide', '2');
  await next(laptop).click();
  await expect(laptop.locator('.slide')).toHaveAttribute('data-slide', '3');
});

test('without script, a doubled press moves once', async ({ room }) => {
  const laptop = await room.presenter({ ...LAPTOP, javaScriptEnabled: false });
  await next(laptop).dblclick();
  await expect(laptop.locator('.slide')).toHaveAttribute('data-slide', '2');
  const follower = await room.follower();
  await sees(follower, 2);
});
