/** How long after the delivery people first open and click, by kind of campaign. */
import { ratio } from '../../domain/money.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { ReportJson } from '../context.ts';
import { MESSAGES } from '../relations.ts';

/** Upper ends of the buckets in hours. One more bucket has no upper end. */
const HOURS = [1, 2, 4, 8, 24, 48, 72, 168] as const;
const PERCENTILES = [25, 50, 75, 90] as const;
const ANSWERS = { open: 'opened_ms', click: 'clicked_ms' } as const;

export async function answerTimes(snapshot: Snapshot): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select campaign_kind, count(*) as delivered from ${MESSAGES.name} group by campaign_kind`,
  );
  const kinds = readAll(rows, { campaign_kind: 'text?', delivered: 'number' });
  kinds.sort((a, b) => b.delivered - a.delivered || ((a.campaign_kind ?? '') < (b.campaign_kind ?? '') ? -1 : 1));
  const times: ReportJson[] = [];
  for (const answer of ['open', 'click'] as const) {
    const found = await readTimes(snapshot, ANSWERS[answer]);
    for (const { campaign_kind, delivered } of kinds) {
      const own = found.get(campaign_kind);
      times.push({
        campaign_kind,
        answer,
        delivered,
        answered: own?.answered ?? 0,
        ...Object.fromEntries(
          PERCENTILES.map((p) => [`p${p}_hours`, ratio(own?.percentiles.get(p) ?? 0, own ? MS_PER_HOUR : 0)]),
        ),
        buckets: [...HOURS, null].map((until_hours, i) => ({
          from_hours: i === 0 ? 0 : HOURS[i - 1]!,
          until_hours,
          answered: own?.buckets.get(i) ?? 0,
          share: ratio(own?.buckets.get(i) ?? 0, own?.answered ?? 0),
        })),
      });
    }
  }
  return times;
}

interface Times {
  answered: number;
  buckets: Map<number, number>;
  /** In milliseconds. */
  percentiles: Map<number, number>;
}

async function readTimes(
  snapshot: Snapshot,
  column: (typeof ANSWERS)[keyof typeof ANSWERS],
): Promise<Map<string | null, Times>> {
  // An answer that is reported before the delivery came at once.
  const after = `greatest(int64(0), ${column} - delivered_ms)`;
  const bucket = `case ${HOURS.map((hours, i) => `when after_ms < ${hours * MS_PER_HOUR} then ${i}`).join(' ')} else ${HOURS.length} end`;
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
      if (Math.floor((p * (own.answered - 1)) / 100) + 1 === row.place) own.percentiles.set(p, row.after_ms);
  }
  return times;
}
