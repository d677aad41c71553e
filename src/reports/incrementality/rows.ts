/** Rows of credit beside what was caused: by an experiment, by prediction, or neither. */
import type { Design } from '../../domain/experiment.ts';
import { money, moneyOrNull, ratio } from '../../domain/money.ts';
import { dayText, formatInstant } from '../../domain/time.ts';
import { spendMoney } from '../campaign-metrics.ts';
import type { ReportJson } from '../context.ts';
import type { Credited, Evidence, Reach } from './evidence.ts';
import type { Lift, Total } from './lift.ts';
import type { Pie } from './pie.ts';

export const BASES = ['experiment', 'predicted', 'none'] as const;

/** A campaign or channel in a time, with the credit of one model. */
interface Target {
  /** The field that names it. */
  by: 'campaign_id' | 'channel';
  name: string | null;
  model: string;
  start_ms: number;
  end_ms: number;
  /** The zone of the brand, for days in sentences. */
  time_zone: string;
  credited: Credited;
  spend_micros: bigint | null;
}

/** What was caused, in orders and in micros. */
interface Caused {
  orders: Pick<Total, 'total' | 'low' | 'high'> | null;
  revenue: Pick<Total, 'total' | 'low' | 'high'> | null;
}

const micros = (value: number): bigint => BigInt(Math.round(value));
/** Six decimals, and never -0. */
export const figure = (value: number): number => Number(value.toFixed(6)) + 0;

function causedFields({ orders, revenue }: Caused, { credited, spend_micros }: Target): ReportJson {
  const back = (value: number | undefined): number | null =>
    value === undefined || spend_micros === null || spend_micros <= 0n ? null : ratio(micros(value), spend_micros);
  const amount = (name: string, value: number | undefined): ReportJson =>
    moneyOrNull(name, value === undefined ? null : micros(value));
  return {
    incremental_orders: orders && figure(orders.total),
    incremental_orders_low: orders && figure(orders.low),
    incremental_orders_high: orders && figure(orders.high),
    ...amount('incremental_revenue', revenue?.total),
    ...amount('incremental_revenue_low', revenue?.low),
    ...amount('incremental_revenue_high', revenue?.high),
    incremental_part: orders === null || credited.orders === 0 ? null : figure(orders.total / credited.orders),
    incremental_return: back(revenue?.total),
    incremental_return_low: back(revenue?.low),
    incremental_return_high: back(revenue?.high),
  };
}

function headOf(target: Target): ReportJson {
  const { by, name, model, start_ms, end_ms, credited, spend_micros } = target;
  return {
    [by]: name,
    attribution_model: model,
    starts_at: formatInstant(start_ms),
    ends_at: formatInstant(end_ms),
    attributed_orders: figure(credited.orders),
    ...money('attributed_revenue', credited.micros),
    ...spendMoney(spend_micros),
    attributed_return: spend_micros === null || spend_micros <= 0n ? null : ratio(credited.micros, spend_micros),
  };
}

const NO_EXPERIMENT = { experiment_id: null, scope: null, treated_people: null, held_out_people: null };
const orders = (value: number): string => `${value >= 0 ? '' : '−'}${Math.abs(value).toFixed(1)}`;

/** The row of a finished experiment: everything is about its treated people and its time. */
export function experimentRow(target: Target, design: Design, lift: Lift): ReportJson {
  const { total, low, high } = lift.orders;
  const percent = Number(((1 - design.alpha) * 100).toFixed(1));
  const day = (at_ms: number): string => dayText(target.time_zone, at_ms);
  const credit = `${target.model} credits ${orders(target.credited.orders)}`;
  return {
    basis: 'experiment',
    ...headOf(target),
    experiment_id: design.experiment_id,
    scope: design.scope,
    treated_people: lift.treated,
    held_out_people: lift.held_out,
    ...causedFields(lift, target),
    sentence: `From ${day(target.start_ms)} to ${day(target.end_ms)}, the ${lift.treated} treated people placed ${orders(total)} orders (${percent} %: ${orders(low)} to ${orders(high)}) that the holdout says they would not have placed; ${credit}.`,
  };
}

/** The row of a campaign or channel without a finished experiment: predicted, or not known. */
export function periodRow(target: Target, reach: Reach, pie: Pie, is_flow: boolean, reason: string | null): ReportJson {
  const guess = pie.predict({ ...reach, credited_orders: target.credited.orders, is_flow });
  const known = typeof guess === 'string' ? null : guess;
  const per_order = target.credited.orders > 0 ? Number(target.credited.micros) / target.credited.orders : null;
  const revenue =
    known === null || per_order === null
      ? null
      : { total: known.total * per_order, low: known.low * per_order, high: known.high * per_order };
  const why = [...(reason === null ? [] : [reason]), ...(typeof guess === 'string' ? [guess] : [])].join('; ');
  return {
    basis: known === null ? 'none' : 'predicted',
    ...headOf(target),
    ...NO_EXPERIMENT,
    ...causedFields({ orders: known, revenue }, target),
    sentence:
      known === null
        ? `No experiment: what it caused is not known (${why}).`
        : `Predicted from ${pie.experiments} experiments, not measured: ${orders(known.total)} orders (95 %: ${orders(known.low)} to ${orders(known.high)}).`,
  };
}

/** The reasons why experiments on each name have no result. */
export function refusalsByName(
  evidence: readonly Evidence[],
  nameOf: (design: Design) => string | null,
): Map<string | null, string> {
  const reasons = new Map<string | null, string>();
  for (const { design, refused } of evidence) {
    const name = nameOf(design);
    if (refused !== null && !reasons.has(name)) reasons.set(name, `experiment ${design.experiment_id}: ${refused}`);
  }
  return reasons;
}

/** How a row of PIE describes itself. */
export const pieRow = (
  attribution_model: string,
  { experiments, refused, left_out_error, credit_error }: Pie,
): ReportJson => ({
  attribution_model,
  experiments,
  refused,
  left_out_error: left_out_error === null ? null : figure(left_out_error),
  credit_error: credit_error === null ? null : figure(credit_error),
});
