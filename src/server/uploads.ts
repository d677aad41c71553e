/**
 * Receives request bodies. Bytes are counted as they arrive, because a sender can announce a large body and send nothing. A body
 * that arrives too slowly is refused, at once if another one needs its room.
 */
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { TributaryError } from '../domain/errors.ts';
import { ByteShares, ownerOf } from './byte-shares.ts';
import { ACCEPTED_CODINGS, type Coding, codingOf, Unpacking } from './codings.ts';
import { type Answering, type Asked, hasBody } from './exchange.ts';

export interface UploadLimits {
  max_body_bytes: number;
  /** Bytes of bodies in memory, of one key and in total. A body is in memory until its request is answered. */
  max_key_bytes: number;
  max_bytes: number;
  /** Bodies of one key that are not complete. */
  max_open: number;
  /** A body may take this long, and longer by its bytes at the least speed. Without a step for this long it is refused. */
  patience_ms: number;
  bytes_per_s: number;
}

/** The limits for bodies of a size. All keys together may use twice as much as one key. */
export function uploadLimits(max_body_bytes: number): UploadLimits {
  const max_key_bytes = 12 * max_body_bytes;
  return {
    max_body_bytes,
    max_key_bytes,
    max_bytes: 2 * max_key_bytes,
    max_open: 1_000,
    patience_ms: 10_000,
    bytes_per_s: 10_000,
  };
}

/** Bodies up to this size are never refused for want of room: the number of connections limits them. */
const SMALL_BODY_BYTES = 64_000;
/** A body that takes longer for a step gives way to others. */
const STEP_MS = 1_000;
const SWEEP_MS = 1_000;

type Done = (error: Error | null, bytes?: Buffer) => void;

/** A body on its way. */
export interface Upload {
  readonly owner: string;
  readonly began_ms: number;
  /** How the body is packed; null if it is not. */
  readonly coding: Coding | null;
  /** Bytes in memory. */
  bytes: number;
  /** When the last step was complete, and the bytes then. A step is what must arrive in a second. */
  step_ms: number;
  step_bytes: number;
  /** Refuses the body; set while it is read. */
  refuse: ((error: TributaryError) => void) | null;
  /** Aborted when the request is answered or its connection is closed. Only a packed body has it. */
  readonly over: AbortController | null;
}

export class Uploads {
  private readonly shares: ByteShares;
  /** Incomplete bodies. The one whose last step is oldest comes first. */
  private readonly open = new Set<Upload>();
  private readonly open_of_owner = new Map<string, number>();
  private readonly unpacking = new Unpacking();
  private readonly sweeping: NodeJS.Timeout;

  constructor(
    private readonly limits: UploadLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.shares = new ByteShares(limits.max_bytes, limits.max_key_bytes);
    this.sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  close(): void {
    clearInterval(this.sweeping);
  }

  /**
   * Counts a request with a body until it is answered.
   * @throws busy when its key sends too many bodies at once; unsupported_media_type for an unknown coding.
   */
  begin(request: Asked, reply: Answering): Upload | null {
    const { headers } = request.raw;
    if (!hasBody(headers)) return null;
    const coding = readCoding(headers['content-encoding'], reply);
    const now_ms = this.now();
    const upload: Upload = {
      owner: ownerOf(request.key),
      began_ms: now_ms,
      coding,
      bytes: 0,
      step_ms: now_ms,
      step_bytes: 0,
      refuse: null,
      over: coding === null ? null : new AbortController(),
    };
    const is_full = this.openOf(upload.owner) >= this.limits.max_open;
    if (is_full && !this.evict((other) => other.owner === upload.owner))
      throw busy('this key is sending too many bodies at the same time');
    this.open.add(upload);
    this.open_of_owner.set(upload.owner, this.openOf(upload.owner) + 1);
    reply.raw.once('close', () => {
      this.settle(upload);
      this.release(upload);
      upload.over?.abort();
    });
    return upload;
  }

  /** Reads a body to its end, and unpacks it. */
  receive(upload: Upload, payload: Readable, announced: number, done: Done): void {
    const parts: Buffer[] = [];
    const finish: Done = (error, bytes) => {
      payload.off('data', onData).off('end', onEnd).off('error', onError);
      upload.refuse = null;
      this.settle(upload);
      if (error) this.release(upload);
      // The rest is read and dropped, so that the sender sees the answer instead of a closed connection.
      if (error) payload.on('error', () => undefined).resume();
      done(error, bytes);
    };
    const onData = (part: Buffer): void => {
      const refusal = this.arrived(upload, part.length);
      if (refusal === null) parts.push(part);
      else finish(refusal);
    };
    const onEnd = (): void => {
      const differs = !Number.isNaN(announced) && announced !== upload.bytes;
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      if (differs) finish(notAsAnnounced());
      else if (upload.coding === null || bytes.length === 0) finish(null, bytes);
      else {
        // All of the body is here: it is not slow, and gives way to no other.
        upload.refuse = null;
        this.settle(upload);
        this.unpack(upload, upload.coding, bytes).then((whole) => finish(null, whole), finish);
      }
    };
    const onError = (): void => finish(notAsAnnounced());
    if (announced > this.limits.max_body_bytes) finish(this.tooLarge());
    else {
      upload.refuse = finish;
      payload.on('data', onData).on('end', onEnd).on('error', onError);
    }
  }

  /** Unpacks a body. What is unpacked counts like bytes that arrive, so a small body cannot grow beyond the limits. */
  private async unpack(upload: Upload, coding: Coding, bytes: Buffer): Promise<Buffer> {
    const { owner } = upload;
    const { signal } = upload.over!;
    let size = 0;
    const count = (more: number): TributaryError | null => {
      size += more;
      this.hold(upload, more);
      return size > this.limits.max_body_bytes ? this.tooLarge() : this.makeRoom(upload);
    };
    const whole = await this.unpacking.unpack({ coding, bytes, owner, signal, count });
    if (!signal.aborted) this.release(upload, bytes.length);
    return whole;
  }

  /** Refuses the bodies that arrive too slowly. */
  private sweep(): void {
    const { patience_ms, bytes_per_s } = this.limits;
    const now_ms = this.now();
    for (const upload of this.open) {
      const allowed_ms = patience_ms + (upload.bytes * 1_000) / bytes_per_s;
      if (now_ms - upload.began_ms > allowed_ms || now_ms - upload.step_ms > patience_ms) upload.refuse?.(tooSlow());
    }
  }

  /** Counts bytes that arrived. @returns the refusal, if they are too many. */
  private arrived(upload: Upload, bytes: number): TributaryError | null {
    this.hold(upload, bytes);
    if (upload.bytes - upload.step_bytes >= this.limits.bytes_per_s) {
      upload.step_ms = this.now();
      upload.step_bytes = upload.bytes;
      this.open.delete(upload);
      this.open.add(upload);
    }
    return upload.bytes > this.limits.max_body_bytes ? this.tooLarge() : this.makeRoom(upload);
  }

  /** Makes room for the bytes of a body, at the cost of slow ones. @returns the refusal if there is none. */
  private makeRoom(upload: Upload): TributaryError | null {
    if (upload.bytes <= SMALL_BODY_BYTES) return null;
    for (let excess = this.shares.excess(upload.owner); excess !== null; excess = this.shares.excess(upload.owner)) {
      const of_owner = excess === 'owner';
      if (!this.evict((other) => other !== upload && other.bytes > 0 && (!of_owner || other.owner === upload.owner)))
        return busy('the server is receiving too many large bodies');
    }
    return null;
  }

  /** Refuses the slowest body, to make room. @returns false if none is slow. */
  private evict(matches: (upload: Upload) => boolean): boolean {
    const now_ms = this.now();
    for (const upload of this.open) {
      if (now_ms - upload.step_ms < STEP_MS) return false;
      if (upload.refuse === null || !matches(upload)) continue;
      upload.refuse(tooSlow());
      return true;
    }
    return false;
  }

  private openOf(owner: string): number {
    return this.open_of_owner.get(owner) ?? 0;
  }

  /** Counts bytes that are in memory now. */
  private hold(upload: Upload, bytes: number): void {
    upload.bytes += bytes;
    this.shares.add(upload.owner, bytes);
  }

  /** Bytes of the body are no longer in memory. */
  private release(upload: Upload, bytes = upload.bytes): void {
    this.shares.remove(upload.owner, bytes);
    upload.bytes -= bytes;
  }

  /** The body is complete or refused. */
  private settle(upload: Upload): void {
    if (!this.open.delete(upload)) return;
    const left = this.openOf(upload.owner) - 1;
    if (left > 0) this.open_of_owner.set(upload.owner, left);
    else this.open_of_owner.delete(upload.owner);
  }

  private tooLarge(): TributaryError {
    return new TributaryError(
      'too_large',
      `body: is larger than ${this.limits.max_body_bytes} bytes, the limit of one request; send several requests`,
      { field: 'body' },
    );
  }
}

function readCoding(header: string | undefined, reply: Answering): Coding | null {
  try {
    return codingOf(header);
  } catch (error) {
    reply.header('accept-encoding', ACCEPTED_CODINGS);
    throw error;
  }
}

function busy(what: string): TributaryError {
  return new TributaryError('busy', `${what}; nothing was accepted, send again later`, { retry_after_s: 1 });
}

function tooSlow(): TributaryError {
  return new TributaryError('request_timeout', 'body: arrived too slowly; nothing was accepted, send it again', {
    field: 'body',
  });
}

function notAsAnnounced(): TributaryError {
  return new TributaryError('bad_request', 'body: its size differs from Content-Length; send the whole body', {
    field: 'body',
  });
}
