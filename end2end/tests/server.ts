import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Links {
  code: string;
  title: string;
  slides: number;
  presenter: string;
  audience: string;
  projector: string;
  events: string;
  /** The host's page, the same for all talks. */
  host: string;
}

/** The program under test: WEBSLIDES_BIN, else the newest build. */
export function program(): string {
  if (process.env.WEBSLIDES_BIN) return process.env.WEBSLIDES_BIN;
  const built = ['release', 'debug']
    .map((profile) => join(fileURLToPath(new URL('../../target', import.meta.url)), profile, 'webslides'))
    .map((path) => ({ path, stat: statSync(path, { throwIfNoEntry: false }) }))
    .filter(({ stat }) => stat)
    .sort((a, b) => b.stat!.mtimeMs - a.stat!.mtimeMs);
  if (!built[0]) throw new Error('Nothing is built. Run `make build`, or `cargo leptos build`.');
  return built[0].path;
}

/** A real server with its own data directory. */
export class Server {
  readonly directory = mkdtempSync(join(tmpdir(), 'webslides-'));
  private child?: ChildProcess;
  private address = '127.0.0.1:0';
  private output = '';

  constructor(private readonly options: string[] = []) {}

  /** Starts it. Keeps its address and data after a restart. */
  async start(deck: string[] = []): Promise<Links> {
    const file = join(this.directory, 'links.json');
    rmSync(file, { force: true });
    const data = join(this.directory, 'data');
    // Behind a proxy the links have another address, and the options say where to listen.
    const listen = this.options.includes('--listen') ? [] : ['--listen', this.address];
    const options = [...listen, '--data', data, '--links', file, '--code', 'room'];
    const child = spawn(program(), [...options, ...this.options, ...deck], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stderr.on('data', (text) => (this.output += text));
    const links = new Promise<Links>((resolve, reject) => {
      // The links are printed when the server listens, and written to the file a moment later.
      const look = setInterval(() => {
        if (child.exitCode !== null) reject(new Error(`The server ended: ${this.output}`));
        else if (!statSync(file, { throwIfNoEntry: false })) return;
        else {
          const { host, talks } = JSON.parse(readFileSync(file, 'utf8'));
          resolve({ host, ...talks[0] });
        }
        clearInterval(look);
      }, 10);
    });
    const { audience } = await links;
    this.address = new URL(audience).host;
    return links;
  }

  /** Ends it like a power cut. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Suspends it like a busy or sleeping laptop: it accepts bytes and does nothing with them. */
  pause(isPaused: boolean): void {
    this.child?.kill(isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Ends it like Ctrl-C. Returns the milliseconds it took. */
  async stop(): Promise<number> {
    const before = performance.now();
    await this.end('SIGTERM');
    return performance.now() - before;
  }

  /** Its warnings and errors. */
  complaints(): string {
    return this.output;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
