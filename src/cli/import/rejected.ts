/** Reports refused rows: the first ones on the terminal, all of them in a file beside the input. */

import { accessSync, closeSync, constants, ftruncateSync, mkdirSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../domain/errors.ts';
import { shownJson } from '../../domain/text.ts';
import { openOwnFile, refuseLink } from '../../files/private.ts';
import { line } from '../../present/clip.ts';
import type { Io } from '../io.ts';
import type { Item } from './mapping.ts';

export interface Refusal extends Problem {
  line: number;
  item?: Item;
}

const PRINTED = 20;

export class RejectedFile {
  readonly path: string;
  private fd: number | undefined;
  private printed = 0;

  /** @param spare_folder used if the folder of the input cannot be written. @param bytes that an earlier run wrote. */
  constructor(
    private readonly io: Io,
    input: string,
    private readonly spare_folder: string,
    public bytes: number,
  ) {
    this.path = writable(dirname(input))
      ? `${input}.rejected.ndjson`
      : join(spare_folder, `${basename(input)}.rejected.ndjson`);
    refuseLink(this.path, 'FILE');
  }

  add(refusals: readonly Refusal[]): void {
    if (refusals.length === 0) return;
    for (const refusal of refusals.slice(0, PRINTED - this.printed)) {
      this.io.err(line`line ${refusal.line}: ${refusal.field === '' ? '' : `${refusal.field}: `}${refusal.reason}\n`);
    }
    this.printed = Math.min(PRINTED, this.printed + refusals.length);
    const text = Buffer.from(refusals.map((refusal) => shownJson(JSON.stringify(refusal)) + '\n').join(''));
    this.fd ??= this.open();
    writeSync(this.fd, text, 0, text.length, this.bytes);
    this.bytes += text.length;
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private open(): number {
    mkdirSync(this.spare_folder, { recursive: true });
    const fd = openOwnFile(this.path, 'FILE');
    ftruncateSync(fd, this.bytes);
    return fd;
  }
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
