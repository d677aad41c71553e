/** Three things today: what the reports of a period are surest of and what most money hangs on. docs/semantics.md 21. */
import { formatMicros } from '../../domain/money.ts';
import { choice } from '../../domain/parameter.ts';
import { type Static, type TObject, Type } from '../../domain/typebox.ts';
import { attribution } from '../attribution.ts';
import { campaigns } from '../campaigns.ts';
import type { Asker, ReportContext, ReportJson, Resolved } from '../context.ts';
import { dataQuality } from '../data-quality.ts';
import { defineReport } from '../declare.ts';
import { COMPARES, type Compare } from '../earlier-period.ts';
import { ONE_MODEL_UNFILTERED } from '../parameters.ts';
import { TODAY_MEANINGS, TodayResult } from '../results/today.ts';
import { daysOf } from '../time-series.ts';
import { earlierInWords } from '../what-changed/words.ts';
import { campaignFindings } from './campaign-findings.ts';
import { channelFindings } from './channel-findings.ts';
import { dataFindings } from './data-findings.ts';
import { type Finding, inOrder } from './findings.ts';

const DEFAULT_COMPARE: Compare = 'previous_period';
const MOST = 3;

const TodayParameters = Type.Object(
  {
    ...ONE_MODEL_UNFILTERED,
    compare: Type.Optional(
      choice(COMPARES, `The earlier period that channels are set beside; ${DEFAULT_COMPARE} when left out`, {
        'x-value': COMPARES.join('|'),
      }),
    ),
  },
  { additionalProperties: false },
);

async function todayReport(
  context: ReportContext,
  parameters: Static<typeof TodayParameters>,
  asker: Asker,
): Promise<ReportJson> {
  const { compare = DEFAULT_COMPARE, ...asked } = parameters;
  const by_channel = { ...asked, group_by: 'channel', intervals: 'true' };
  const channels = await attribution.run(context, { ...by_channel, compare }, asker);
  // The other reports are of the same period and position.
  const same = { ...(channels['report_period'] as object), as_of: channels['as_of'] };
  const plans: Resolved[] = [];
  const noted = { ...context, resolved: (one: Resolved): void => void plans.push(one) };
  const [before, sent, quality] = await Promise.all([
    attribution.run({ ...context, earlier: compare }, { ...by_channel, ...same }, asker),
    campaigns.run(context, { ...asked, ...same }, asker),
    dataQuality.run(noted, known(dataQuality.parameters, { ...asked, ...same }), asker),
  ]);
  const currency = channels['currency'] as string;
  const earned = earnedOf(channels, currency);
  const earlier = before['report_period'] as { start: string; end: string };
  const found = inOrder([
    ...channelFindings(channels, before, { than: earlierInWords(compare, earlier), currency }),
    ...campaignFindings(sent, earned.email),
    ...dataFindings(quality, earned, lengthOf(plans[0]!)),
  ]);
  const { report_period, artifacts, pinned_models, as_of, config_hash, generated_at, attribution_model } = channels;
  return {
    report_period,
    ...(artifacts === undefined ? {} : { artifacts }),
    ...(pinned_models === undefined ? {} : { pinned_models }),
    currency,
    as_of,
    config_hash,
    generated_at,
    comparison: { compare, report_period: earlier, config_hash: before['config_hash'] },
    attribution_model,
    things: found.slice(0, MOST).map(thingOf),
    further_things: Math.max(0, found.length - MOST),
    warnings: channels['warnings'],
  };
}

/** The parameters that a report has. */
const known = ({ properties }: TObject, asked: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => name in properties));

function earnedOf({ summary }: ReportJson, currency: string): { all: bigint; email: bigint; currency: string } {
  const { total_revenue_micros, email_attributed_revenue_micros } = summary as Record<string, string>;
  return { all: BigInt(total_revenue_micros!), email: BigInt(email_attributed_revenue_micros!), currency };
}

function lengthOf({ plan }: Resolved): number {
  const { from_day, until_day } = daysOf(plan);
  return until_day - from_day;
}

const thingOf = ({ at_stake_micros, ...finding }: Finding): ReportJson => ({
  ...finding,
  at_stake_micros: at_stake_micros === null ? null : String(at_stake_micros),
  at_stake: at_stake_micros === null ? null : formatMicros(at_stake_micros),
});

export const today = defineReport({
  name: 'today',
  command: 'report today',
  path: '/v1/reports/today',
  summary: 'At most three things that the data is sure about, those with most money at stake first',
  description:
    'Campaigns that cost more than they earn, or earn more per recipient than others; channels that changed by more than chance; complaints; records that stopped; opens by machines. Each with its figures. Nothing is listed that may be chance.',
  parameters: TodayParameters,
  result: TodayResult,
  main_table: { rows: 'things' },
  explain: TODAY_MEANINGS,
  run: todayReport,
});
