/** The best time to send, and how long after it people answer. It is not causal. docs/semantics.md 19. */
import { attribute } from '../../attribution/query.ts';
import { money } from '../../domain/money.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read } from '../../warehouse/read-row.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { EMAILS_OF_KIND, ONE_MODEL_UNFILTERED } from '../parameters.ts';
import { MESSAGE_CREDITS, MESSAGES } from '../relations.ts';
import { resolveParameters } from '../resolve.ts';
import { SEND_TIMES_MEANINGS, SendTimesResult } from '../results/send-times.ts';
import { readWarnings } from '../warnings.ts';
import { answerTimes } from './answer-times.ts';
import { brandWeeks, makeBrandWeeks } from './brand-weeks.ts';
import { makeMessageCredits, makeMessages } from './messages.ts';
import { readSlots } from './send-slots.ts';

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
    return answerOnce(context, resolved, '', async () => {
      const { plan } = resolved;
      const query = await attribute(snapshot, plan, context.directory);
      const { rows } = await brandWeeks(plan, DEFAULT_WEEK_START);
      const relation = await makeBrandWeeks(snapshot, rows);
      await makeMessages(snapshot, plan, relation, campaign_kind);
      await makeMessageCredits(snapshot, query);
      const hours = await readSlots(snapshot, 'hour');
      const weekdays = await readSlots(snapshot, 'weekday');
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        campaign_kind: campaign_kind ?? null,
        time_zones: [...new Set(plan.brands.map(({ settings }) => settings.time_zone))],
        best_hour: hours.best,
        best_weekday: weekdays.best,
        by_hour: hours.rows,
        by_weekday: weekdays.rows,
        answer_times: await answerTimes(snapshot),
        totals: await readTotals(snapshot),
        is_causal: false,
        warnings: await readWarnings(snapshot, plan, query),
      };
    });
  }, readOptions(context));
}

async function readTotals(snapshot: Snapshot): Promise<ReportJson> {
  const [row] = await snapshot.query(
    `select m.delivered as delivered, m.recipients as recipients, c.orders as orders, c.micros as micros
     from (select count(*) as delivered, count(distinct person) as recipients from ${MESSAGES.name}) m
     cross join (select count(distinct case when counted = 1 then order_no end) as orders, text128(coalesce(sum128(micros), int128(0))) as micros from ${MESSAGE_CREDITS.name}) c`,
  );
  const { delivered, recipients, orders, micros } = read(row, {
    delivered: 'number',
    recipients: 'number',
    orders: 'number',
    micros: 'bigint',
  });
  return { delivered, recipients, influenced_orders: orders, ...money('attributed_revenue', micros) };
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
