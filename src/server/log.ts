/**
 * The log. It holds methods, route patterns, statuses, durations, request ids and names of keys. It never holds values of a
 * query, bodies, ids of people or orders, addresses, or keys.
 */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import type { FastifyBaseLogger } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { shownJson } from '../domain/text.ts';
import type { Answering, Asked } from './exchange.ts';
import type { DescribedRoute } from './route.ts';

const STDOUT = 1;

/** The target of log lines. */
export interface LogStream {
  write(line: string): void;
  /** Lines that were lost since the start. */
  readonly lost_lines?: number;
}

/**
 * Writes log lines, to standard output by default. A line that cannot be written (the disk is full, the reader is gone or too
 * slow) is lost: the log never stops the server, and never waits in its memory. The next line that can be written is preceded by
 * one with the number of lost lines. A line that was written in part is completed first.
 * @param write returns the number of bytes that it wrote; undefined means all.
 */
export function logTo(write: (text: string | Buffer) => number | undefined = standardOutput()): LogStream {
  let lost = 0;
  let lost_lines = 0;
  let rest: Buffer | undefined;
  const put = (text: string | Buffer): void => {
    const written = write(text);
    rest = written === undefined ? undefined : unwritten(text, written);
  };
  return {
    get lost_lines() {
      return lost_lines;
    },
    write(line) {
      const gap =
        lost === 0 ? '' : `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'log lines were lost' })}\n`;
      try {
        if (rest !== undefined) put(rest);
        if (rest !== undefined) throw new Error('there is no room for the rest of a line');
        put(gap + shownJson(line));
        lost = 0;
      } catch {
        lost += 1;
        lost_lines += 1;
      }
    },
  };
}

function unwritten(text: string | Buffer, written: number): Buffer | undefined {
  const bytes = Buffer.from(text as string);
  return written < bytes.length ? bytes.subarray(written) : undefined;
}

const ignore = (): void => undefined;

/** Standard output that refuses text (EAGAIN) instead of waiting for a slow reader. */
function standardOutput(): (text: string | Buffer) => number {
  // An error of the stream ends the process unless somebody listens.
  if (!process.stdout.listeners('error').includes(ignore)) process.stdout.on('error', ignore);
  const fd = ownEndOfPipe() ?? STDOUT;
  return (text) => writeSync(fd, text as string);
}

/**
 * The pipe behind standard output, opened again so that it does not block. If a pipe blocks is a property of all processes that
 * share it, and each start of a program can change it. Undefined if there is no pipe, or the system cannot open it again.
 */
function ownEndOfPipe(): number | undefined {
  try {
    return fstatSync(STDOUT).isFIFO()
      ? openSync(`/proc/self/fd/${STDOUT}`, constants.O_WRONLY | constants.O_NONBLOCK)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes a line per answer: failures of the server at level error, reports and administration at info, and frequent calls
 * (events, health, metrics) at debug.
 */
export function logAnswer(
  log: FastifyBaseLogger,
  route: DescribedRoute | null,
  request: Pick<Asked, 'id' | 'method' | 'key'>,
  reply: Pick<Answering, 'statusCode' | 'elapsedTime'>,
): void {
  const status = reply.statusCode;
  const level =
    status >= 500
      ? 'error'
      : route === null || route.collects !== undefined || route.tag === 'operation'
        ? 'debug'
        : 'info';
  if (level === 'debug' && log.level !== 'debug' && log.level !== 'trace') return;
  log[level](
    {
      request_id: request.id,
      method: request.method,
      route: route?.path ?? null,
      status,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      // Names of keys are for lists and logs; names of persons are not.
      ...(request.key ? { key: request.key.origin === 'person' ? request.key.key_id : request.key.name } : {}),
    },
    'answered',
  );
}

/** Logs a failure in the background or in the server: its type, its place, and its message without values. */
export function logFailure(
  log: FastifyBaseLogger,
  error: unknown,
  fields: Record<string, unknown>,
  message = 'failed',
): void {
  log.error({ ...fields, error: describe(error) }, message);
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12);
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error instanceof TributaryError ? error.message : withoutValues(error.message),
    stack: frames.map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
}

/** Removes values from messages of engines: everything in quotes, email addresses, and long numbers. */
function withoutValues(message: string): string {
  return message
    .slice(0, 1_000)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/\S+@\S+/g, '…')
    .replace(/\d{6,}/g, '…');
}
