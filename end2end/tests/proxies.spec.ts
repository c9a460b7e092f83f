import type { Page } from '@playwright/test';
import { Proxy, type ProxyName, type Scheme } from './proxy.ts';
import { type Room, expect, isLive, next, previous, sees, test as inRoom } from './room.ts';

// Behind common proxies, each with the README's configuration.

const NAMES: ProxyName[] = ['nginx', 'Caddy', 'HAProxy'];
const SCHEMES: Scheme[] = ['http', 'https'];

/** What Chromium logs while a proxy is down, or reports that the server is. */
const AWAY = /net::ERR_|status of 50[234]/;

/** A room behind a proxy: its links are the public ones. */
const test = inRoom.extend<{ behind: { name: ProxyName; scheme: Scheme }; reverseProxy: Proxy }>({
  behind: [{ name: 'nginx', scheme: 'http' }, { option: true }],
  reverseProxy: async ({ behind }, use) => {
    const proxy = await Proxy.inFrontOf(undefined, behind.name, behind.scheme);
    try {
      await proxy.start();
      await use(proxy);
    } finally {
      await proxy.stop();
      proxy.remove();
    }
  },
  serverOptions: async ({ reverseProxy }, use) => use(reverseProxy.serverOptions),
});

for (const name of NAMES) {
  for (const scheme of SCHEMES) {
    test.describe(`behind ${name}, ${scheme}`, () => {
      test.use({ behind: { name, scheme }, ignoreHTTPSErrors: true });

      test('each tap is on every screen before the next', async ({ room, reverseProxy }) => {
        const phone = await room.presenter();
        await expect(phone).toHaveURL(`${reverseProxy.origin}/t/room/present`);
        await isLive(phone);
        const [cookie] = await phone.context().cookies();
        const name = expect.stringMatching(scheme === 'https' ? /^__Host-webslides-[0-9a-f]{8}$/ : /^webslides-[0-9a-f]{8}$/);
        expect(cookie).toMatchObject({ name, httpOnly: true, secure: scheme === 'https' });
        const screens = [await room.follower(), await room.projector()];
        for (const page of [phone, ...screens]) await isLive(page);
        const tour: [typeof next, number[]][] = [[next, [2, 3, 4, 5, 6]], [previous, [5, 4, 3, 2, 1]]];
        for (const [button, slides] of tour) {
          for (const slide of slides) {
            await button(phone).tap();
            for (const page of screens) await sees(page, slide);
          }
        }
      });

      test('the stream is what the server wrote, at once and as it was', async ({ room, reverseProxy }) => {
        const accepting = { 'accept-encoding': 'gzip, br, zstd' };
        const stream = await reverseProxy.ask('GET', '/t/room/events', accepting);
        expect(stream.status).toBe(200);
        expect(stream.headers).toMatchObject({
          'content-type': 'text/event-stream',
          'cache-control': 'no-store, no-transform',
        });
        expect(stream.headers).not.toHaveProperty('content-encoding');
        expect(stream.headers).not.toHaveProperty('content-length');
        expect(await stream.block()).toMatch(/^:\nretry: \d+\nid: \w+-0\ndata: \{/);
        const authorization = keyOf(room);
        const waits: number[] = [];
        for (let revision = 1; revision <= 10; revision++) {
          const command = revision % 2 ? 'next' : 'previous';
          const before = performance.now();
          const answer = await reverseProxy.ask('POST', `/api/${command}`, { authorization }, 'code=room');
          expect(answer.status).toBe(200);
          answer.close();
          expect(await stream.block()).toMatch(new RegExp(`^id: \\w+-${revision}\n`));
          waits.push(performance.now() - before);
        }
        // By default HAProxy makes Linux delay every event by 200 ms. A busy machine is late
        // too, but not every time.
        expect(Math.min(...waits), `${waits}`).toBeLessThan(150);
        stream.close();
      });

      test('nobody from outside moves the talk or reads what is counted', async ({ room, reverseProxy }) => {
        const authorization = keyOf(room);
        const checks: [object, number][] = [
          [{}, 200],
          [{ origin: reverseProxy.origin }, 200],
          [{ origin: 'https://evil.example' }, 403],
          [{ 'sec-fetch-site': 'same-origin', origin: reverseProxy.origin }, 200],
          [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
        ];
        for (const [headers, status] of checks) {
          const answer = await reverseProxy.ask('POST', '/api/next', { authorization, ...headers }, 'code=room');
          expect(answer.status, JSON.stringify(headers)).toBe(status);
          answer.close();
        }
        expect((await fetch(`http://${reverseProxy.upstream}/metrics`)).status).toBe(200);
        for (const [path, status] of [['/healthz', 200], ['/metrics', 404]] as const) {
          const answer = await reverseProxy.ask('GET', path);
          expect(answer.status, path).toBe(status);
          answer.close();
        }
      });
    });
  }

  test.describe(`behind ${name}, HTTP/2`, () => {
    test.use({ behind: { name, scheme: 'https' }, ignoreHTTPSErrors: true });

    test('eight tabs of one browser follow at once', async ({ room }) => {
      const phone = await room.presenter();
      const tabs = [await room.follower()];
      while (tabs.length < 8) {
        const tab = await tabs[0].context().newPage();
        room.watch(tab);
        await tab.goto(room.links.audience);
        tabs.push(tab);
      }
      for (const page of [phone, ...tabs]) await isLive(page);
      for (const slide of [2, 3]) {
        await next(phone).tap();
        for (const tab of tabs) await sees(tab, slide);
      }
      for (const tab of tabs) expect(await protocols(tab)).toEqual(['h2']);
    });

    test('a proxy that comes back finds its room again', async ({ room, reverseProxy }) => {
      const phone = await room.presenter();
      const screens = [await room.follower(), await room.projector()];
      for (const page of [phone, ...screens]) await isLive(page);
      await next(phone).tap();
      for (const page of screens) await sees(page, 2);
      room.allow(AWAY);

      await reverseProxy.stop();
      for (const page of [phone, ...screens]) await isStale(page);
      // The talk goes on: the host's own programs need no proxy.
      const moved = await fetch(`http://${reverseProxy.upstream}/api/go_to`, {
        method: 'POST',
        headers: { authorization: keyOf(room) },
        body: new URLSearchParams({ code: 'room', slide: '5' }),
      });
      expect(moved.status).toBe(200);

      await reverseProxy.start();
      for (const page of [phone, ...screens]) {
        await isLive(page);
        await sees(page, 5);
      }
      await next(phone).tap();
      for (const page of screens) await sees(page, 6);
    });

    test('a server that comes back finds its room again', async ({ room }) => {
      const phone = await room.presenter();
      const follower = await room.follower();
      for (const page of [phone, follower]) await isLive(page);
      await next(phone).tap();
      await sees(follower, 2);
      room.allow(AWAY);
      await room.server.kill();
      for (const page of [phone, follower]) await isStale(page);
      await room.server.start();
      for (const page of [phone, follower]) await isLive(page);
      await next(phone).tap();
      await sees(follower, 3);
    });
  });
}

inRoom('a ping comes through each of them', async ({ room }) => {
  const { host } = new URL(room.links.audience);
  const proxies = await Promise.all(NAMES.map((name) => Proxy.inFrontOf(host, name, 'https')));
  const hears = async (proxy: Proxy) => {
    await proxy.start();
    const stream = await proxy.ask('GET', '/t/room/events');
    await stream.block();
    expect(await stream.block(), proxy.name).toBe('event: ping\ndata: {"revision":0}');
    stream.close();
  };
  try {
    // All at the same time: a ping takes 15 seconds.
    await Promise.all(proxies.map(hears));
  } finally {
    for (const proxy of proxies) {
      await proxy.stop();
      proxy.remove();
    }
  }
});

/** The presenter's key, as a program sends it. */
function keyOf(room: Room): string {
  return `Bearer ${new URL(room.links.presenter).searchParams.get('key')}`;
}

async function isStale(page: Page): Promise<void> {
  await expect(page.locator('main')).toHaveAttribute('data-live', 'stale');
}

/** The protocols of everything that a page fetched: itself, its script, styles and slides. */
function protocols(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return [...new Set(entries.map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol))];
  });
}
