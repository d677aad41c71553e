/** Fatigue: how people answer in weeks with few and with many emails. It is not causal. docs/semantics.md 19. */
import { choice } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import { groupRate, total } from '../../learning/group-rates.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { DEFAULT_WEEK_START, WEEK_STARTS } from '../groups.ts';
import { EMAIL_LIST_PARAMETERS, EMAILS_OF_KIND } from '../parameters.ts';
import { personDraws } from '../person-draws.ts';
import { resolveParameters } from '../resolve.ts';
import { FATIGUE_MEANINGS, FatigueResult } from '../results/fatigue.ts';
import { brandWeeks } from './brand-weeks.ts';
import { intervalOf } from './intervals.ts';
import { readPersonWeeks } from './person-weeks.ts';
import { type Counts, MANY } from './week-counts.ts';

const { adjustments: _adjustments, currency: _currency, ...SHARED } = EMAIL_LIST_PARAMETERS;
const FatigueParameters = Type.Object(
  {
    ...SHARED,
    campaign_kind: EMAILS_OF_KIND,
    week_start: Type.Optional(
      choice(WEEK_STARTS, 'First day of a week; monday when left out', { 'x-value': 'monday|sunday' }),
    ),
  },
  { additionalProperties: false },
);

const LEVEL = 0.9;
const LEAST = { cases: 100, events: 10 };

export async function fatigueReport(
  context: ReportContext,
  parameters: Static<typeof FatigueParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { campaign_kind, week_start = DEFAULT_WEEK_START, ...shared } = parameters;
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'fatigue', campaign_kind: campaign_kind ?? null, week_start },
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const { plan } = resolved;
      const { rows, weeks } = await brandWeeks(plan, week_start);
      const asked = { brand_weeks: rows, week_start, campaign_kind };
      const buckets = await readPersonWeeks(snapshot, { ...context, served_by }, plan, asked);
      const { currency: _none, ...head } = reportHead(resolved, context.clock());
      return {
        ...head,
        campaign_kind: campaign_kind ?? null,
        whole_weeks: weeks,
        messages_per_week: bucketRows(buckets),
        is_causal: false,
      };
    });
  }, readOptions(context));
}

/** The rows by the number of messages. */
function bucketRows(buckets: readonly Counts[]): ReportJson[] {
  const draws = personDraws();
  return buckets.map((counts, messages) => {
    const rate = (name: 'clicks' | 'orders' | 'losses', events: string): ReportJson =>
      intervalOf(groupRate(draws, counts[name], counts.weeks, LEVEL, LEAST, ['people-weeks', events]));
    return {
      messages: messages === MANY ? `${MANY}+` : String(messages),
      person_weeks: total(counts.weeks),
      people: total(counts.people),
      clicked: rate('clicks', 'weeks with a click'),
      ordered: rate('orders', 'weeks with an order'),
      lost: rate('losses', 'weeks with an unsubscription or complaint'),
    };
  });
}

export const fatigue = defineReport({
  name: 'fatigue',
  command: 'report fatigue',
  path: '/v1/reports/fatigue',
  summary: 'How people answer in weeks with few and with many emails',
  description:
    'Weeks of people on the list by the number of emails that were delivered to them: how often they clicked, ordered, left or complained. Who gets more emails is not random, so this is no effect of the emails.',
  parameters: FatigueParameters,
  result: FatigueResult,
  main_table: { rows: 'messages_per_week' },
  explain: FATIGUE_MEANINGS,
  run: fatigueReport,
});
