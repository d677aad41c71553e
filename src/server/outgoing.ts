/** Answers on their way. Clients that do not read them must not fill the memory: their bytes are counted, and they are cut off. */
import { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { Turns } from '../warehouse/turns.ts';
import { ByteShares, ownerOf } from './byte-shares.ts';
import type { Answering, Asked } from './exchange.ts';

export interface OutgoingLimits {
  /** Bytes of answers that are not yet taken, of one key and in total. */
  max_key_bytes: number;
  max_bytes: number;
  /** A connection that takes no byte for this long is cut off. */
  stall_ms: number;
  /** An answer may take {@link stall_ms}, and longer by its bytes at this speed. */
  bytes_per_s: number;
}

const LIMITS: OutgoingLimits = {
  max_key_bytes: 64_000_000,
  max_bytes: 128_000_000,
  stall_ms: 30_000,
  bytes_per_s: 10_000,
};
/** Answers up to this size are never refused, so that failures, health and receipts are always told. */
const SMALL_ANSWER_BYTES = 64_000;

/**
 * Handing megabytes to a connection takes milliseconds. After a larger answer the event loop is left to others for a millisecond for so
 * many characters, so that new connections are accepted between large answers.
 */
const CHARACTERS_PER_REST_MS = 150_000;

const RETRY_AFTER_S = 5;

export class Outgoing {
  private readonly shares: ByteShares;
  private readonly limits: OutgoingLimits;
  /** Keys that were refused since an answer was last taken. */
  private readonly full = new Set<string>();
  private readonly writing = new Turns();

  constructor(limits: Partial<OutgoingLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
    this.shares = new ByteShares(this.limits.max_bytes, this.limits.max_key_bytes);
  }

  /** Counts every answer of a server. */
  watch(app: FastifyInstance): void {
    app.addHook('onSend', (request, reply, payload, done) => {
      const bytes = sizeOf(payload);
      const refusal = request.method === 'GET' ? this.refusal(ownerOf(request.key), bytes) : null;
      if (refusal !== null) return done(refusal);
      this.follow(request, reply, bytes);
      done(null, payload);
    });
  }

  /** @throws busy when a key has not taken the answers that it asked for. Then nothing is computed or written for it. */
  check(request: Asked): void {
    if (this.full.has(ownerOf(request.key))) throw notTaken();
  }

  /**
   * Writes one answer at a time, and counts it before the next one is written. Without it, all requests that waited for the same
   * answer would pass {@link check} together.
   * @throws busy as {@link check} does.
   */
  write<T extends string | Buffer>(request: Asked, body: () => T | Promise<T>): Promise<T> {
    const answer = this.writing.take(async () => {
      this.check(request);
      return body();
    });
    // The answer is counted when it is handed to its connection, which is before the event loop's next turn.
    void this.writing.take(async () => {
      const { length } = await answer.catch(() => '');
      await (length > SMALL_ANSWER_BYTES ? sleep(length / CHARACTERS_PER_REST_MS) : nextTurn());
    });
    return answer;
  }

  /** Counts an answer until it is taken, and cuts off a client that does not take it. */
  follow(request: Asked, { raw }: Answering, bytes: number): void {
    // Who left before the answer was there takes none of it, and the end of the connection was told already.
    if (raw.closed) return;
    const owner = ownerOf(request.key);
    const { stall_ms, bytes_per_s } = this.limits;
    // A command that opens the data folder itself calls the routes without a connection.
    const socket = request.raw.socket instanceof Socket ? request.raw.socket : null;
    const is_large = bytes > SMALL_ANSWER_BYTES;
    // Bytes that the system takes count as activity of the socket.
    socket?.setTimeout(stall_ms);
    const late = is_large ? setTimeout(() => socket?.destroy(), stall_ms + (bytes * 1_000) / bytes_per_s) : undefined;
    if (is_large) this.shares.add(owner, bytes);
    raw.once('close', () => {
      // Node has set the timeout of an idle connection, unless the next request is here already. That one may take its time.
      if (socket?.timeout === stall_ms) socket.setTimeout(0);
      if (!is_large) return;
      clearTimeout(late);
      this.shares.remove(owner, bytes);
      this.full.clear();
    });
  }

  private refusal(owner: string, bytes: number): TributaryError | null {
    // An answer over the limit is sent if it is the only one of its key.
    if (bytes <= SMALL_ANSWER_BYTES || this.shares.excess(owner, bytes) === null || this.shares.isEmpty(owner))
      return null;
    this.full.add(owner);
    return notTaken();
  }
}

function notTaken(): TributaryError {
  return new TributaryError(
    'busy',
    'too many answers wait to be read by the clients that asked for them; read them, and ask again later',
    { retry_after_s: RETRY_AFTER_S },
  );
}

function sizeOf(payload: unknown): number {
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;
}
