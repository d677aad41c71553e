/** The checks on what the data quality report says of the last day, beside the four weeks before. Pure. */
import { countInWords } from '../../domain/money.ts';
import { clip } from '../../domain/text.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Json } from '../../state/port.ts';
import type { Finding } from '../incidents.ts';
import { type CheckName, NEXT_STEPS } from './names.ts';
import { percent, rateOf, rose, type Share } from './shares.ts';

interface Split {
  touchpoints: number;
  by_machines: number;
}
/** The parts of the data quality report that the checks read. */
export interface Quality {
  opens: Split;
  clicks: Split;
  arrivals: ReadonlyArray<{ record: string; records: number; over_an_hour_late: number; ahead_of_clock: number }>;
  conflicts: ReadonlyArray<{ record: string; conflicts: number }>;
  dead_letters: ReadonlyArray<{ record: string; dead_letters: number }>;
  orders: { orders: number; without_touches: number };
  refunds: { refunds: number; of_unknown_orders: number };
  unknown_campaigns: ReadonlyArray<{ campaign_id: string; touchpoints: number }>;
  spend_without_touches: ReadonlyArray<{ campaign_id: string }>;
}

/** Samples of an incident. */
const MOST_SAMPLES = 5;
/** Touches of an unknown campaign that are no accident. */
const LEAST_TOUCHES = 10;

const words = (name: string): string => name.replaceAll('_', ' ');

/** @param now the last day. @param before the four weeks before it. */
export function qualityFindings(now: Quality, before: Quality, now_ms: number): Finding[] {
  const since_ms = now_ms - MS_PER_DAY;
  const finding = (check: CheckName, subject: string, summary: string, evidence: Record<string, Json>): Finding => ({
    ...{ check, subject, summary, since_ms, evidence, next_step: NEXT_STEPS[check] },
  });
  const share = (
    check: CheckName,
    subject: string,
    what: string,
    [recent, past]: readonly [Share, Share],
    limits: { least: number; cases: number },
  ): Finding[] =>
    rose(recent, past, limits)
      ? [
          finding(
            check,
            subject,
            `${countInWords(recent.count)} of ${countInWords(recent.of)} ${what} in the last day (${percent(rateOf(recent))}); it was ${percent(rateOf(past))} in the four weeks before.`,
            { count: recent.count, of: recent.of, count_before: past.count, of_before: past.of },
          ),
        ]
      : [];
  return [
    ...recordFindings(now, before, share),
    ...splitFindings(now, before, share),
    ...share(
      'unmatched_orders',
      'orders',
      'orders are of people without any touch',
      [
        { count: now.orders.without_touches, of: now.orders.orders },
        { count: before.orders.without_touches, of: before.orders.orders },
      ],
      { least: 0.1, cases: 10 },
    ),
    ...share(
      'refunds_without_orders',
      'refunds',
      'refunds name an order that is not known',
      [
        { count: now.refunds.of_unknown_orders, of: now.refunds.refunds },
        { count: before.refunds.of_unknown_orders, of: before.refunds.refunds },
      ],
      { least: 0.05, cases: 3 },
    ),
    ...campaignFindings(now, finding),
  ];
}

type ShareCheck = (
  check: CheckName,
  subject: string,
  what: string,
  shares: readonly [Share, Share],
  limits: { least: number; cases: number },
) => Finding[];

/** Checks of each kind of record. */
function recordFindings(now: Quality, before: Quality, share: ShareCheck): Finding[] {
  const countOf = (rows: ReadonlyArray<{ record: string }>, record: string, field: string): number =>
    Number((rows.find((row) => row.record === record) as Record<string, unknown> | undefined)?.[field] ?? 0);
  return now.arrivals.flatMap((arrival) => {
    const { record, records } = arrival;
    const past = before.arrivals.find((row) => row.record === record);
    if (past === undefined) return [];
    const both = (of: (row: typeof arrival) => number) =>
      [
        { count: of(arrival), of: records },
        { count: of(past), of: past.records },
      ] as const;
    const faults = (field: 'conflicts' | 'dead_letters') =>
      [
        { count: countOf(now[field], record, field), of: records },
        { count: countOf(before[field], record, field), of: past.records },
      ] as const;
    return [
      ...share(
        'late_records',
        record,
        `${words(record)} came more than an hour late`,
        both((row) => row.over_an_hour_late),
        {
          least: 0.05,
          cases: 20,
        },
      ),
      ...share(
        'clock_skew',
        record,
        `${words(record)} happened after they arrived`,
        both((row) => row.ahead_of_clock),
        {
          least: 0.01,
          cases: 5,
        },
      ),
      ...share('duplicates', record, `${words(record)} have a known id and other content`, faults('conflicts'), {
        least: 0.01,
        cases: 5,
      }),
      ...share('not_stored', record, `${words(record)} could not be stored`, faults('dead_letters'), {
        least: 0,
        cases: 1,
      }),
    ];
  });
}

function splitFindings(now: Quality, before: Quality, share: ShareCheck): Finding[] {
  const part = ({ by_machines, touchpoints }: Quality['opens']): Share => ({ count: by_machines, of: touchpoints });
  return (['opens', 'clicks'] as const).flatMap((kind) =>
    share('bot_share', kind, `${kind} are by machines`, [part(now[kind]), part(before[kind])], {
      least: 0.1,
      cases: 50,
    }),
  );
}

function campaignFindings(
  now: Quality,
  finding: (check: CheckName, subject: string, summary: string, evidence: Record<string, Json>) => Finding,
): Finding[] {
  const found: Finding[] = [];
  const unknown = now.unknown_campaigns.filter(({ touchpoints }) => touchpoints >= LEAST_TOUCHES);
  const name = (list: ReadonlyArray<{ campaign_id: string }>): string[] =>
    list.slice(0, MOST_SAMPLES).map(({ campaign_id }) => clip(campaign_id));
  if (unknown.length > 0)
    found.push(
      finding(
        'unknown_campaigns',
        'campaigns',
        `Opens and clicks of the last day name ${countInWords(unknown.length)} campaigns that were never sent, such as ${name(unknown)[0]}.`,
        { campaigns: unknown.length, samples: name(unknown) },
      ),
    );
  const spent = now.spend_without_touches;
  if (spent.length > 0)
    found.push(
      finding(
        'spend_without_touches',
        'campaigns',
        `Spend of the last day names ${countInWords(spent.length)} campaigns that no touch has, such as ${name(spent)[0]}.`,
        { campaigns: spent.length, samples: name(spent) },
      ),
    );
  return found;
}
