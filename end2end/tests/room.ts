import { type BrowserContext, type BrowserContextOptions, type Page, expect, test as base } from '@playwright/test';
import { type Links, Server } from './server.ts';

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const PROJECTOR = { viewport: { width: 1920, height: 1080 } };
export const LAPTOP = { viewport: { width: 1280, height: 800 } };

/** A room: one server, and people with a browser context each. */
export class Room {
  links!: Links;
  private readonly people: Page[] = [];
  private readonly wrong: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(
    readonly server: Server,
    private readonly enter: (options: BrowserContextOptions) => Promise<BrowserContext>,
  ) {}

  async open(): Promise<void> {
    this.links = await this.server.start();
  }

  /** Somebody opens `url`. Errors in their browser fail the test. */
  async person(url: string, options: BrowserContextOptions = LAPTOP): Promise<Page> {
    const page = await this.newcomer(options);
    await page.goto(url);
    return page;
  }

  /** A person who has not opened a page yet. */
  async newcomer(options: BrowserContextOptions = LAPTOP): Promise<Page> {
    const context = await this.enter(options);
    const page = await context.newPage();
    this.watch(page);
    this.people.push(page);
    return page;
  }

  watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.wrong.push(`${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.wrong.push(String(error)));
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      const ours = ['127.0.0.1', 'room.test'].includes(hostname) || protocol === 'data:';
      if (!ours) this.wrong.push(`asked another host: ${request.url()}`);
    });
  }

  /** Allows messages of browser or server that the test provokes on purpose. */
  allow(message: RegExp): void {
    this.allowed.push(message);
  }

  presenter = async (options: BrowserContextOptions = PHONE): Promise<Page> => {
    const page = await this.person(this.links.presenter, options);
    if (options.javaScriptEnabled === false)
      await page.getByRole('button', { name: 'Present with this device' }).click();
    return page;
  };
  projector = () => this.person(this.links.projector, PROJECTOR);
  follower = (options: BrowserContextOptions = LAPTOP) => this.person(this.links.audience, options);

  close(): void {
    const wrong = this.wrong.filter((text) => !this.allowed.some((allowed) => allowed.test(text)));
    expect(wrong, 'errors in browsers').toEqual([]);
    const complaints = this.server.complaints().split('\n').filter((line) => !this.allowed.some((it) => it.test(line)));
    expect(complaints.join('\n'), 'complaints of the server').toBe('');
  }
}

/** A test in a room. Fails on an error in any browser. */
export const test = base.extend<{ room: Room; serverOptions: string[] }>({
  serverOptions: [[], { option: true }],
  room: async ({ browser, serverOptions }, use) => {
    const server = new Server(serverOptions);
    const contexts: BrowserContext[] = [];
    const room = new Room(server, async (options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      return context;
    });
    try {
      await room.open();
      await use(room);
      room.close();
    } finally {
      for (const context of contexts) await context.close();
      await server.kill();
      server.remove();
    }
  },
});

/** The titles of the welcome deck's slides, which are the pictures' alternative texts. */
const TITLES = [
  'WebSlides',
  'One tap every screen',
  'Everybody has the slide in hand',
  'Three links',
  'Come late come back',
  'Bring your own deck',
];

/** The page shows this slide: its picture is painted, not loading. */
export async function sees(page: Page, slide: number): Promise<void> {
  await expect(page.locator('.slide')).toHaveAttribute('data-slide', String(slide));
  const picture = page.locator('.slide img');
  await expect(picture).toHaveCount(1);
  await expect(picture).toHaveAttribute('alt', TITLES[slide - 1]);
  const painted = () =>
    picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0);
  await expect.poll(painted).toBe(true);
}

/** The page is hydrated and live. */
export async function isLive(page: Page): Promise<void> {
  await expect(page.locator('main')).toHaveAttribute('data-hydrated', '');
  await expect(page.locator('main')).toHaveAttribute('data-live', 'live');
}

export const next = (page: Page) => page.getByRole('button', { name: 'Next' });
export const previous = (page: Page) => page.getByRole('button', { name: 'Previous' });

export { expect } from '@playwright/test';
