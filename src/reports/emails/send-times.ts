/** The best time to send, and how long after it people answer. It is not causal. docs/semantics.md 19. */
import { money } from '../../domain/money.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { EMAILS_OF_KIND, ONE_MODEL_UNFILTERED } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { SEND_TIMES_MEANINGS, SendTimesResult } from '../results/send-times.ts';
import { answerTimes } from './answer-times.ts';
import { brandWeeks } from './brand-weeks.ts';
import { slotRows } from './send-slots.ts';
import { readSendTimes } from './send-times-in-memory.ts';

const SendTimesParameters = Type.Object(
  { ...ONE_MODEL_UNFILTERED, campaign_kind: EMAILS_OF_KIND },
  { additionalProperties: false },
);

export async function sendTimesReport(
  context: ReportContext,
  parameters: Static<typeof SendTimesParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { campaign_kind, ...shared } = parameters;
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'send_times', campaign_kind: campaign_kind ?? null },
      touch_columns: ['message_id'],
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const { plan } = resolved;
      const { rows: zones } = await brandWeeks(plan, DEFAULT_WEEK_START);
      const figures = await readSendTimes(snapshot, { ...context, served_by }, plan, { zones, campaign_kind });
      const { orders, micros, ...mailed } = figures.totals;
      const hours = slotRows('hour', figures.by_hour);
      const weekdays = slotRows('weekday', figures.by_weekday);
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        campaign_kind: campaign_kind ?? null,
        time_zones: [...new Set(plan.brands.map(({ settings }) => settings.time_zone))],
        best_hour: hours.best,
        best_weekday: weekdays.best,
        by_hour: hours.rows,
        by_weekday: weekdays.rows,
        answer_times: answerTimes(figures),
        totals: { ...mailed, influenced_orders: orders, ...money('attributed_revenue', micros) },
        is_causal: false,
        warnings: figures.warnings,
      };
    });
  }, readOptions(context));
}

export const sendTimes = defineReport({
  name: 'send_times',
  command: 'report send-times',
  path: '/v1/reports/send_times',
  summary: 'When emails are sent, and how soon people answer',
  description:
    'Emails of the period by the hour and the weekday of their delivery in the zone of the brand: recipients, human opens and clicks, influenced orders and credit; and the time to the first open and click by kind of campaign. A best time is named only where the intervals are apart.',
  parameters: SendTimesParameters,
  result: SendTimesResult,
  main_table: { rows: 'by_hour', also: ['by_weekday'] },
  explain: SEND_TIMES_MEANINGS,
  run: sendTimesReport,
});
