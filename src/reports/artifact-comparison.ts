/** Two fits side by side before one is used: what reports of a period say with each, and what each learned of the channels. */
import { brandWithin } from '../domain/brand-access.ts';
import { money, moneyInWords, ratio } from '../domain/money.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Artifact } from '../models/artifacts/artifact.ts';
import { percentOf } from '../models/artifacts/choose.ts';
import { attribution } from './attribution.ts';
import type { Asker, ReportContext, ReportJson } from './context.ts';
import { defineReport } from './declare.ts';
import { artifactOf } from './models.ts';
import { PERIOD_REPORT_PARAMETERS } from './parameters.ts';
import { ArtifactComparisonResult, COMPARISON_MEANINGS } from './results/artifact-comparison.ts';

const { start, end, brand_id, as_of, currency } = PERIOD_REPORT_PARAMETERS;
const ComparisonParameters = Type.Object({ start, end, brand_id, as_of, currency }, { additionalProperties: false });

/** Sentences about channels. */
const MOST_MOVERS = 3;
/** A channel that moved by less than this part of the credit is not worth a sentence. */
const LEAST_MOVE = 0.005;

interface Row {
  channel: string | null;
  first_revenue_micros: bigint;
  second_revenue_micros: bigint;
  first_share: number | null;
  second_share: number | null;
  first_learned: Learned;
  second_learned: Learned;
}
type Learned = { share: number | null; low: number | null; high: number | null };
const UNKNOWN: Learned = { share: null, low: null, high: null };

async function compareArtifacts(
  context: ReportContext,
  {
    artifact_id,
    other_artifact_id,
    ...asked
  }: Static<typeof ComparisonParameters> & { artifact_id: string; other_artifact_id: string },
  asker: Asker,
): Promise<ReportJson> {
  brandWithin(asker.key_brand_id, asked.brand_id);
  const [first, second] = [
    await artifactOf(context, artifact_id, asker),
    await artifactOf(context, other_artifact_id, asker),
  ];
  // Fits of one brand are compared on this brand.
  const [only, ...others] = new Set([...first.brands, ...second.brands]);
  const of_brand = asked.brand_id === undefined && others.length === 0 ? { brand_id: only! } : {};
  const ask = (artifact: Artifact, more: object): Promise<ReportJson> =>
    attribution.run(
      context,
      { ...asked, ...of_brand, ...more, model: artifact.model, artifact: artifact.artifact_id, group_by: 'channel' },
      asker,
    );
  const of_first = await ask(first, {});
  const { report_period, as_of: position } = of_first as { report_period: object; as_of: string };
  const of_second = await ask(second, { ...report_period, as_of: position });
  const rows = rowsOf(of_first, of_second, first, second);
  const in_currency = of_first['currency'] as string;
  return {
    report_period,
    currency: in_currency,
    as_of: position,
    generated_at: of_first['generated_at'],
    first: sideOf(first, of_first),
    second: sideOf(second, of_second),
    channels: rows.map(shownRow),
    movers: moversOf(rows, in_currency),
    warnings: [...warningsOf(of_first), ...warningsOf(of_second)].filter(
      ({ message }, i, all) => all.findIndex((other) => other.message === message) === i,
    ),
  };
}

const warningsOf = (answer: ReportJson): Array<{ message: string }> => answer['warnings'] as Array<{ message: string }>;

function sideOf(
  { artifact_id, model, family, brands, as_of: learned_as_of }: Artifact,
  answer: ReportJson,
): ReportJson {
  const { attributed_micros } = answer['reconciliation'] as { attributed_micros: string };
  return {
    artifact_id,
    attribution_model: model,
    family,
    brands,
    learned_as_of,
    config_hash: answer['config_hash'],
    ...money('attributed_revenue', BigInt(attributed_micros)),
  };
}

function rowsOf(of_first: ReportJson, of_second: ReportJson, first: Artifact, second: Artifact): Row[] {
  const [earned, other] = [earnedOf(of_first), earnedOf(of_second)];
  const [learned, other_learned] = [learnedOf(first), learnedOf(second)];
  const sum = (of: Map<string | null, bigint>): bigint =>
    [...of.values()].reduce((total, micros) => total + micros, 0n);
  const [all, all_other] = [sum(earned), sum(other)];
  const rows = [...new Set([...earned.keys(), ...other.keys()])].map((channel): Row => {
    const [first_revenue_micros, second_revenue_micros] = [earned.get(channel) ?? 0n, other.get(channel) ?? 0n];
    return {
      channel,
      first_revenue_micros,
      second_revenue_micros,
      first_share: ratio(first_revenue_micros, all),
      second_share: ratio(second_revenue_micros, all_other),
      first_learned: learned.get(channel) ?? UNKNOWN,
      second_learned: other_learned.get(channel) ?? UNKNOWN,
    };
  });
  return rows.sort(
    (a, b) =>
      compareBig(b.first_revenue_micros, a.first_revenue_micros) || (String(a.channel) < String(b.channel) ? -1 : 1),
  );
}

const compareBig = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function earnedOf(answer: ReportJson): Map<string | null, bigint> {
  const rows = answer['channel_attribution'] as Array<{ channel: string | null; attributed_revenue_micros: string }>;
  return new Map(rows.map((row) => [row.channel, BigInt(row.attributed_revenue_micros)]));
}

function learnedOf({ card }: Artifact): Map<string | null, Learned> {
  const rows = card.channels as Array<{ channel: string; share?: number; share_low?: number; share_high?: number }>;
  return new Map(
    rows.map(({ channel, share = null, share_low = null, share_high = null }) => [
      channel,
      { share, low: share_low, high: share_high },
    ]),
  );
}

function shownRow(row: Row): ReportJson {
  const { channel, first_revenue_micros, second_revenue_micros, first_share, second_share } = row;
  const learned = (name: string, { share, low, high }: Learned): ReportJson => ({
    [`${name}_learned_share`]: share,
    [`${name}_learned_share_low`]: low,
    [`${name}_learned_share_high`]: high,
  });
  return {
    channel,
    ...money('first_revenue', first_revenue_micros),
    ...money('second_revenue', second_revenue_micros),
    ...money('difference_revenue', second_revenue_micros - first_revenue_micros),
    first_share,
    second_share,
    ...learned('first', row.first_learned),
    ...learned('second', row.second_learned),
  };
}

/** The channels that move most, in words. */
function moversOf(rows: readonly Row[], currency: string): string[] {
  const moves = rows
    .map((row) => ({ row, move: (row.second_share ?? 0) - (row.first_share ?? 0) }))
    .filter(({ move }) => Math.abs(move) >= LEAST_MOVE)
    .sort((a, b) => Math.abs(b.move) - Math.abs(a.move) || (String(a.row.channel) < String(b.row.channel) ? -1 : 1));
  return moves.slice(0, MOST_MOVERS).map(({ row, move }) => {
    const difference = row.second_revenue_micros - row.first_revenue_micros;
    const size = moneyInWords(difference < 0n ? -difference : difference, currency);
    const points = `${move < 0 ? '-' : '+'}${(Math.abs(move) * 100).toFixed(1)} points`;
    return `${row.channel ?? 'unknown'} goes from ${percentOf(row.first_share ?? 0)} to ${percentOf(row.second_share ?? 0)} of the credit (${points}; ${size} ${difference < 0n ? 'less' : 'more'})${intervalsInWords(row)}`;
  });
}

function intervalsInWords({ first_learned: a, second_learned: b }: Row): string {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return '';
  return a.high < b.low || b.high < a.low
    ? '; the 90 % intervals of what the two fits learned do not overlap'
    : '; the 90 % intervals of what the two fits learned overlap, so this may be chance';
}

export const artifactComparison = defineReport({
  name: 'artifact_comparison',
  command: 'models compare',
  tag: 'models',
  path: '/v1/models/:artifact_id/compare/:other_artifact_id',
  path_parameters: { artifact_id: '`artifact_id` from the list', other_artifact_id: 'that of the other fit' },
  summary: 'Two fits side by side',
  description:
    'What each channel earns in a period with one fit and with the other, what each fit learned with its 90 % interval, and the channels that move most in words. A trial is compared so before it is adopted. Both fits have to have passed their gate.',
  parameters: ComparisonParameters,
  result: ArtifactComparisonResult,
  main_table: { rows: 'channels' },
  explain: COMPARISON_MEANINGS,
  run: (context, asked, asker) => compareArtifacts(context, asked, asker),
});
