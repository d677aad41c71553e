/** The reports on paths, people, emails and changes, with the types of their answers. */
import { asked, type View } from '../view.ts';
import type {
  ReportsChanges,
  ReportsCohorts,
  ReportsFatigue,
  ReportsLags,
  ReportsLifetimeValue,
  ReportsListHealth,
  ReportsOrders,
  ReportsPaths,
  ReportsSendTimes,
  ReportsSynergies,
} from './answers.d.ts';
import { type Parameters, useAnswer } from './ask.ts';

/** Parameters of a report that credits nothing. */
function withoutModel(view: View): Parameters {
  const { model: _, ...parameters } = asked(view);
  return parameters;
}

/** Parameters of a report that has no comparison. */
function uncompared(view: View): Parameters {
  return asked({ ...view, compare: 'none' });
}

export type Paths = ReportsPaths;
export function usePaths(view: View, by: string, steps: string) {
  return useAnswer<Paths>('/v1/reports/paths', { ...uncompared(view), by, steps });
}

export type Lags = ReportsLags;
export function useLags(view: View, by: string) {
  return useAnswer<Lags>('/v1/reports/lags', { ...withoutModel({ ...view, compare: 'none' }), by });
}

export type Synergies = ReportsSynergies;
export function useSynergies(view: View) {
  return useAnswer<Synergies>('/v1/reports/synergies', withoutModel({ ...view, compare: 'none' }));
}

export type Orders = ReportsOrders;
/** @param path the touches of the orders; none for the orders with any path. */
export function useOrders(view: View, by: string, path: readonly string[]) {
  return useAnswer<Orders>('/v1/reports/orders', {
    ...withoutModel({ ...view, compare: 'none' }),
    by,
    path,
    limit: '50',
  });
}

/** Fields of filters that choose customers by their first order. */
const OF_FIRST_ORDERS = /^!?(brand|brand_id|conversion_type|segment|day|week|month):/;

/** The filters that reports on customers take. */
export const filtersOfCustomers = ({ filter }: View): string[] => filter.filter((one) => OF_FIRST_ORDERS.test(one));

export type LifetimeValue = ReportsLifetimeValue;
export function useLifetimeValue(view: View, by: string) {
  return useAnswer<LifetimeValue>('/v1/reports/lifetime_value', {
    ...uncompared({ ...view, filter: filtersOfCustomers(view) }),
    by,
  });
}

export type Cohorts = ReportsCohorts;
export function useCohorts(view: View, by: string) {
  return useAnswer<Cohorts>('/v1/reports/cohorts', {
    ...withoutModel({ ...view, compare: 'none', filter: filtersOfCustomers(view) }),
    by,
  });
}

export type Changes = ReportsChanges;
export function useChanges(view: View, group_by: string) {
  const compare = view.compare === 'none' ? 'previous_period' : view.compare;
  return useAnswer<Changes>('/v1/reports/changes', { ...asked({ ...view, compare }), group_by });
}

export type ListHealth = ReportsListHealth;
/** Reports on emails have no filters. */
export function useListHealth({ start, end, brand_id, currency, compare }: View) {
  const parameters = { start, end, brand_id, currency, compare: compare === 'none' ? undefined : compare };
  return useAnswer<ListHealth>('/v1/reports/list_health', parameters);
}

export type Fatigue = ReportsFatigue;
export function useFatigue({ start, end, brand_id }: View, campaign_kind: string) {
  return useAnswer<Fatigue>('/v1/reports/fatigue', { start, end, brand_id, campaign_kind });
}

export type SendTimes = ReportsSendTimes;
export function useSendTimes({ start, end, brand_id, currency, model }: View, campaign_kind: string) {
  return useAnswer<SendTimes>('/v1/reports/send_times', { start, end, brand_id, currency, model, campaign_kind });
}
