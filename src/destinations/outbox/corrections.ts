/**
 * Splits changes of orders by cause, as comparisons with frozen runs do: the query runs with one input after the other as of now, and the
 * part of a cause is the difference of two stages. So the parts always add up to the whole change.
 */
import type { Plan } from '../../attribution/plan.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { hasNewRows, INPUTS } from '../../reports/run-comparison.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { type Position, resolvePosition } from '../../warehouse/position.ts';
import type { CorrectionCause, CorrectionPart, OrderState } from '../message.ts';
import { readWorth, type Worth } from './order-states.ts';

export interface Stage {
  cause: CorrectionCause;
  /** By conversion id; null for the last stage, which is the present. */
  worth: Map<string, Worth> | null;
}

const NO_WORTH: Worth = { net_micros: 0n, email_credit_micros: 0n };

/** What changed since a position, cause by cause. @param settings_changed true if the settings are others than then. */
export async function readStages(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  as_of: string,
  settings_changed: boolean,
): Promise<Stage[]> {
  const before: Position = await resolvePosition(snapshot, as_of);
  let positions = { identity: before, conversions: before, adjustments: before, touchpoints: before };
  const changed: Array<{ cause: CorrectionCause; plan: Plan }> = [];
  if (settings_changed) changed.push({ cause: 'settings', plan: { ...plan, positions } });
  for (const { cause, position, tables } of INPUTS) {
    positions = { ...positions, [position]: plan.positions[position] };
    if (await hasNewRows(snapshot, tables, before, plan.positions[position]))
      changed.push({ cause, plan: { ...plan, positions } });
  }
  const stages: Stage[] = [];
  for (const [i, stage] of changed.entries()) {
    const is_last = i === changed.length - 1;
    stages.push({ cause: stage.cause, worth: is_last ? null : await readWorth(snapshot, stage.plan, directory) });
  }
  // Orders also change with the clock, such as those that were told at once: then no input differs.
  return stages.length > 0 ? stages : [{ cause: 'touches', worth: null }];
}

/** The parts of the change of an order. A cause that changed nothing is left out, unless none changed anything. */
export function partsOf(stages: readonly Stage[], id: string, before: OrderState, now: OrderState): CorrectionPart[] {
  const worthOf = ({ net_micros, email_credit_micros }: OrderState): Worth => ({
    net_micros: BigInt(net_micros),
    email_credit_micros: BigInt(email_credit_micros),
  });
  let last = worthOf(before);
  const parts = stages.map(({ cause, worth }) => {
    const own = worth === null ? worthOf(now) : (worth.get(id) ?? NO_WORTH);
    const part = {
      cause,
      net_micros: (own.net_micros - last.net_micros).toString(),
      email_credit_micros: (own.email_credit_micros - last.email_credit_micros).toString(),
    };
    last = own;
    return part;
  });
  const changing = parts.filter(
    ({ net_micros, email_credit_micros }) => net_micros !== '0' || email_credit_micros !== '0',
  );
  return changing.length > 0 ? changing : parts.slice(-1);
}
