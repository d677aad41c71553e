/** The figures of the report on times of sending, by the query. */
import type { Plan } from '../../attribution/plan.ts';
import { attribute } from '../../attribution/query.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import type { ReportContext } from '../context.ts';
import { MESSAGE_CREDITS, MESSAGES } from '../relations.ts';
import { readWarnings } from '../warnings.ts';
import { makeBrandWeeks } from './brand-weeks.ts';
import { makeMessageCredits, makeMessages } from './messages.ts';
import {
  BUCKET_HOURS,
  DAYS_A_WEEK,
  emptySlots,
  HOURS_A_DAY,
  PERCENTILES,
  placeOfPercentile,
  type SendFigures,
  type SendTimesAsked,
  type Slot,
  type Times,
} from './send-figures.ts';

export async function sendTimesInSql(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  { zones, campaign_kind }: SendTimesAsked,
): Promise<SendFigures> {
  const query = await attribute(snapshot, plan, context.directory);
  const relation = await makeBrandWeeks(snapshot, zones);
  await makeMessages(snapshot, plan, relation, campaign_kind);
  await makeMessageCredits(snapshot, query);
  return {
    by_hour: await readSlots(snapshot, 'hour', HOURS_A_DAY),
    by_weekday: await readSlots(snapshot, 'weekday', DAYS_A_WEEK),
    delivered: await readKinds(snapshot),
    times: { open: await readTimes(snapshot, 'opened_ms'), click: await readTimes(snapshot, 'clicked_ms') },
    totals: await readTotals(snapshot),
    warnings: await readWarnings(snapshot, plan, query),
  };
}

type SlotColumn = 'hour' | 'weekday';

async function readSlots(snapshot: Snapshot, column: SlotColumn, count: number): Promise<Slot[]> {
  const slots = emptySlots(count);
  await readAnswers(snapshot, column, slots);
  await readEarned(snapshot, column, slots);
  return slots;
}

async function readAnswers(snapshot: Snapshot, column: SlotColumn, slots: readonly Slot[]): Promise<void> {
  const rows = await snapshot.query(
    `with of_people as (
       select ${column} as slot, person, count(*) as messages, count_where(opened_ms is not null) as opened,
         count_where(clicked_ms is not null) as clicked from ${MESSAGES.name} group by ${column}, person)
     select slot, hash256(person) as person_group, sum(messages) as messages, count(*) as recipients, sum(opened) as opened, sum(clicked) as clicked,
       count_where(opened > 0) as openers, count_where(clicked > 0) as clickers
     from of_people group by slot, hash256(person)`,
  );
  const shape = {
    slot: 'number',
    person_group: 'number',
    messages: 'number',
    recipients: 'number',
    opened: 'number',
    clicked: 'number',
    openers: 'number',
    clickers: 'number',
  } as const;
  for (const row of readAll(rows, shape)) {
    const slot = slots[row.slot]!;
    slot.delivered.set(row.person_group, row.messages);
    slot.opened.set(row.person_group, row.opened);
    slot.clicked.set(row.person_group, row.clicked);
    slot.recipients.set(row.person_group, row.recipients);
    slot.openers += row.openers;
    slot.clickers += row.clickers;
  }
}

async function readEarned(snapshot: Snapshot, column: SlotColumn, slots: readonly Slot[]): Promise<void> {
  const rows = await snapshot.query(
    `select ${column} as slot, hash256(person) as person_group, count(distinct case when counted = 1 then order_no end) as orders,
       count(distinct case when counted = 1 then person end) as buyers, text128(sum128(c.micros)) as micros
     from ${MESSAGE_CREDITS.name} c group by ${column}, hash256(person)`,
  );
  const shape = {
    slot: 'number',
    person_group: 'number',
    orders: 'number',
    buyers: 'number',
    micros: 'bigint',
  } as const;
  for (const { slot: number, person_group, orders, buyers, micros } of readAll(rows, shape)) {
    const slot = slots[number]!;
    slot.orders += orders;
    slot.buyers += buyers;
    slot.micros += micros;
    slot.credited.set(person_group, Number(micros));
  }
}

async function readKinds(snapshot: Snapshot): Promise<Map<string | null, number>> {
  const rows = await snapshot.query(
    `select campaign_kind, count(*) as delivered from ${MESSAGES.name} group by campaign_kind`,
  );
  return new Map(
    readAll(rows, { campaign_kind: 'text?', delivered: 'number' }).map((row) => [row.campaign_kind, row.delivered]),
  );
}

async function readTimes(snapshot: Snapshot, column: 'opened_ms' | 'clicked_ms'): Promise<Map<string | null, Times>> {
  // An answer that is reported before the delivery came at once.
  const after = `greatest(int64(0), ${column} - delivered_ms)`;
  const bucket = `case ${BUCKET_HOURS.map((hours, i) => `when after_ms < ${hours * MS_PER_HOUR} then ${i}`).join(' ')} else ${BUCKET_HOURS.length} end`;
  const answered = `(select campaign_kind, ${after} as after_ms from ${MESSAGES.name} where ${column} is not null)`;
  const counted = await snapshot.query(
    `select campaign_kind, ${bucket} as bucket, count(*) as answered from ${answered} a group by campaign_kind, ${bucket}`,
  );
  const times = new Map<string | null, Times>();
  for (const row of readAll(counted, { campaign_kind: 'text?', bucket: 'number', answered: 'number' })) {
    const own = times.get(row.campaign_kind) ?? { answered: 0, buckets: new Map(), percentiles: new Map() };
    times.set(row.campaign_kind, own);
    own.answered += row.answered;
    own.buckets.set(row.bucket, row.answered);
  }
  const places = PERCENTILES.map((p) => `place = idiv(${p} * (places - 1), 100) + 1`).join(' or ');
  const ranked = await snapshot.query(
    `select campaign_kind, place, max(after_ms) as after_ms from (
       select campaign_kind, after_ms, int64(row_number() over (partition by campaign_kind order by after_ms)) as place,
         int64(count(*) over (partition by campaign_kind)) as places from ${answered} a) ranked
     where ${places} group by campaign_kind, place`,
  );
  for (const row of readAll(ranked, { campaign_kind: 'text?', place: 'number', after_ms: 'number' })) {
    const own = times.get(row.campaign_kind)!;
    for (const p of PERCENTILES)
      if (placeOfPercentile(p, own.answered) === row.place) own.percentiles.set(p, row.after_ms);
  }
  return times;
}

async function readTotals(snapshot: Snapshot): Promise<SendFigures['totals']> {
  const [row] = await snapshot.query(
    `select m.delivered as delivered, m.recipients as recipients, c.orders as orders, c.micros as micros
     from (select count(*) as delivered, count(distinct person) as recipients from ${MESSAGES.name}) m
     cross join (select count(distinct case when counted = 1 then order_no end) as orders, text128(coalesce(sum128(micros), int128(0))) as micros from ${MESSAGE_CREDITS.name}) c`,
  );
  return read(row, { delivered: 'number', recipients: 'number', orders: 'number', micros: 'bigint' });
}
