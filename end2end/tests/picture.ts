import { crc32, deflateSync } from 'node:zlib';

/** A PNG of this size: grey, or with a colour for each quarter. */
export function picture(width: number, height: number, quarters?: [number, number, number][]): Buffer {
  const chunk = (kind: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, quarters ? 2 : 0, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const rows = Buffer.alloc(((quarters ? 3 * width : width) + 1) * height, 0);
  for (let at = 0; quarters && at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const colour = quarters[Number(x >= width / 2) + 2 * Number(y >= height / 2)]!;
    rows.set(colour, y * (3 * width + 1) + 1 + 3 * x);
  }
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([mark, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Small enough to have one rendition, which is the same wherever it is shown. */
export const flag = (): Buffer => picture(320, 180, [[200, 40, 40], [40, 90, 200], [240, 200, 60], [30, 140, 90]]);
