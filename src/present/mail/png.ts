/** Writes a picture as PNG (W3C, Portable Network Graphics): 8 bits of red, green, blue and opacity. */
import { crc32, deflateSync } from 'node:zlib';

export class Picture {
  /** Four bytes a pixel, row after row; transparent at first. */
  private readonly pixels: Buffer;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = Buffer.alloc(width * height * 4);
  }

  /**
   * Paints a rectangle in one colour. An edge within a pixel paints that part of it, so heights are exact.
   * @param colour red, green and blue from 0 to 255, and opacity from 0 to 1.
   */
  fill(
    [left, top, right, bottom]: readonly [number, number, number, number],
    [red, green, blue, opacity]: readonly [number, number, number, number],
  ): void {
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(this.height, bottom); y++) {
      const part_y = Math.min(y + 1, bottom) - Math.max(y, top);
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(this.width, right); x++) {
        const part_x = Math.min(x + 1, right) - Math.max(x, left);
        this.blend(4 * (y * this.width + x), [red, green, blue], opacity * part_x * part_y);
      }
    }
  }

  png(): Buffer {
    const row_bytes = 4 * this.width;
    // Each row begins with its filter; 0 is none.
    const raw = Buffer.alloc(this.height * (row_bytes + 1));
    for (let y = 0; y < this.height; y++)
      this.pixels.copy(raw, y * (row_bytes + 1) + 1, y * row_bytes, (y + 1) * row_bytes);
    const head = Buffer.alloc(13);
    head.writeUInt32BE(this.width, 0);
    head.writeUInt32BE(this.height, 4);
    head.set([8, 6, 0, 0, 0], 8);
    return Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', head),
      chunk('IDAT', deflateSync(raw, { level: 9 })),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }

  /** Lays a colour over a pixel (source over). */
  private blend(at: number, colour: readonly [number, number, number], opacity: number): void {
    const below = this.pixels[at + 3]! / 255;
    const whole = opacity + below * (1 - opacity);
    if (whole === 0) return;
    for (let i = 0; i < 3; i++)
      this.pixels[at + i] = Math.round((colour[i]! * opacity + this.pixels[at + i]! * below * (1 - opacity)) / whole);
    this.pixels[at + 3] = Math.round(whole * 255);
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
