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
  /** The host's own page: the same for all talks. */
  host: string;
}

/** The program under test: what WEBSLIDES_BIN names, else what was built last. */
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

/** A real server with a data directory of its own. */
export class Server {
  readonly directory = mkdtempSync(join(tmpdir(), 'webslides-'));
  private child?: ChildProcess;
  private address = '127.0.0.1:0';
  private output = '';

  constructor(private readonly options: string[] = []) {}

  /** Starts it; started again, it has the same address and the same data. */
  async start(deck: string[] = []): Promise<Links> {
    const file = join(this.directory, 'links.json');
    rmSync(file, { force: true });
    const data = join(this.directory, 'data');
    // Behind a proxy the links say another address: where to listen is then among the options.
    const listen = this.options.includes('--listen') ? [] : ['--listen', this.address];
    const options = [...listen, '--data', data, '--links', file, '--code', 'room'];
    const child = spawn(program(), [...options, ...this.options, ...deck], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stderr.on('data', (text) => (this.output += text));
    const links = new Promise<Links>((resolve, reject) => {
      // The links are said when the server listens, and written a moment later.
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

  /** As a pulled plug would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As a laptop that is too busy, or suspended: it takes bytes and does nothing with them. */
  pause(isPaused: boolean): void {
    this.child?.kill(isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  /** As Ctrl-C would; gives the milliseconds it took. */
  async stop(): Promise<number> {
    const before = performance.now();
    await this.end('SIGTERM');
    return performance.now() - before;
  }

  /** What it complained about. */
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
