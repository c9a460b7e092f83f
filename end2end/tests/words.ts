import type { Page } from '@playwright/test';
import { LAPTOP, type Room, isLive } from './room.ts';

/** Somebody uploads this Markdown and presents it; another follows. */
export async function shown(room: Room, markdown: string): Promise<{ host: Page; follower: Page }> {
  const host = await room.person(room.links.host, LAPTOP);
  await host.locator('.upload [type=file]').setInputFiles({
    name: 'words.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown),
  });
  await host.waitForURL(/\/lobby$/);
  const audience = host.url().replace(/\/lobby$/, '');
  const follower = await room.person(audience);
  await isLive(follower);
  await host.getByRole('link', { name: 'Present on this computer' }).click();
  await isLive(host);
  return { host, follower };
}
