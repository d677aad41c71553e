/**
 * Logs hold methods, route patterns, statuses, durations, request ids and names of keys. Never values of a query, bodies,
 * ids of people or orders, addresses, or keys.
 */
import { writeSync } from 'node:fs';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import type { Route } from './route.ts';

/** Where lines of the log go. */
export interface LogStream {
  write(line: string): void;
}

/**
 * Lines of the log, to standard output unless told otherwise. One that cannot be written (the disk is full, the reader is
 * gone) is lost, and said to be lost once there is room: a log never stops the server.
 */
export function logTo(write: (text: string) => void = toStandardOutput): LogStream {
  let lost = 0;
  return {
    write(line) {
      const gap =
        lost === 0 ? '' : `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'lines were lost' })}\n`;
      try {
        write(gap + line);
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
    // A pipe whose reader is slow: Node keeps the text until there is room.
    process.stdout.write(text);
  }
}

/**
 * A line per answer: failures of ours at error, reports and administration at info, and what is called very often
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

/** A failure in the background or inside: its kind, its place, and its message without what stood in quotes. */
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

/** Messages of engines quote the value at fault; what is quoted, looks like an address or is a long number goes. */
function withoutValues(message: string): string {
  return message
    .slice(0, 1_000)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/\S+@\S+/g, '…')
    .replace(/\d{6,}/g, '…');
}
