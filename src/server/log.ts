/**
 * The log. It holds methods, route patterns, statuses, durations, request ids and names of keys. It never holds values of a
 * query, bodies, ids of people or orders, addresses, or keys.
 */
import { writeSync } from 'node:fs';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { shownJson } from '../domain/text.ts';
import type { Route } from './route.ts';

/** The target of log lines. */
export interface LogStream {
  write(line: string): void;
}

/**
 * Writes log lines, to standard output by default. A line that cannot be written (the disk is full, the reader is gone) is
 * lost: the log never stops the server. The next line that can be written is preceded by one with the number of lost lines.
 */
export function logTo(write: (text: string) => void = toStandardOutput): LogStream {
  let lost = 0;
  return {
    write(line) {
      const gap =
        lost === 0 ? '' : `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'log lines were lost' })}\n`;
      try {
        write(gap + shownJson(line));
        lost = 0;
      } catch {
        lost += 1;
      }
    },
  };
}

function toStandardOutput(text: string): void {
  try {
    writeSync(1, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    // The reader of the pipe is slow. Node keeps the text until there is room.
    process.stdout.write(text);
  }
}

/**
 * Writes a line per answer: failures of the server at level error, reports and administration at info, and frequent calls
 * (events, health, metrics) at debug.
 */
export function logAnswer(
  log: FastifyBaseLogger,
  route: Route | null,
  request: FastifyRequest,
  reply: FastifyReply,
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
      ...(request.key ? { key: request.key.name } : {}),
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
