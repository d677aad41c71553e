/** The health of the email list: who was mailed in the period, how long ago they last answered, and what they bring. docs/semantics.md 19. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { badRequest } from '../../domain/errors.ts';
import { microsPer, money, ratio } from '../../domain/money.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { ALL_EMAILS, emailEvents } from '../email-events.ts';
import { COMPARE, EMAIL_LIST_PARAMETERS } from '../parameters.ts';
import { MAILED_PEOPLE } from '../relations.ts';
import { resolveParameters } from '../resolve.ts';
import {
  LIST_HEALTH_COMPARED,
  LIST_HEALTH_MEANINGS,
  LIST_STATES,
  ListHealthResult,
  NOT_MAILED,
} from '../results/list-health.ts';
import { readWarnings } from '../warnings.ts';

const DEFAULT_DAYS = { engaged_days: 30, lapsing_days: 90, dormant_days: 180 } as const;
type Days = Record<keyof typeof DEFAULT_DAYS, number>;
const MAX_DAYS = 3_650;

const days = (name: keyof Days, what: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_DAYS,
      description: `${what}; ${DEFAULT_DAYS[name]} when left out`,
      'x-value': 'days',
    }),
  );

const ListHealthParameters = Type.Object(
  {
    ...EMAIL_LIST_PARAMETERS,
    ...COMPARE,
    engaged_days: days('engaged_days', 'Engaged people opened or clicked in so many days before the end of the period'),
    lapsing_days: days('lapsing_days', 'Lapsing people did in so many days, and are not engaged'),
    dormant_days: days(
      'dormant_days',
      'Dormant people did in so many days, and are not lapsing; those who did before are inactive',
    ),
  },
  { additionalProperties: false },
);

export async function listHealthReport(
  context: ReportContext,
  parameters: Static<typeof ListHealthParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { engaged_days, lapsing_days, dormant_days, compare: _compare, ...shared } = { ...DEFAULT_DAYS, ...parameters };
  const limits: Days = { engaged_days, lapsing_days, dormant_days };
  checkDays(limits);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'list_health', ...limits },
    });
    return answerOnce(context, resolved, '', async () => {
      const { plan } = resolved;
      const orders = await makeOrdersAndEvents(snapshot, plan, context.directory);
      await makeMailedPeople(snapshot, plan, limits);
      return {
        ...reportHead(resolved, context.clock()),
        ...limits,
        ...statesOf(await readStates(snapshot, orders)),
        warnings: await readWarnings(snapshot, plan, { ...orders, path_counts: { cut: 0, crowded_ones: 0 } }),
      };
    });
  }, readOptions(context));
}

function checkDays({ engaged_days, lapsing_days, dormant_days }: Days): void {
  if (lapsing_days <= engaged_days)
    throw badRequest('lapsing_days', `must be more than engaged_days (${engaged_days}); got ${lapsing_days}`);
  if (dormant_days <= lapsing_days)
    throw badRequest('dormant_days', `must be more than lapsing_days (${lapsing_days}); got ${dormant_days}`);
}

/** Makes `mailed_people`. The first state that holds counts. Of an unsubscription and a return at one instant the first counts. */
async function makeMailedPeople(snapshot: Snapshot, plan: Plan, limits: Days): Promise<void> {
  const events = await emailEvents(snapshot, plan, ALL_EMAILS, { since_ever: true });
  const last = (condition: string): string => `max(case when ${condition} then h.at_ms end)`;
  const within = (count: number): string => `engaged_ms >= end_ms - ${count * MS_PER_DAY}`;
  await materialise(
    snapshot,
    MAILED_PEOPLE,
    `with people as (
       select h.person as person, max(h.end_ms) as end_ms,
         count_where(h.kind = 'sent' and h.in_period = 1) as sends, count_where(h.kind = 'delivered' and h.in_period = 1) as delivered,
         ${last(`h.kind in ('email_open', 'email_click') and h.is_human = 1`)} as engaged_ms,
         ${last(`h.kind in ('unsubscribed', 'complained')`)} as left_ms, ${last(`h.kind = 'resubscribed'`)} as back_ms,
         ${last(`h.kind = 'bounced' and (h.bounce_kind is null or h.bounce_kind <> 'soft')`)} as bounced_ms,
         ${last(`h.kind = 'delivered'`)} as delivered_ms
       from (${events}) h group by h.person)
     select person, case
         when left_ms is not null and (back_ms is null or back_ms <= left_ms) then 'unsubscribed'
         when bounced_ms is not null and (delivered_ms is null or delivered_ms <= bounced_ms) then 'bounced'
         when engaged_ms is null then 'never_engaged'
         when ${within(limits.engaged_days)} then 'engaged'
         when ${within(limits.lapsing_days)} then 'lapsing'
         when ${within(limits.dormant_days)} then 'dormant'
         else 'inactive' end as state, sends, delivered
     from people where sends + delivered > 0`,
  );
}

interface StateFigures {
  people: number;
  sends: number;
  delivered: number;
  orders: number;
  ordering_people: number;
  micros: bigint;
}

/** The figures of each state, and of the people who ordered and were not mailed. */
async function readStates(snapshot: Snapshot, { orders, events }: OrderRelations): Promise<Map<string, StateFigures>> {
  const mailed = await snapshot.query(
    `select state, count(*) as people, sum(sends) as sends, sum(delivered) as delivered from ${MAILED_PEOPLE.name} group by state`,
  );
  const bought = await snapshot.query(
    `with bought as (
       select concat(o.brand_id, '/', o.person_id) as person, count_where(e.event = 'order') as orders, sum128(e.after_micros - e.before_micros) as micros
       from ${orders.name} o join ${events.name} e on e.order_no = o.order_no group by o.brand_id, o.person_id)
     select case when m.state is null or m.state = '' then '${NOT_MAILED}' else m.state end as state, sum(b.orders) as orders,
       count_where(b.orders > 0) as ordering_people, text128(sum128(b.micros)) as micros
     from bought b left join ${MAILED_PEOPLE.name} m on m.person = b.person
     group by case when m.state is null or m.state = '' then '${NOT_MAILED}' else m.state end`,
  );
  const states = new Map<string, StateFigures>();
  for (const state of [...LIST_STATES, NOT_MAILED])
    states.set(state, { people: 0, sends: 0, delivered: 0, orders: 0, ordering_people: 0, micros: 0n });
  for (const { state, ...own } of readAll(mailed, {
    state: 'text',
    people: 'number',
    sends: 'number',
    delivered: 'number',
  }))
    Object.assign(states.get(state)!, own);
  for (const { state, ...own } of readAll(bought, {
    state: 'text',
    orders: 'number',
    ordering_people: 'number',
    micros: 'bigint',
  }))
    Object.assign(states.get(state)!, own);
  return states;
}

function statesOf(states: ReadonlyMap<string, StateFigures>): ReportJson {
  const all = [...states.values()];
  const sum = (name: 'people' | 'sends' | 'delivered' | 'orders'): number =>
    all.reduce((total, own) => total + own[name], 0);
  const micros = all.reduce((total, own) => total + own.micros, 0n);
  const of = { people: sum('people'), sends: sum('sends'), delivered: sum('delivered'), orders: sum('orders') };
  const bought = (own: StateFigures): ReportJson => ({
    orders: own.orders,
    share_of_orders: ratio(own.orders, of.orders),
    ordering_people: own.ordering_people,
    ...money('revenue', own.micros),
    share_of_revenue: ratio(own.micros, micros),
  });
  return {
    states: LIST_STATES.map((state) => {
      const own = states.get(state)!;
      return {
        state,
        people: own.people,
        share_of_people: ratio(own.people, of.people),
        sends: own.sends,
        share_of_sends: ratio(own.sends, of.sends),
        delivered: own.delivered,
        share_of_delivered: ratio(own.delivered, of.delivered),
        ...bought(own),
        revenue_per_person: microsPer(own.micros, own.people),
      };
    }),
    not_mailed: bought(states.get(NOT_MAILED)!),
    totals: { ...of, ...money('revenue', micros) },
  };
}

export const listHealth = defineReport({
  name: 'list_health',
  command: 'report list-health',
  path: '/v1/reports/list_health',
  summary: 'Who on the email list still answers, and what they bring',
  description:
    'People who were mailed in the period, by their last human open or click as of its end, with their share of sends, orders and revenue.',
  parameters: ListHealthParameters,
  result: ListHealthResult,
  main_table: { rows: 'states' },
  compared: LIST_HEALTH_COMPARED,
  explain: LIST_HEALTH_MEANINGS,
  run: listHealthReport,
});
