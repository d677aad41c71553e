/** The form of an answer with noise. It is the same for all reports. */
import { formatMicros, ratio } from '../../domain/money.ts';
import { Type } from '../../domain/typebox.ts';
import type { Bounds } from '../../privacy/differential-privacy/bounds.ts';
import { epsilonText } from '../../privacy/differential-privacy/epsilon.ts';
import {
  CONFIDENCE,
  type ConversionUnit,
  MEASURES,
  type Measure,
  type NoisePlan,
  type NoisyGroup,
  widthOf,
} from '../../privacy/differential-privacy/release.ts';
import type { ReportJson } from '../context.ts';
import { rounded } from '../emails/intervals.ts';
import { amount, closed, micros, nullable, number, PERIOD, text, textOrNull, texts } from '../results/shapes.ts';
import type { Noisy } from './declared.ts';

const NUMBER_COUNTS = ['conversions', 'journeys', 'orders'] as const satisfies ReadonlyArray<Noisy['counts']['name']>;
const bounded = <S>(name: string, schema: () => S): Record<string, S> => ({
  [name]: schema(),
  [`${name}_low`]: schema(),
  [`${name}_high`]: schema(),
});
const optional = (fields: Record<string, ReturnType<typeof number>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, Type.Optional(schema)]));

const COUNT_FIELDS = Object.assign({}, ...NUMBER_COUNTS.map((name) => optional(bounded(name, number))));
const REVENUE_FIELDS = { revenue_micros: micros(), ...bounded('revenue', amount) };
const ROW = { ...bounded('persons', number), ...COUNT_FIELDS, ...REVENUE_FIELDS };
/** Rows have the fields that name their group, too. */
const rowsOfGroups = () =>
  Type.Array(Type.Object(ROW, { additionalProperties: textOrNull() as never }) as ReturnType<typeof closed>);

export const NoisyResult = {
  ...closed({
    report: text(),
    report_period: PERIOD,
    brand_id: text(),
    attribution_model: Type.Optional(text()),
    group_by: texts(),
    filters: Type.Optional(texts()),
    currency: text(),
    as_of: text(),
    config_hash: text(),
    differential_privacy: closed({
      epsilon: text(),
      delta: number(),
      confidence: number(),
      bounds: closed({
        conversions_per_person: number(),
        revenue_per_person: amount(),
        groups_per_person: number(),
      }),
      noise: Type.Array(
        closed({ measure: text(), epsilon: number(), sensitivity: number(), scale: number(), half_width: number() }),
      ),
      min_noisy_persons: nullable(number()),
      meaning: texts(),
    }),
    groups: rowsOfGroups(),
    unattributed: Type.Optional(rowsOfGroups()),
    totals: Type.Array(closed({ rows: number(), ...COUNT_FIELDS, ...REVENUE_FIELDS })),
    groups_left_out: number(),
  }),
  description: 'With `dp_epsilon`: the figures with noise, and what protects each person',
};

type Counts = Noisy['counts'];

/** A value of a measure as answers show it: people and revenue are whole, conversions may be in millionths. */
function shown(measure: Measure, value: bigint, unit: ConversionUnit): number | string {
  if (measure === 'revenue') return formatMicros(value);
  return measure === 'conversions' ? ratio(value, unit)! : Number(value);
}

function figures(values: Partial<Record<Measure, bigint>>, plan: NoisePlan, counts: Counts, n: number): ReportJson {
  return Object.fromEntries(
    MEASURES.flatMap((measure) => {
      const value = values[measure];
      if (value === undefined) return [];
      const name = measure === 'conversions' ? counts.name : measure;
      const width = widthOf(plan, measure, n);
      const own = (at: bigint) => shown(measure, at, counts.unit);
      return [
        ...(measure === 'revenue' ? [['revenue_micros', value.toString()]] : []),
        [name, own(value)],
        [`${name}_low`, own(value - width)],
        [`${name}_high`, own(value + width)],
      ];
    }),
  );
}

export function noisyRow(
  { keys, sums }: NoisyGroup,
  fields: readonly string[],
  plan: NoisePlan,
  counts: Counts,
): ReportJson {
  return { ...Object.fromEntries(fields.map((field, i) => [field, keys[i]])), ...figures(sums, plan, counts, 1) };
}

/** The sums of the rows shown. People are not summed, since one may be in several groups. */
export function noisyTotals(shown_groups: readonly NoisyGroup[], plan: NoisePlan, counts: Counts): ReportJson {
  const sum = (measure: Measure): bigint => shown_groups.reduce((all, { sums }) => all + sums[measure], 0n);
  const n = shown_groups.length;
  return {
    rows: n,
    ...figures({ conversions: sum('conversions'), revenue: sum('revenue') }, plan, counts, n),
  };
}

/** What protects people in the answer, in numbers and in words. */
export function protection(
  plan: NoisePlan,
  bounds: Bounds,
  counts: Counts,
  { threshold, currency }: { threshold: number | null; currency: string },
): ReportJson {
  const own_epsilon = plan.epsilon_millis / 1_000 / MEASURES.length;
  const inUnits = (measure: Measure, value: bigint): number =>
    measure === 'revenue'
      ? Number(value) / 1e6
      : measure === 'conversions'
        ? Number(value) / Number(counts.unit)
        : Number(value);
  const noise = MEASURES.map((measure) => ({
    measure: measure === 'conversions' ? counts.name : measure,
    epsilon: rounded(own_epsilon),
    sensitivity: inUnits(measure, plan.sensitivity[measure]),
    scale: rounded(inUnits(measure, plan.sensitivity[measure]) / own_epsilon),
    half_width: inUnits(measure, widthOf(plan, measure)),
  }));
  return {
    epsilon: epsilonText(plan.epsilon_millis),
    delta: threshold === null ? 0 : bounds.delta,
    confidence: CONFIDENCE,
    bounds: {
      conversions_per_person: bounds.conversions_per_person,
      revenue_per_person: formatMicros(bounds.revenue_micros_per_person),
      groups_per_person: bounds.groups_per_person,
    },
    noise,
    min_noisy_persons: threshold,
    meaning: inWords(plan, bounds, counts, { noise, threshold, currency }),
  };
}

function inWords(
  plan: NoisePlan,
  bounds: Bounds,
  counts: Counts,
  said: { noise: Array<{ measure: string; half_width: number }>; threshold: number | null; currency: string },
): string[] {
  const { noise, threshold, currency } = said;
  const widths = noise.map(({ measure, half_width }) => `${half_width} ${measure === 'revenue' ? currency : measure}`);
  return [
    `Every number has random noise. It is within ${widths.join(', ')} of the value below it in ${CONFIDENCE * 100} of 100 cases; _low and _high are these bounds. A number may be below zero.`,
    `Of one person at most ${bounds.conversions_per_person} ${counts.name}, ${formatMicros(bounds.revenue_micros_per_person)} ${currency} and ${bounds.groups_per_person} groups count. What is above is cut before the noise, and the intervals do not hold it; who runs this Tributary sees how much it is.`,
    `Whether any one person is in the data or not changes the chance of any answer by a factor of at most exp(${epsilonText(plan.epsilon_millis)})${threshold === null ? '' : `, but for a chance of at most ${bounds.delta}`}. The epsilons of several answers add up.`,
    threshold === null
      ? 'Every group is named by the question, so each is shown, also where it has nobody.'
      : `Groups that the data names are shown from ${threshold} people on, after noise. Groups that the question names are always shown, also where they have nobody.`,
    'The totals are the sums of the rows shown. Asked again, the same question has the same answer.',
  ];
}
