import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from './proxy.ts';

export type EngineName = 'Firefox' | 'WebKit';

interface Engine {
  driver: (port: number) => [program: string, ...options: string[]];
  capabilities: { 'moz:firefoxOptions'?: { args: string[]; prefs: Record<string, unknown> } };
  /** Whether it can't open a window without a display. */
  needsScreen: boolean;
  /** Matches a line of its output about an error of a page, if it writes any. */
  complaint?: RegExp;
}

const ENGINES: Record<EngineName, Engine> = {
  Firefox: {
    driver: (port) => ['geckodriver', '--port', String(port)],
    capabilities: {
      'moz:firefoxOptions': {
        args: ['-headless'],
        prefs: {
          'browser.dom.window.dump.enabled': true,
          'devtools.console.stdout.content': true,
          // An insecure origin, as in Playwright's configuration.
          'network.dns.localDomains': 'room.test',
        },
      },
    },
    needsScreen: false,
    // Messages of its own scripts have no quotes and other addresses.
    complaint: /^console\.(error|warn): "|^JavaScript (error|warning): http/,
  },
  WebKit: {
    driver: (port) => ['WebKitWebDriver', `--port=${port}`],
    capabilities: {},
    needsScreen: true,
  },
};

/** Firefox' setting that forces colours on every page: yellow on blue. */
const FORCED_COLOURS = {
  'browser.display.document_color_use': 2,
  'browser.display.foreground_color': '#ffff00',
  'browser.display.background_color': '#0000ff',
  'browser.display.foreground_color.dark': '#ffff00',
  'browser.display.background_color.dark': '#0000ff',
};

/** Keys without a character, as WebDriver encodes them. */
const KEYS: Record<string, string> = {
  Space: ' ', Enter: '\uE006', Escape: '\uE00C', PageUp: '\uE00E', PageDown: '\uE00F', ArrowDown: '\uE015',
  ArrowRight: '\uE014',
};

/**
 * A browser that Playwright can't drive: one person, one page. Driven by
 * https://www.w3.org/TR/webdriver2, through its vendor's program.
 */
export class Browser {
  private readonly directory = mkdtempSync(join(tmpdir(), 'webslides-browser-'));
  private readonly children: ChildProcess[] = [];
  private output = '';
  private driver = '';
  private session = '';

  constructor(private readonly engine: EngineName) {}

  /** Opens its window. No engine makes it narrower than about 450 pixels. */
  async start(size: { width: number; height: number }, { forcedColours = false } = {}): Promise<void> {
    const { driver, needsScreen } = ENGINES[this.engine];
    const capabilities = structuredClone(ENGINES[this.engine].capabilities);
    if (forcedColours) Object.assign(capabilities['moz:firefoxOptions']!.prefs, FORCED_COLOURS);
    // Deleted with everything that it stores.
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: this.directory, TMPDIR: this.directory };
    if (needsScreen) env.DISPLAY = await this.screen();
    const port = await freePort();
    this.driver = `http://127.0.0.1:${port}`;
    const [program, ...options] = driver(port);
    const child = this.spawn(program, options, env);
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text) => (this.output += text));
    await Promise.race([this.listens(child), fails(child, program)]);
    const { sessionId } = await this.ask('POST', '/session', { capabilities: { alwaysMatch: capabilities } });
    this.session = `/session/${sessionId}`;
    await this.command('POST', '/window/rect', size);
  }

  async goto(url: string): Promise<void> {
    await this.command('POST', '/url', { url });
    // A presenter's link leads to a form that submits itself, which WebKit's driver does not wait for.
    const isOnItsWay = () => document.readyState !== 'complete' || !!document.querySelector('[data-view=admit]');
    while (await this.evaluate(isOnItsWay)) await new Promise((resolve) => setTimeout(resolve, 10));
    // WebKit logs nothing of a driven window's pages, which are private. WebDriver has no earlier
    // hook than this, after the page has loaded: a page that fails earlier is not live.
    await this.evaluate(() => {
      const errors: string[] = [];
      Object.assign(window, { errors });
      addEventListener('error', ({ message }) => errors.push(message));
      addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
      console.error = console.warn = (...words) => errors.push(words.join(' '));
    });
  }

  /** Runs `script` in the page. Arguments and result are JSON or elements. */
  evaluate<Given extends unknown[], Out>(script: (...given: Given) => Out, ...given: Given): Promise<Out> {
    return this.command('POST', '/execute/sync', { script: `return (${script})(...arguments)`, args: given });
  }

  /** Clicks the element of this name at its position, as a person would. */
  async click(name: string): Promise<void> {
    const button = await this.evaluate((name) => {
      const buttons = [...document.querySelectorAll('button')].filter((button) => button.checkVisibility());
      return buttons.find((button) => (button.ariaLabel ?? button.textContent.trim()) === name);
    }, name);
    if (!button) throw new Error(`There is no button ${name}.`);
    await this.clickOn(button);
  }

  /** Clicks the first element that matches `selector`. */
  async clickAt(selector: string): Promise<void> {
    const place = await this.evaluate((selector) => document.querySelector(selector), selector);
    if (!place) throw new Error(`There is no ${selector}.`);
    await this.clickOn(place);
  }

  async press(key: string): Promise<void> {
    const value = KEYS[key] ?? key;
    const actions = [{ type: 'keyDown', value }, { type: 'keyUp', value }];
    await this.command('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** Holds a finger on one element, long enough to point, and taps another with a second finger. */
  async touch(rests: string, taps: string): Promise<void> {
    const middle = (selector: string) => {
      const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
      return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
    };
    const [down, up, pause] = [{ type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }, { type: 'pause' }];
    const hold = { type: 'pause', duration: 400 };
    const fingers = [
      { at: rests, does: [down, hold, pause, pause, up] },
      { at: taps, does: [pause, hold, down, up, pause] },
    ];
    const actions = [];
    for (const [number, { at, does }] of fingers.entries()) {
      const move = { type: 'pointerMove', duration: 0, ...(await this.evaluate(middle, at)) };
      const parameters = { pointerType: 'touch' };
      actions.push({ type: 'pointer', id: `finger ${number}`, parameters, actions: [move, ...does] });
    }
    await this.command('POST', '/actions', { actions });
  }

  /** A PNG of the first element that matches `selector`. */
  async screenshot(selector: string): Promise<Buffer> {
    const element = await this.evaluate((selector) => document.querySelector(selector), selector);
    if (!element) throw new Error(`There is no ${selector}.`);
    return Buffer.from(await this.command('GET', `/element/${wordFor(element)}/screenshot`), 'base64');
  }

  /** The errors of its page. */
  async errors(): Promise<string[]> {
    const { complaint } = ENGINES[this.engine];
    const written = this.output.split('\n').filter((line) => complaint?.test(line));
    return [...written, ...(await this.evaluate(() => (window as unknown as { errors: string[] }).errors))];
  }

  async end(): Promise<void> {
    try {
      if (this.session) await this.command('DELETE', '');
    } finally {
      for (const child of this.children) await killed(child);
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  private async clickOn(element: object): Promise<void> {
    await this.command('POST', `/element/${wordFor(element)}/click`, {});
  }

  /** The name of a virtual display. */
  private async screen(): Promise<string> {
    const options = ['-displayfd', '3', '-screen', '0', '2000x1200x24', '-nolisten', 'tcp'];
    const child = this.spawn('Xvfb', options, process.env);
    const [number] = await Promise.race([once(child.stdio[3] as Readable, 'data'), fails(child, 'Xvfb')]);
    return `:${String(number).trim()}`;
  }

  private spawn(program: string, options: string[], env: NodeJS.ProcessEnv): ChildProcess {
    // A process group, so that it ends with everything it started.
    const child = spawn(program, options, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    this.children.push(child);
    return child;
  }

  private async listens(child: ChildProcess): Promise<void> {
    const asked = () => fetch(`${this.driver}/status`).catch(() => undefined);
    while (child.pid !== undefined && child.exitCode === null && !(await asked())?.ok) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private command(method: string, path: string, body?: object): Promise<any> {
    return this.ask(method, this.session + path, body);
  }

  private async ask(method: string, path: string, body?: object): Promise<any> {
    const answer = await fetch(this.driver + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = (await answer.json()) as { value: any };
    if (answer.ok) return value;
    throw new Error(`${this.engine}, ${method} ${path}: ${value.message}\n${this.output}`);
  }
}

/** WebDriver's key for a reference to an element. */
function wordFor(element: object): string {
  return Object.values(element)[0];
}

function fails(child: ChildProcess, program: string): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} ended.`)));
  });
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
