import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type OutgoingHttpHeaders, request as overHttp } from 'node:http';
import { request as overTls } from 'node:https';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectOverTls } from 'node:tls';

export type ProxyName = 'nginx' | 'Caddy' | 'HAProxy';
export type Scheme = 'http' | 'https';

/** The addresses of a proxy and its server. */
interface Place {
  directory: string;
  scheme: Scheme;
  port: number;
  /** The server's address and port. */
  upstream: string;
}

interface Command {
  program: string;
  arguments: string[];
  /** The signal that ends it at once, with all of its connections. */
  end: NodeJS.Signals;
}

/** A name, not an address: with plain http it is no secure origin. */
const HOST = 'room.test';

const CONFIGURED: Record<ProxyName, (place: Place) => Command> = { nginx, Caddy: caddy, HAProxy: haproxy };

/** A real proxy in front of a server, both configured as in the README. */
export class Proxy {
  /** The address that people use. */
  readonly origin: string;
  /** The server's address. */
  readonly upstream: string;
  /** The server's options. */
  readonly serverOptions: string[];
  private readonly command: Command;
  private child?: ChildProcess;
  private output = '';

  private constructor(
    readonly name: ProxyName,
    private readonly place: Place,
  ) {
    // nginx' workers run as nobody, and must be able to read their files here.
    chmodSync(place.directory, 0o711);
    this.origin = originOf(place);
    this.upstream = place.upstream;
    const start = replaced(codeBlock(/^webslides --listen/), [
      ['127.0.0.1:3000', place.upstream],
      ['https://slides.example', this.origin],
    ]);
    this.serverOptions = start.trim().split(' ').slice(1);
    this.command = CONFIGURED[name](place);
  }

  /** In front of `upstream`, or of a server to be started with `serverOptions`. */
  static async inFrontOf(upstream: string | undefined, name: ProxyName, scheme: Scheme): Promise<Proxy> {
    const directory = mkdtempSync(join(tmpdir(), 'webslides-proxy-'));
    const port = await freePort();
    return new Proxy(name, { directory, scheme, port, upstream: upstream ?? `127.0.0.1:${await freePort()}` });
  }

  /** Starts it and waits until it accepts connections. Keeps its address after a restart. */
  async start(): Promise<void> {
    const { program, arguments: args } = this.command;
    const { directory, scheme, port } = this.place;
    // Caddy stores its certificates in the user's home.
    const env = { PATH: `${process.env.PATH}:/usr/sbin`, HOME: directory };
    const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.output += text));
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${this.name} ended: ${this.output}`)));
      const knock = () => {
        if (child.exitCode !== null || child.pid === undefined) return;
        const door = { host: '127.0.0.1', port, servername: HOST, rejectUnauthorized: false };
        const opened = () => {
          socket.destroy();
          resolve();
        };
        // Caddy listens before it has signed its certificate.
        const socket = scheme === 'https' ? connectOverTls(door, opened) : connect(door, opened);
        socket.once('error', () => setTimeout(knock, 10));
      };
      knock();
    });
  }

  /** Ends it like a crash. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(this.command.end);
    await ended;
  }

  remove(): void {
    rmSync(this.place.directory, { recursive: true, force: true });
  }

  /** A program's request through the proxy. Resolves before the body is read. */
  async ask(method: string, path: string, headers: OutgoingHttpHeaders = {}, form?: string): Promise<Answer> {
    const { scheme, port } = this.place;
    const asking = (scheme === 'https' ? overTls : overHttp)({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { host: `${HOST}:${port}`, ...headers },
      agent: false,
      ...(scheme === 'https' && { servername: HOST, rejectUnauthorized: false }),
    });
    if (form !== undefined) asking.setHeader('content-type', 'application/x-www-form-urlencoded');
    asking.end(form);
    const [message] = await once(asking, 'response');
    return new Answer(message);
  }
}

/** An answer, read as it arrives. */
export class Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  private readonly parts: AsyncIterator<string>;
  private unread = '';

  constructor(private readonly message: IncomingMessage) {
    this.status = message.statusCode;
    this.headers = message.headers;
    this.parts = message.setEncoding('utf8')[Symbol.asyncIterator]();
  }

  /** The stream's next block: everything up to the next empty line. */
  async block(): Promise<string> {
    while (!this.unread.includes('\n\n')) {
      const { value, done } = await this.parts.next();
      if (done) throw new Error(`The stream ended after ${JSON.stringify(this.unread)}`);
      this.unread += value;
    }
    const end = this.unread.indexOf('\n\n');
    const block = this.unread.slice(0, end);
    this.unread = this.unread.slice(end + 2);
    return block;
  }

  close(): void {
    this.message.destroy();
  }
}

function nginx(place: Place): Command {
  const { directory, scheme, port, upstream } = place;
  const certificate = selfSigned(directory);
  const site = replaced(codeBlock(/^# nginx\n/), [
    ['listen 443 ssl http2', `listen 127.0.0.1:${port}${scheme === 'https' ? ' ssl http2' : ''}`],
    ['server_name slides.example', `server_name ${HOST}`],
    ['/etc/ssl/slides.example.pem', certificate],
    ['/etc/ssl/slides.example.key', certificate],
    ['127.0.0.1:3000', upstream],
  ]);
  // Around it Debian's nginx.conf, with its files in a folder of our own.
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const file = write(directory, 'nginx.conf', `
pid nginx.pid;
worker_processes auto;
events { worker_connections 768; }
http {
access_log off;
gzip on;
${folders.map((name) => `${name}_temp_path ${name};`).join('\n')}
${site}}`);
  const args = ['-p', directory, '-c', file, '-e', 'stderr', '-g', 'daemon off;'];
  return { program: 'nginx', arguments: args, end: 'SIGTERM' };
}

function caddy(place: Place): Command {
  const { directory, upstream } = place;
  const site = replaced(codeBlock(/^# Caddy\n/), [
    ['slides.example {', `${originOf(place)} {`],
    ['127.0.0.1:3000', upstream],
  ]);
  // Caddy signs its own certificate, and does not ask the system to trust it.
  const file = write(directory, 'Caddyfile', `{
    admin off
    default_bind 127.0.0.1
    local_certs
    skip_install_trust
    auto_https disable_redirects
}
${site}`);
  const args = ['run', '--adapter', 'caddyfile', '--config', file];
  // SIGTERM would wait for every stream to end: for ever.
  return { program: 'caddy', arguments: args, end: 'SIGQUIT' };
}

function haproxy({ directory, scheme, port, upstream }: Place): Command {
  const certificate = selfSigned(directory);
  const tls = ' ssl crt /etc/haproxy/slides.example.pem alpn h2,http/1.1';
  const here = ` ssl crt ${certificate} alpn h2,http/1.1`;
  const configuration = replaced(codeBlock(/^# HAProxy\n/), [
    [`bind :443${tls}`, `bind 127.0.0.1:${port}${scheme === 'https' ? here : ''}`],
    ['127.0.0.1:3000', upstream],
  ]);
  const args = ['-db', '-f', write(directory, 'haproxy.cfg', configuration)];
  return { program: 'haproxy', arguments: args, end: 'SIGTERM' };
}

function originOf({ scheme, port }: Place): string {
  return `${scheme}://${HOST}:${port}`;
}

/** The block of code under the README's "Behind a proxy" that begins with this. */
function codeBlock(beginning: RegExp): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.split(/^## /m).find((section) => section.startsWith('Behind a proxy\n')) ?? '';
  const blocks = section.match(/(?:^ {4}.*\n|^\n(?= {4}))+/gm) ?? [];
  const found = blocks
    .map((block) => block.replace(/^\n/, '').replace(/^ {4}/gm, ''))
    .filter((block) => beginning.test(block));
  if (found.length !== 1) throw new Error(`${found.length} blocks under "Behind a proxy" begin with ${beginning}`);
  return found[0];
}

/** The only differences between the README and a test. Fails if a text to be replaced is missing. */
function replaced(text: string, changes: [string, string][]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${from} is not in:\n${text}`);
    return text.replace(from, () => to);
  }, text);
}

function write(directory: string, name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

/** A file with a key and its certificate. */
function selfSigned(directory: string): string {
  const file = join(directory, 'certificate.pem');
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 -subj /CN=${HOST}`;
  const names = ['-addext', `subjectAltName=DNS:${HOST}`];
  const [key, certificate] = ['-keyout', '-out'].map((option) => [option, file]);
  execFileSync('openssl', [...made.split(' '), ...names, ...key, ...certificate], { stdio: 'pipe' });
  return file;
}

/** A port below the system's ephemeral ports, so that no client takes it meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
