/** What ends when the client of a request hangs up. */
import type { FastifyReply } from 'fastify';
import { Cancellation } from '../reports/cancellation.ts';

/** Ends the work of a request when its connection closes before the answer is sent. For reports: they store everything or nothing. */
export function cancellationOf(reply: FastifyReply): Cancellation {
  const cancellation = new Cancellation();
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) cancellation.leave();
  });
  if (reply.raw.destroyed) cancellation.leave();
  return cancellation;
}
