/** Finds the blasts of a period: what was sent under one name without a long pause. docs/semantics.md 26. */
import type { Plan } from '../../attribution/plan.ts';
import { BRAND_PERIODS } from '../../attribution/relations.ts';
import type { Design } from '../../domain/experiment.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill, materialise } from '../../warehouse/relation.ts';
import { LONGEST_BLAST_MS, MAX_BLASTS, PAUSE_HOURS, PAUSE_MS, type SendsAsked } from './asked.ts';
import { SEND_BLASTS, SEND_EMAILS, SEND_RUNS } from './relations.ts';
import { orderOf } from './send-orders.ts';

export interface Blast {
  blast_no: number;
  brand_id: string;
  campaign_id: string;
  email_id: string;
  from_ms: number;
  last_ms: number;
  /** The experiment that put people into waves by chance. */
  order: Design | null;
}

export interface Found {
  blasts: Blast[];
  /** Further blasts of the period, which the limit left out. */
  further: number;
  /** What went on for too long to be a blast. */
  long: number;
}

/** Makes `send_blasts` and `send_emails`, after `brand_periods`. @param orders the random orders of sending that the log has. */
export async function makeBlasts(
  snapshot: Snapshot,
  { plan, wide }: { plan: Plan; wide: Plan },
  { campaign_id }: SendsAsked,
  orders: readonly Design[],
): Promise<Found> {
  await makeRuns(snapshot, wide, campaign_id);
  const rows = await snapshot.query(
    `select brand_id, campaign_id, email_id, run_no, min(first_ms) as from_ms, max(last_ms) as last_ms
     from ${SEND_RUNS.name} group by brand_id, campaign_id, email_id, run_no order by from_ms desc, brand_id, campaign_id, email_id`,
  );
  const shape = {
    brand_id: 'text',
    campaign_id: 'text',
    email_id: 'text',
    from_ms: 'number',
    last_ms: 'number',
  } as const;
  const periods = new Map(plan.brands.map((brand) => [brand.brand_id, brand]));
  const runs = readAll(rows, shape).filter(({ brand_id, from_ms }) => {
    const period = periods.get(brand_id);
    return period !== undefined && from_ms >= period.start_ms && from_ms < period.end_ms;
  });
  const short = runs.filter(({ from_ms, last_ms }) => last_ms - from_ms <= LONGEST_BLAST_MS);
  const blasts = short
    .slice(0, MAX_BLASTS)
    .map((run, blast_no): Blast => ({ ...run, blast_no, order: orderOf(run, orders) }));
  const emails = new Map<string, number>();
  const emailNo = (names: readonly string[]): number => {
    const key = JSON.stringify(names);
    emails.set(key, emails.get(key) ?? emails.size + 1);
    return emails.get(key)!;
  };
  await fill(
    snapshot,
    SEND_BLASTS,
    blasts.map(({ blast_no, brand_id, campaign_id, email_id, from_ms, last_ms, order }) => ({
      ...{ blast_no, brand_id, email_no: emailNo([brand_id, campaign_id, email_id]), from_ms },
      // Deliveries and bounces of the last emails come after them.
      until_ms: last_ms + PAUSE_MS,
      experiment_id: order?.experiment_id ?? null,
      order_from_ms: order?.start_ms ?? null,
    })),
  );
  await fill(
    snapshot,
    SEND_EMAILS,
    [...emails].map(([names, email_no]) => {
      const [brand_id, campaign_id, email_id] = JSON.parse(names) as [string, string, string];
      return { email_no, brand_id, campaign_id, email_id };
    }),
  );
  return { blasts, further: short.length - blasts.length, long: runs.length - short.length };
}

/**
 * Makes `send_runs`. A run is counted from emails that were sent; from those that were delivered only where the log has none that were
 * sent. Emails of flows and confirmations are no blasts.
 */
async function makeRuns(snapshot: Snapshot, { positions }: Plan, campaign_id: string | null): Promise<void> {
  const of_run = 'partition by brand_id, campaign_id, email_id order by hour';
  await materialise(
    snapshot,
    SEND_RUNS,
    `with hours as (
       select m.brand_id as brand_id, coalesce(m.campaign_id, '') as campaign_id, coalesce(m.email_id, '') as email_id, m.event_type as kind,
         floor_div(epoch_ms(m.occurred_at), ${MS_PER_HOUR}) as hour, min(epoch_ms(m.occurred_at)) as first_ms, max(epoch_ms(m.occurred_at)) as last_ms
       from email_events m join ${BRAND_PERIODS.name} p on p.brand_id = m.brand_id
       where m.event_type in ('sent', 'delivered') and coalesce(m.campaign_kind, '') in ('', 'campaign') and ${campaign_id === null ? `coalesce(m.campaign_id, '') <> ''` : 'm.campaign_id = $campaign_id'}
         and ${atOrBefore('m', positions.touchpoints)} and epoch_ms(m.occurred_at) >= p.start_ms and epoch_ms(m.occurred_at) < p.end_ms
       group by m.brand_id, coalesce(m.campaign_id, ''), coalesce(m.email_id, ''), m.event_type, floor_div(epoch_ms(m.occurred_at), ${MS_PER_HOUR})),
     sends as (
       select h.*, max(case when h.kind = 'sent' then 1 else 0 end) over (partition by h.brand_id, h.campaign_id, h.email_id) as has_sent from hours h),
     before as (select h.*, lag(h.hour) over (${of_run}) as hour_before from sends h where h.kind = case when h.has_sent = 1 then 'sent' else 'delivered' end)
     select brand_id, campaign_id, email_id, int64(sum(case when hour_before is null or hour - hour_before > ${PAUSE_HOURS} then 1 else 0 end)
         over (${of_run} rows between unbounded preceding and current row)) as run_no, hour, first_ms, last_ms
     from before`,
    campaign_id === null ? {} : { campaign_id },
  );
}
