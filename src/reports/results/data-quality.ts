/** The answer of the data quality report. */
import { closed, count, instant, nullable, PERIOD_HEAD, ratio, rows, text, texts } from './shapes.ts';

const split = () => closed({ touchpoints: count(), by_people: count(), by_machines: count(), machine_share: ratio() });

export const DataQualityResult = closed({
  ...PERIOD_HEAD,
  opens: split(),
  clicks: split(),
  verdicts: rows({ touchpoint_type: text(), verdict: text(), reasons: texts(), touchpoints: count() }),
  arrivals: rows({
    record: text(),
    records: count(),
    over_an_hour_late: count(),
    over_a_day_late: count(),
    over_a_week_late: count(),
    ahead_of_clock: count(),
    last_received_at: nullable(instant()),
    days_with_records: count(),
    longest_silence_days: count(),
    silence_days: count(),
  }),
  conflicts: rows({ record: text(), conflicts: count() }),
  dead_letters: rows({ record: text(), dead_letters: count() }),
  denied: rows({ day: text(), record: text(), channel: text(), events: count() }),
  orders: closed({ orders: count(), without_touches: count() }),
  refunds: closed({ refunds: count(), of_unknown_orders: count() }),
  unknown_campaigns: rows({ campaign_id: text(), touchpoints: count() }),
  spend_without_touches: rows({ channel: text(), campaign_id: text(), spend_lines: count() }),
});

export const DATA_QUALITY_MEANINGS = {
  by_machines: 'Touchpoints whose verdict is machine or bot; they earn no credit',
  by_people: 'All others; opens through a proxy that loads images when the reader opens are among them',
  machine_share: 'by_machines / touchpoints',
  verdicts: 'Touchpoints of the period by type, verdict and the reasons for it, most first; at most 1,000 rows',
  arrivals: 'Records that happened in the period, and how long after it they arrived. Imported files arrive late, too',
  days_with_records: 'Days of the period (UTC) on which such records happened',
  longest_silence_days: 'The most days in a row without such a record, between two days with one',
  silence_days: 'Days without such a record from the last one to the last day with a record of any of these kinds',
  over_an_hour_late: 'Records that arrived more than an hour after they happened',
  ahead_of_clock: 'Records that happened more than a minute after they arrived: the clock of their sender is fast',
  without_touches: 'Orders of people without any touchpoint from 30 days before the period to its end',
  of_unknown_orders: 'Refunds and other adjustments that name an order that is not known',
  unknown_campaigns:
    'Campaigns of opens and clicks that no email event of the last 90 days names, most touchpoints first, where the brand sends email events; at most 100',
  spend_without_touches:
    'Campaigns with spend that no touchpoint names from 30 days before the period to its end; at most 100',
  conflicts: 'Records that arrived in the period with a known id and other content; the first record of an id counts',
  denied:
    'Events of people who denied measurement with them, where the settings keep only a count: by day of receipt (UTC), record and channel. They are in no other figure. `as_of` does not change them; at most 1,000 rows',
  dead_letters: 'Records that arrived in the period, could not be stored, and were not replayed since',
};
