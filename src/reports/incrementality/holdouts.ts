/** What experiments say of channels, brought to the period of a fit. docs/semantics.md 27. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { HoldoutLift } from '../../models/hazard/calibration.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { formatPosition } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { type ReportContext, readOptions } from '../context.ts';
import { type Evidence, readEvidence, targetOf } from './evidence.ts';
import { LIFT_VERSION, planOver, plansOf } from './read.ts';
import { COUNTED_TOUCHES } from './relations.ts';
import { makeCountedTouches } from './touches.ts';

/** The variance of an experiment doubles with each of these days between its end and the end of the fit: audiences and offers change. */
const AGE_DOUBLING_DAYS = 180;
/**
 * What an experiment on one campaign says of its channel has this error, as a part of the lift: the effects of campaigns of one channel
 * differ that much.
 */
const CAMPAIGN_SPREAD = 0.6;

/** Reading all of a log may take this many times as long as a report. */
const READ_PATIENCE = 10;

/** The holdouts for a fit over the plan of its log. Experiments without a result, or without a touch, are left out. */
export function readHoldouts(context: ReportContext, fitted: Plan): Promise<HoldoutLift[]> {
  return context.warehouse.read(
    async (snapshot) => {
      const plans = await plansOf(snapshot, fitted);
      if (plans.length === 0) return [];
      const plan = planOver(fitted, plans);
      const { times } = await makeOrdersAndEvents(snapshot, plan, context.directory);
      await makeCountedTouches(snapshot, plan, times);
      const evidence = await readEvidence(snapshot, plan, plans, null);
      const as_of = formatPosition(fitted.positions.conversions);
      const holdouts: HoldoutLift[] = [];
      for (const one of evidence) {
        const found = await holdoutOf(snapshot, fitted, one);
        if (found !== null) holdouts.push({ ...found, analysis_version: LIFT_VERSION, as_of });
      }
      return holdouts;
    },
    readOptions(context, READ_PATIENCE),
  );
}

/** Scales the lift by the touches of its channel in the period of the fit, and widens it by age and for a single campaign. */
async function holdoutOf(
  snapshot: Snapshot,
  { brands }: Plan,
  { design, lift, touches }: Evidence,
): Promise<Omit<HoldoutLift, 'analysis_version' | 'as_of'> | null> {
  if (lift === null || touches === 0 || lift.orders.variance === 0) return null;
  const target = targetOf(design, 'c');
  const [row] = await snapshot.query(
    `select c.channel as channel, count(*) as touches from ${COUNTED_TOUCHES.name} c where ${target.sql} group by c.channel order by touches desc, channel limit 1`,
    target.parameters,
  );
  const { channel } = read(row, { channel: 'text' });
  const [{ start_ms, end_ms }] = brands as [(typeof brands)[number]];
  const [all] = await snapshot.query(
    `select count(*) as touches, coalesce(max(c.at_ms), 0) as last_ms from ${COUNTED_TOUCHES.name} c
     where c.channel = $channel and c.at_ms >= ${start_ms} and c.at_ms < ${end_ms}`,
    { channel },
  );
  const of_fit = read(all, { touches: 'number', last_ms: 'number' });
  const scale = of_fit.touches / touches;
  const orders = lift.orders.total * scale;
  const age_days = Math.max(0, of_fit.last_ms - design.end_ms) / MS_PER_DAY;
  const of_campaign = design.scope === 'campaign' || design.scope === 'flow' ? (CAMPAIGN_SPREAD * orders) ** 2 : 0;
  const variance = scale ** 2 * lift.orders.variance * 2 ** (age_days / AGE_DOUBLING_DAYS) + of_campaign;
  if (variance === 0) return null;
  return { experiment_id: design.experiment_id, channel, orders, standard_error: Math.sqrt(variance) };
}
