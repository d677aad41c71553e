/** Advice: what to do with the budget, how often and when to send, rules that are broken, and three things today. docs/semantics.md 28. */
import { hash } from 'node:crypto';
import { brandWithin } from '../../domain/brand-access.ts';
import { canonicalText } from '../../domain/canonical-json.ts';
import { choice, words } from '../../domain/parameter.ts';
import { type Static, type TObject, Type } from '../../domain/typebox.ts';
import { attribution } from '../attribution.ts';
import type { Asker, ReportContext, ReportJson } from '../context.ts';
import { defineReport, type Report } from '../declare.ts';
import { COMPARES } from '../earlier-period.ts';
import { fatigue } from '../emails/fatigue.ts';
import { sendTimes } from '../emails/send-times.ts';
import { lags } from '../lags/report.ts';
import { ONE_MODEL_UNFILTERED } from '../parameters.ts';
import { ADVICE_MEANINGS, AdviceResult } from '../results/advice.ts';
import { SendingParameters, sendingFigures } from '../sending/figures.ts';
import { today } from '../today/report.ts';
import { brandRules } from './brand-rules.ts';
import { askedBudget, budgetParts } from './budget.ts';
import { frequencyAdvice, timeAdvice } from './emails.ts';
import { spendWeeks, wholeWeeks } from './weekly.ts';

const DEFAULT_WEEKS = 104;
/** The model whose credit is incremental. */
const INCREMENTAL = 'algorithmic_incremental';

const AdviceParameters = Type.Object(
  {
    ...ONE_MODEL_UNFILTERED,
    compare: Type.Optional(
      choice(COMPARES, 'The earlier period that channels are set beside; previous_period when left out', {
        'x-value': COMPARES.join('|'),
      }),
    ),
    weeks: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 208,
        description: `Whole weeks before the end from which the response to spend is learned; ${DEFAULT_WEEKS} when left out`,
        'x-value': 'weeks',
      }),
    ),
    budget: Type.Optional(
      words('What is to be spent in a week, in the currency of the answer; what is spent now when left out', {
        'x-value': 'amount',
      }),
    ),
    set: Type.Optional(
      Type.Array(Type.String({ minLength: 3, maxLength: 300 }), {
        maxItems: 50,
        description:
          'Asks what would change if a channel had this spend in a week, as CHANNEL=AMOUNT; may be given several times',
        'x-value': 'channel=amount',
      }),
    ),
  },
  { additionalProperties: false },
);

async function adviceReport(
  context: ReportContext,
  parameters: Static<typeof AdviceParameters>,
  asker: Asker,
): Promise<ReportJson> {
  const { weeks = DEFAULT_WEEKS, budget, set, compare, ...asked } = parameters;
  const question = askedBudget(budget, set);
  const first = await today.run(context, { ...asked, ...(compare === undefined ? {} : { compare }) }, asker);
  const period = first['report_period'] as { start: string; end: string };
  const same = { ...asked, ...period, as_of: first['as_of'] };
  const ask = (report: Report, own: ReportJson = {}): Promise<ReportJson> =>
    report.run(context, known(report.parameters, { ...same, ...own }), asker);
  const brand_id = brandWithin(asker.key_brand_id, asked.brand_id);
  const { time_zone } = context.settings(brand_id ?? context.configured_brands[0] ?? '');
  const long = wholeWeeks(period.end, time_zone, context.clock(), weeks);
  // One after the other: each keeps its own rows in memory.
  const weekly = await ask(attribution, { ...long, group_by: 'channel,week' });
  const times_to_order = await ask(lags, long);
  const found = spendWeeks(weekly, times_to_order, long);
  const asked_rules = { period, as_of: first['as_of'] as string, model: asked.model };
  const rules = brand_id === null ? {} : (context.adviceRules?.(brand_id) ?? {});
  const currency = first['currency'] as string;
  const { things, further_things, warnings, config_hash, ...head } = first;
  const budget_parts = budgetParts(found, question, { first_week: found.first_week, end: long.end, currency });
  return {
    ...head,
    config_hash: hashOf([config_hash, weekly['config_hash'], weeks, budget ?? null, set ?? [], rules]),
    measure: first['attribution_model'] === INCREMENTAL ? 'incremental' : 'attributed',
    things,
    further_things,
    ...budget_parts,
    ...(await emailParts(context, ask, { asked: known(SendingParameters, same), asker })),
    rules: brand_id === null ? [] : await brandRules(context, { brand_id, ...asked_rules }),
    warnings,
  };
}

/** How often and when to send. */
async function emailParts(
  context: ReportContext,
  ask: (report: Report) => Promise<ReportJson>,
  { asked, asker }: { asked: Static<typeof SendingParameters>; asker: Asker },
): Promise<ReportJson> {
  const weeks = (await ask(fatigue))['messages_per_week'] as Array<{ messages: string; person_weeks: number }>;
  const clicked = await ask(sendTimes);
  const sending = await sendingFigures(context, asked, asker);
  const person_weeks = weeks.reduce((sum, own) => sum + (own.messages === '0' ? 0 : own.person_weeks), 0);
  return { frequency: frequencyAdvice(sending, person_weeks), send_time: timeAdvice(sending, clicked) };
}

/** The parameters that a report has. */
const known = ({ properties }: TObject, asked: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(asked).filter(([name, value]) => name in properties && value !== undefined));

const hashOf = (parts: readonly unknown[]): string => hash('sha256', canonicalText(parts), 'hex').slice(0, 16);

export const advice = defineReport({
  name: 'advice',
  command: 'advice',
  path: '/v1/advice',
  summary: 'What to do with the budget, how often and when to send, and three things today',
  description:
    'The response of revenue to the spend of each channel, learned from whole weeks; a split of the budget that surely brings more, or to leave it; what other spend would change (`set`); emails a week and times to send; rules of the configuration that are broken; and the report on today. It advises and never changes credit.',
  parameters: AdviceParameters,
  result: AdviceResult,
  main_table: { rows: 'channels' },
  explain: ADVICE_MEANINGS,
  run: adviceReport,
});
