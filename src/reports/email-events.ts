/** Email events, opens and clicks of the period, each with its person: what engagement is counted from. docs/semantics.md 10. */

import { makeTouchVerdicts } from '../attribution/consent.ts';
import { EVERYONE } from '../attribution/consent-people.ts';
import { without } from '../attribution/eligibility.ts';
import { makeBrandPeriods } from '../attribution/orders.ts';
import type { Plan } from '../attribution/plan.ts';
import { BRAND_PERIODS, PERSONS } from '../attribution/relations.ts';
import { CAMPAIGN, effective, OTHER_VERDICTS, withVerdicts } from '../attribution/touches.ts';
import type { TouchVerdicts } from '../attribution/verdict-relations.ts';
import { ENGAGEMENT_TYPES, MACHINE_VERDICTS } from '../domain/touchpoint.ts';
import type { Parameter, Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { textList } from '../warehouse/sql-text.ts';

/** Conditions on `email_events e` and on `touchpoints t`, and their parameters. */
export interface Chosen {
  of_events: string;
  of_touches: string;
  parameters: Record<string, Parameter>;
}

/** A relation with `brand_id`, `id` and an integer for the person of each id that sent, opened or got an email. Integers are cheaper than texts. */
export interface NumberedIds {
  name: string;
  /** The column of the integer. */
  person: string;
}

export const ALL_EMAILS: Chosen = { of_events: '1 = 1', of_touches: '1 = 1', parameters: {} };

/** The id that names the person of a touchpoint `t`. */
const SUBJECT_ID = 'coalesce(t.customer_id, t.anonymous_id)';

/**
 * SQL for the ids of all events that {@link emailEvents} may read: brand_id and id; an id may come twice. It uses `brand_periods`. (`group by`
 * takes ClickHouse half the time of `distinct`.)
 */
export function emailIds({ positions }: Plan): string {
  const of = (table: string, alias: string, id: string, chosen: string): string =>
    `select ${alias}.brand_id as brand_id, ${id} as id from ${table} ${alias}
     where ${alias}.brand_id in (select brand_id from ${BRAND_PERIODS.name}) and ${atOrBefore(alias, positions.touchpoints)} and ${chosen} group by ${alias}.brand_id, ${id}`;
  const engagement = `t.touchpoint_type in (${textList(ENGAGEMENT_TYPES)})`;
  return `${of('email_events', 'e', 'e.customer_id', '1 = 1')} union all ${of('touchpoints', 't', SUBJECT_ID, engagement)}`;
}

const IN_PERIOD = (alias: string): string =>
  `case when epoch_ms(${alias}.occurred_at) >= b.start_ms then 1 else 0 end as in_period, b.end_ms as end_ms`;

/**
 * SQL for the chosen events. Its columns: brand_id, channel, campaign_id, is_label (1 if only the link names the campaign), email_id,
 * message_id, campaign_kind, kind, bounce_kind, verdict, is_human, person, at_ms, in_period and
 * end_ms (the end of the period of the brand). Opens and clicks that consent hides are left out. It uses the relation `persons`, and makes others that it uses.
 * @param since_ever true for all events before the end of the period; `in_period` tells those of the period apart.
 * @param ids who the ids are, instead of `persons`; then `person` is an integer.
 */
export async function emailEvents(
  snapshot: Snapshot,
  plan: Plan,
  chosen: Chosen,
  { since_ever = false, ids = null }: { since_ever?: boolean; ids?: NumberedIds | null } = {},
): Promise<string> {
  await makeBrandPeriods(snapshot, plan);
  const verdicts = await makeVerdicts(snapshot, plan, chosen);
  const first_ms = Math.min(...plan.brands.map(({ start_ms }) => start_ms));
  const end_ms = Math.max(...plan.brands.map((brand) => brand.end_ms));
  const from = (table: string, alias: string, id: string): string => `from ${table} ${alias}
    join ${BRAND_PERIODS.name} b on b.brand_id = ${alias}.brand_id
    ${ids === null ? `left join ${PERSONS.name}` : `join ${ids.name}`} p on p.brand_id = ${alias}.brand_id and p.id = ${id}`;
  const person = (alias: string, id: string): string =>
    ids === null ? `concat(${alias}.brand_id, '/', coalesce(p.person_id, ${id}))` : `p.${ids.person}`;
  // Bounds on the stored column let the engine skip what lies outside; the instants of each brand decide.
  const since = (alias: string): string =>
    since_ever
      ? ''
      : `and ${alias}.occurred_at >= instant(${first_ms}) and epoch_ms(${alias}.occurred_at) >= b.start_ms`;
  const when = (alias: string): string => `${atOrBefore(alias, plan.positions.touchpoints)} ${since(alias)}
    and ${alias}.occurred_at < instant(${end_ms}) and epoch_ms(${alias}.occurred_at) < b.end_ms`;
  const columns = (alias: string): string =>
    ['brand_id', 'email_id', 'message_id', 'campaign_kind'].map((name) => `${alias}.${name} as ${name}`).join(', ');
  return `select h.*, case when h.verdict in (${textList(MACHINE_VERDICTS)}) then 0 else 1 end as is_human from (
      select ${columns('e')}, 'email' as channel, e.campaign_id as campaign_id, 0 as is_label, e.event_type as kind, 'human' as verdict,
        ${person('e', 'e.customer_id')} as person, epoch_ms(e.occurred_at) as at_ms,
        e.bounce_kind as bounce_kind, ${IN_PERIOD('e')}
      ${from('email_events', 'e', 'e.customer_id')} where ${when('e')} and ${chosen.of_events}
      union all
      select ${columns('t')}, ${effective('channel', verdicts)} as channel, ${CAMPAIGN} as campaign_id, case when t.campaign_id is null and ${CAMPAIGN} is not null then 1 else 0 end as is_label,
        t.touchpoint_type as kind, ${effective('verdict', verdicts)} as verdict,
        ${person('t', SUBJECT_ID)} as person, epoch_ms(t.occurred_at) as at_ms,
        null as bounce_kind, ${IN_PERIOD('t')}
      ${from('touchpoints', 't', SUBJECT_ID)} ${withVerdicts(verdicts)}
      where ${when('t')} and t.touchpoint_type in (${textList(ENGAGEMENT_TYPES)}) and ${chosen.of_touches} and ${without(effective('traits', verdicts), 'no_consent')}) h`;
}

/** The verdicts of the chosen touchpoints, and what consent hides, also of people without an order. */
async function makeVerdicts(
  snapshot: Snapshot,
  plan: Plan,
  { of_touches, parameters }: Chosen,
): Promise<TouchVerdicts> {
  const position = plan.positions.touchpoints;
  const [row] = await snapshot.query(
    `select count(*) as n from (select 1 as found from reclassifications r where ${atOrBefore('r', position)} limit 1) found`,
  );
  const of_judged = `join touchpoints t on t.brand_id = r.brand_id and t.touchpoint_id = r.touchpoint_id
    and t.touchpoint_type in (${textList(ENGAGEMENT_TYPES)}) and ${of_touches}`;
  const has_reclassifications = read(row, { n: 'number' }).n > 0;
  return makeTouchVerdicts(snapshot, plan, EVERYONE, {
    has_reclassifications,
    of_judged,
    parameters,
    number: OTHER_VERDICTS,
  });
}
