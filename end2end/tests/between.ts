import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** What a virus scanner or a proxy in between does to a stream. */
export type Way = 'withheld' | 'refused' | 'in lumps';

const REFUSAL = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno';

/** A proxy for any browser that passes on everything but streams. */
export class Between {
  /** The number of streams that were requested. */
  streams = 0;
  /** The number of chunks of streams that came through. */
  lumps = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((browser) => this.pass(browser));

  private constructor(
    private readonly to: number,
    private readonly way: Way,
  ) {}

  static async theServerOf(link: string, way: Way): Promise<Between> {
    const between = new Between(Number(new URL(link).port), way);
    await once(between.server.listen(0, '127.0.0.1'), 'listening');
    return between;
  }

  /** The same page's address through this proxy. */
  link(link: string): string {
    const { port } = this.server.address() as AddressInfo;
    return link.replace(`:${this.to}`, `:${port}`);
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private pass(browser: Socket): void {
    const LUMP = 4_096;
    const upstream = connect(this.to, '127.0.0.1');
    let held: Buffer | undefined;
    browser.on('data', (asked: Buffer) => {
      if (asked.toString('latin1').startsWith('GET /t/room/events')) {
        this.streams += 1;
        if (this.way === 'withheld') return;
        if (this.way === 'refused') return void browser.end(REFUSAL);
        held = Buffer.alloc(0);
      }
      upstream.write(asked);
    });
    upstream.on('data', (said: Buffer) => {
      if (!held) return void browser.write(said);
      held = Buffer.concat([held, said]);
      const whole = held.length - (held.length % LUMP);
      if (whole > 0) this.lumps += 1;
      browser.write(held.subarray(0, whole));
      held = held.subarray(whole);
    });
    for (const [socket, other] of [[browser, upstream], [upstream, browser]] as const) {
      this.sockets.add(socket);
      socket.on('close', () => other.destroy());
      socket.on('error', () => {});
    }
  }
}
