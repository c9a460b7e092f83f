import { AxeBuilder } from '@axe-core/playwright';
import { LAPTOP, PHONE, PROJECTOR, expect, isLive, next, sees, test } from './room.ts';

for (const colorScheme of ['dark', 'light'] as const) {
  test(`nothing for axe to find, ${colorScheme}`, async ({ room }) => {
    room.allow(/404|401/);
    const { audience, projector, presenter, host } = room.links;
    const visits: [string, object][] = [
      [new URL('/', audience).href, PHONE],
      [host, PHONE],
      [host, LAPTOP],
      [audience, PHONE],
      [audience, LAPTOP],
      [projector, PROJECTOR],
      [presenter, PHONE],
      [presenter, LAPTOP],
      [`${audience}x`, LAPTOP],
      [`${audience}/present`, PHONE],
    ];
    for (const [url, device] of visits) {
      const page = await room.person(url, { ...device, colorScheme });
      if (url === host) await page.getByText('More', { exact: true }).click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${url}: ${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
    }
    const links = await room.person(host, { ...PHONE, colorScheme });
    await links.getByRole('button', { name: /^More for / }).tap();
    const menu = await new AxeBuilder({ page: links }).analyze();
    expect(menu.violations.map(({ id }) => id)).toEqual([]);
    await links.getByRole('link', { name: 'Links and QR codes' }).tap();
    await links.waitForURL(/links$/);
    const { violations } = await new AxeBuilder({ page: links }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
}

test('a screen reader hears the slide change', async ({ room }) => {
  const phone = await room.presenter();
  const follower = await room.follower();
  await isLive(phone);
  await isLive(follower);
  await next(phone).tap();
  await sees(follower, 2);
  await expect(follower.locator('[aria-live]')).toHaveText('Slide 2 of 6: One tap every screen');
  await expect(follower.getByRole('img', { name: 'One tap every screen' })).toBeVisible();
});
