// A server of the release build with a deck, for pictures of its pages.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../target/release/webslides', import.meta.url));

export class Shown {
  constructor(options = []) {
    this.options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'webslides-'));
  }

  /** Starts it, and returns the talk's links. */
  async links(decks = []) {
    const links = join(this.folder, 'links.json');
    const options = ['--listen', '127.0.0.1:0', '--no-browser', '--data', join(this.folder, 'data'), '--links', links, ...this.options];
    this.server = spawn(process.env.WEBSLIDES_BIN ?? BUILT, [...options, ...decks], { stdio: 'ignore' });
    while (!existsSync(links)) {
      if (this.server.exitCode !== null) throw new Error(`the server ended with ${this.server.exitCode}`);
      await wait(50);
    }
    return JSON.parse(readFileSync(links, 'utf8')).talks[0];
  }

  end() {
    this.server?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
