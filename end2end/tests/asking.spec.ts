import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { LAPTOP, PHONE as SCREEN, type Room, expect, isLive, next, sees, test } from './room.ts';

const PHONE = {
  ...SCREEN,
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
};

const remoteOf = (room: Room) => `${new URL(room.links.host).origin}/t/room/present`;

/** Somebody without a link opens the remote's address and asks. */
async function asks(room: Room, name: string, options = {}): Promise<Page> {
  const page = await room.person(remoteOf(room), { ...PHONE, ...options });
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Ask for the remote' }).tap();
  await expect(page.getByRole('heading', { name: 'Waiting for the presenter' })).toBeVisible();
  return page;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test.beforeEach(({ room }) => room.allow(/401/));

test('a co-presenter asks for the remote and gets it, and a bystander learns nothing', async ({ room }) => {
  const presenter = await room.presenter();
  const bystander = await room.person(remoteOf(room), PHONE);
  await isLive(presenter);
  const announced = presenter.locator('.request [role=status]');
  await expect(announced).toHaveText('');
  const where = await next(presenter).boundingBox();

  const ana = await asks(room, 'Ana');
  await expect(announced).toHaveText(/^Ana’s iPhone \(\d\d\) asks for the remote$/);
  // Both see the same number.
  const number = /\d\d/.exec(await announced.innerText())![0];
  await expect(ana.getByText('The presenter sees')).toContainText(`Ana’s iPhone” and the number ${number}`);
  // It is in no way of the talk.
  expect(await next(presenter).boundingBox()).toEqual(where);
  await next(presenter).tap();
  await sees(presenter, 2);
  await expect(bystander.getByRole('heading', { name: 'This page is the presenter’s' })).toBeVisible();
  expect(await bystander.content()).not.toContain('Ana');

  await button(presenter, 'Accept').tap();
  await isLive(ana);
  await expect(announced).toHaveText('');
  await expect(button(presenter, 'Accept')).toBeHidden();
  await next(ana).tap();
  await sees(presenter, 3);
  await bystander.reload();
  await expect(bystander.getByRole('heading', { name: 'This page is the presenter’s' })).toBeVisible();
});

test('who is declined is told, and after two it is quiet', async ({ room }) => {
  room.allow(/429/);
  const presenter = await room.presenter();
  await isLive(presenter);
  const ana = await asks(room, 'Ana');
  await button(presenter, 'Decline').tap();
  await expect(ana.getByRole('heading', { name: 'The presenter has declined' })).toBeVisible();
  await expect(ana.getByRole('link', { name: 'Follow the talk' })).toBeVisible();
  await asks(room, 'Ben');
  await button(presenter, 'Decline').tap();
  const cem = await room.person(remoteOf(room), PHONE);
  await button(cem, 'Ask for the remote').tap();
  await expect(cem.getByRole('alert')).toContainText('takes no requests');
  // The presenter may think otherwise.
  await presenter.goto(remoteOf(room).replace('present', 'remotes'));
  await button(presenter, 'Let people ask').tap();
  await expect(button(presenter, 'Let people ask')).toHaveCount(0);
  await button(cem, 'Ask for the remote').tap();
  await expect(presenter.getByText('asks for the remote.')).toBeVisible();
});

test('the host lets somebody in from the lobby, when the only phone is lost', async ({ room }) => {
  const lobby = await room.person(`${room.links.host}&lobby=room`, LAPTOP);
  const ana = await asks(room, 'Ana');
  await expect(lobby.locator('#phones')).toContainText('asks for the remote.');
  await lobby.getByRole('button', { name: /^Accept Ana’s iPhone/ }).click();
  await expect(lobby.getByText('Ana’s iPhone is in. It moves the slides.')).toBeVisible();
  expect(new URL(lobby.url()).pathname).toBe('/t/room/lobby');
  await isLive(ana);
});

test('without script one asks, and one answers', async ({ room }) => {
  room.allow(/preloaded/);
  const presenter = await room.presenter({ ...PHONE, javaScriptEnabled: false });
  const ana = await asks(room, 'Ana', { javaScriptEnabled: false });
  await next(presenter).tap();
  await expect(presenter.locator('.request')).toContainText('Ana’s iPhone');
  await button(presenter, 'Accept').tap();
  await expect(presenter.locator('main')).toHaveAttribute('data-view', 'present');
  // It reloads by itself.
  await expect(ana.locator('main')).toHaveAttribute('data-view', 'present', { timeout: 10_000 });
  await next(ana).tap();
  await expect(ana.locator('.slide')).toHaveAttribute('data-slide', '3');
});

test('a name is text', async ({ room }) => {
  const presenter = await room.presenter();
  await isLive(presenter);
  await asks(room, '\u202e<img src=x onerror=alert(1)>');
  await expect(presenter.locator('.request bdi')).toHaveText('<img src=x onerror=alert(1)>’s iPhone');
  await expect(presenter.locator('.request img')).toHaveCount(0);
});

test('the next one that asks is not answered by a tap for the one before', async ({ room }) => {
  const presenter = await room.presenter();
  await isLive(presenter);
  const ana = await asks(room, 'Ana');
  const ben = await asks(room, 'Ben');
  await expect(presenter.locator('.request')).toContainText('Ana’s iPhone');
  await expect(presenter.locator('.request')).toContainText('and 1 more');
  // A double tap.
  const accept = button(presenter, 'Accept');
  const box = (await accept.boundingBox())!;
  await presenter.waitForFunction(() => !document.querySelector('.request .accept')!.getAnimations().length);
  for (const _ of [1, 2]) await presenter.touchscreen.tap(box.x + 20, box.y + 20);
  await isLive(ana);
  await expect(presenter.locator('.request')).toContainText('Ben’s iPhone');
  await expect(ben.getByRole('heading', { name: 'Waiting for the presenter' })).toBeVisible();
});

test('a remote that removes itself is asked first, and can undo it', async ({ room }) => {
  const phone = await room.presenter({ ...PHONE });
  await isLive(phone);
  await phone.goto(remoteOf(room).replace('present', 'remotes'));
  await phone.getByRole('link', { name: /^Remove/ }).tap();
  await expect(phone.getByText('It is the only remote.')).toBeVisible();
  await phone.getByRole('link', { name: 'Keep it' }).tap();
  await phone.getByRole('link', { name: /^Remove/ }).tap();
  await button(phone, 'Remove it').tap();
  await expect(phone.getByRole('heading', { name: 'This device is no remote any more' })).toBeVisible();
  await button(phone, 'Undo: keep it a remote').tap();
  await isLive(phone);
  await next(phone).tap();
  await sees(phone, 2);
});

test('a removal is undone, and the remote comes back by itself', async ({ room }) => {
  const phone = await room.presenter();
  const laptop = await room.presenter(LAPTOP);
  for (const page of [phone, laptop]) await isLive(page);
  await phone.goto(remoteOf(room).replace('present', 'remotes'));
  await phone.getByRole('button', { name: /^Remove/ }).tap();
  await expect(laptop.locator('main')).toHaveAttribute('data-live', 'revoked');
  await phone.getByRole('button', { name: /^Undo/ }).tap();
  await isLive(laptop);
  await laptop.keyboard.press('ArrowRight');
  await sees(laptop, 2);
});

test('nothing for axe to find where one asks and answers', async ({ room }) => {
  for (const colorScheme of ['dark', 'light'] as const) {
    const presenter = await room.presenter({ ...PHONE, colorScheme });
    const fresh = await room.person(remoteOf(room), { ...PHONE, colorScheme });
    const ana = await asks(room, 'Ana', { colorScheme });
    await expect(presenter.locator('.request')).toContainText('Ana');
    for (const page of [presenter, fresh, ana]) {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
    }
    await presenter.goto(remoteOf(room).replace('present', 'remotes'));
    const { violations } = await new AxeBuilder({ page: presenter }).analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html)}`)).toEqual([]);
    await presenter.getByRole('button', { name: /^Accept Ana/ }).tap();
    await isLive(ana);
  }
});
