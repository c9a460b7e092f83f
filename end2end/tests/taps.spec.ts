import { expect, isLive, next, sees, test } from './room.ts';

// What a remote says and does while its tap waits for an answer.

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
