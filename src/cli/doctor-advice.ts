/** What to do after `tributary doctor`: a command for each problem, or the next useful step. */
import type { Json } from './client.ts';

/** The first entry whose pattern a problem matches. The last one matches all. */
const REMEDIES: readonly [pattern: RegExp, step: string][] = [
  [/dead letter/, 'tributary doctor --replay-dead-letters, after an update or once the cause is gone'],
  [
    /conflict/,
    'look at GET /v1/conflicts: a sender uses an id again for another event; send corrections as adjustments',
  ],
  [
    /audit log/,
    'tributary audit verify says where; find out who could write to the store of state, and compare with a backup of it',
  ],
  [/beyond the last committed|spool/, 'restart tributary serve: it loads what is accepted and not loaded'],
  [/./, 'tributary doctor --backup FOLDER, then restore it with --restore into a new folder and run doctor there'],
];

/** One line for each kind of problem or lag; if all is well, the next useful step. A warning names its command itself. */
export function nextSteps({ problems, warehouse, collector }: Json, data: string): string[] {
  const found = (problems as string[]).map((problem) => REMEDIES.find(([pattern]) => pattern.test(problem))![1]);
  if ((collector?.loader.last_error ?? '') !== '')
    found.push(
      'free disk space or start the warehouse; the server tries again by itself, and its log says why it cannot load',
    );
  if (found.length > 0) return [...new Set(found)];
  const rows = (table: string): number =>
    (warehouse.tables as Json[]).find((one: Json) => one.table === table)?.rows ?? 0;
  if (rows('conversions') + rows('touchpoints') === 0)
    return [
      `tributary import touchpoints FILE --data ${data}, and conversions: files that you have`,
      `tributary keys create --name shop --scope write --data ${data}: a key to send events with`,
      'tributary demo: what reports look like, with simulated data',
    ];
  if (rows('conversions') === 0)
    return [`tributary import conversions FILE --data ${data}: nothing is attributed without orders`];
  if (rows('touchpoints') === 0)
    return [`tributary import touchpoints FILE --data ${data}: without them all revenue is unattributed`];
  return [`tributary report attribution --group-by channel --compare previous_period --data ${data}`];
}
