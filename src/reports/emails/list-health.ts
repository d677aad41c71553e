/** The health of the email list: who was mailed in the period, how long ago they last answered, and what they bring. docs/semantics.md 19. */
import { badRequest } from '../../domain/errors.ts';
import { microsPer, money, ratio } from '../../domain/money.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { COMPARE, EMAIL_LIST_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import {
  LIST_HEALTH_COMPARED,
  LIST_HEALTH_MEANINGS,
  LIST_STATES,
  ListHealthResult,
  NOT_MAILED,
} from '../results/list-health.ts';
import type { Days, ListStates, StateFigures } from './list-figures.ts';
import { readListStates } from './list-states.ts';

const DEFAULT_DAYS = { engaged_days: 30, lapsing_days: 90, dormant_days: 180 } as const;
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
    return answerOnce(context, resolved, '', async (served_by) => {
      const { states, warnings } = await readListStates(snapshot, { ...context, served_by }, resolved.plan, limits);
      return { ...reportHead(resolved, context.clock()), ...limits, ...statesOf(states), warnings };
    });
  }, readOptions(context));
}

function checkDays({ engaged_days, lapsing_days, dormant_days }: Days): void {
  if (lapsing_days <= engaged_days)
    throw badRequest('lapsing_days', `must be more than engaged_days (${engaged_days}); got ${lapsing_days}`);
  if (dormant_days <= lapsing_days)
    throw badRequest('dormant_days', `must be more than lapsing_days (${lapsing_days}); got ${dormant_days}`);
}

function statesOf(states: ListStates): ReportJson {
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
