import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PROXIES = ['nginx', 'Caddy', 'HAProxy'] as const;
export type ProxyName = (typeof PROXIES)[number];
export type Scheme = 'http' | 'https';

/** A name, not an address: on plain http browsers hold it for no secure origin, as in a room. */
const HOST = 'room.test';

/** A real proxy before a server, configured as the README says. */
export class Proxy {
  /** What people's browsers are told. */
  readonly origin: string;
  /** What the README says to start the server with. */
  readonly serverOptions: string[];
  private readonly directory = mkdtempSync(join(tmpdir(), 'webslides-proxy-'));
  private readonly command: string[];
  private readonly environment: NodeJS.ProcessEnv;
  private child?: ChildProcess;
  private output = '';

  private constructor(
    readonly name: ProxyName,
    readonly scheme: Scheme,
    private readonly port: number,
    readonly upstream: string,
  ) {
    // nginx' workers give up root, and still have to find their files.
    chmodSync(this.directory, 0o711);
    this.origin = `${scheme}://${HOST}:${port}`;
    const start = codeBlock('webslides --listen');
    const options = replaced(start, [['127.0.0.1:3000', upstream], ['https://slides.example', this.origin]]);
    this.serverOptions = options.trim().split(' ').slice(1);
    const { command, environment } = this[name]();
    this.command = command;
    this.environment = { PATH: process.env.PATH, ...environment };
  }

  /** Before `upstream`, or before a server that is still to be started with `serverOptions`. */
  static async before(name: ProxyName, scheme: Scheme, upstream?: string): Promise<Proxy> {
    const port = await freePort();
    return new Proxy(name, scheme, port, upstream ?? `127.0.0.1:${await freePort()}`);
  }

  /** Starts it and waits until it listens; started again, it has the same address. */
  async start(): Promise<void> {
    const [program, ...args] = this.command;
    const child = spawn(program, args, { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.output += text));
    const ended = new Promise<never>((_, reject) => {
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`${this.name} ended: ${this.output}`)));
    });
    // Its end is no surprise once it is stopped.
    ended.catch(() => {});
    await Promise.race([listening(this.port), ended]);
  }

  /** At once, with every connection that goes through it. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // Caddy's SIGTERM waits for every open stream, so for ever.
    child.kill(this.name === 'Caddy' ? 'SIGQUIT' : 'SIGTERM');
    await ended;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A program's request, through the proxy; the answer's body is not read yet. */
  async ask(method: string, path: string, headers: OutgoingHttpHeaders = {}, form = ''): Promise<Answer> {
    const host = `${HOST}:${this.port}`;
    const options = { host: '127.0.0.1', port: this.port, method, path, headers: { host, ...headers }, agent: false };
    const asked: ClientRequest =
      this.scheme === 'https'
        ? secure({ ...options, servername: HOST, rejectUnauthorized: false })
        : plain(options);
    if (form) asked.setHeader('content-type', 'application/x-www-form-urlencoded');
    asked.end(form);
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    return new Answer(message);
  }

  private nginx() {
    // Around it, what Debian's nginx.conf says, with its files in a folder of our own.
    const files = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const file = this.write('nginx.conf', `
      pid nginx.pid;
      error_log stderr;
      worker_processes auto;
      events { worker_connections 768; }
      http {
        access_log off;
        gzip on;
        ${files.map((name) => `${name}_temp_path ${name};`).join(' ')}
        ${this.configuration([
          ['listen 443 ssl http2', `listen 127.0.0.1:${this.port}`, ' ssl http2'],
          ['server_name slides.example', `server_name ${HOST}`],
        ])}
      }`);
    return { command: ['/usr/sbin/nginx', '-p', this.directory, '-c', file, '-e', 'stderr', '-g', 'daemon off;'] };
  }

  private Caddy() {
    // Nobody vouches for a test's host: Caddy does itself, and tells no system to trust it.
    const file = this.write('Caddyfile', `{
        admin off
        default_bind 127.0.0.1
        local_certs
        skip_install_trust
        auto_https disable_redirects
      }
      ${this.configuration([['slides.example {', `${this.origin} {`]])}`);
    const environment = { HOME: this.directory };
    return { command: ['caddy', 'run', '--adapter', 'caddyfile', '--config', file], environment };
  }

  private HAProxy() {
    const configuration = this.configuration([['bind :443', `bind 127.0.0.1:${this.port}`]]);
    return { command: ['/usr/sbin/haproxy', '-db', '-f', this.write('haproxy.cfg', configuration)] };
  }

  /** The README's block for this proxy, but for addresses and the certificate; on http, without. */
  private configuration(changes: [string, string, string?][]): string {
    let text = codeBlock(`# ${this.name}`);
    return text;
  }

  private write(name: string, text: string): string {
    const file = join(this.directory, name);
    writeFileSync(file, text);
    return file;
  }
}
