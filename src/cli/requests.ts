/** Functions that both clients use for requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { textFault } from '../domain/text.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Query } from './client.ts';

/** The client waits this long for an answer: longer than a query may take on the server. */
export const QUERY_WAIT_MS = 600_000;
/** The client gives up on a server that is busy for this long. */
const PATIENCE_MS = 600_000;
const MIN_WAIT_MS = 200;
const MAX_WAIT_MS = 10_000;

export function withQuery(path: string, query: Query): string {
  const sent = Object.entries(query).flatMap(([name, value = []]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  );
  return sent.length === 0 ? path : `${path}?${new URLSearchParams(sent)}`;
}

/** An id as a part of a path: a new or an old one, as the server reads it. @throws bad_request, naming `field`, for text that no id can hold. */
export function pathPart(field: string, id: string): string {
  const fault = textFault(id);
  if (fault !== undefined) throw badRequest(field, fault);
  return encodeURIComponent(id);
}

/**
 * Repeats a request while the server is busy, each time after the wait that the answer names. It gives up after
 * {@link PATIENCE_MS}, or when `stop` is aborted.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  stop: AbortSignal,
  onWait: () => void = () => {},
): Promise<T> {
  const give_up_at = Date.now() + PATIENCE_MS;
  for (let wait_ms = MIN_WAIT_MS; ; wait_ms = Math.min(MAX_WAIT_MS, wait_ms * 2)) {
    try {
      return await work();
    } catch (error) {
      const later =
        error instanceof TributaryError && ['spool_full', 'busy', 'timeout', 'rate_limited'].includes(error.code);
      if (!later || stop.aborted || Date.now() > give_up_at) throw error;
      onWait();
      const asked_ms = (error.retry_after_s ?? 0) * 1_000;
      await sleep(Math.min(MAX_WAIT_MS, Math.max(wait_ms, asked_ms)), undefined, { signal: stop }).catch(
        () => undefined,
      );
    }
  }
}

export function halves<T>(items: readonly T[]): [T[], T[]] {
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}

/** Joins the acknowledgements of a request that was sent in two parts. */
export function joinAnswers(left: Acknowledgement, right: Acknowledgement, left_items: number): Acknowledgement {
  const moved = <T extends { index: number }>(of_right: readonly T[] = []): T[] =>
    of_right.map((item) => ({ ...item, index: item.index + left_items }));
  const conflicts = [...(left.conflicts ?? []), ...moved(right.conflicts)];
  const warnings = [...(left.warnings ?? []), ...moved(right.warnings)];
  const counted = (left.counted ?? 0) + (right.counted ?? 0);
  const left_out = (left.warnings_left_out ?? 0) + (right.warnings_left_out ?? 0);
  return {
    accepted: left.accepted + right.accepted,
    ids: [...left.ids, ...right.ids],
    rejected: [...left.rejected, ...moved(right.rejected)],
    ...(conflicts.length > 0 ? { conflicts } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(counted > 0 ? { counted } : {}),
    ...(left_out > 0 ? { warnings_left_out: left_out } : {}),
  };
}
