/** Judges the newest hours of the series of a brand, and says what began and what ended. */
import { formatInstant, MS_PER_HOUR } from '../domain/time.ts';
import { type Alarm, type KnownBaselines, type WatchState, watchHour } from '../learning/hourly/watch.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { NEXT_STEPS } from './checks/names.ts';
import type { Finding } from './incidents.ts';
import { metricInWords } from './metrics.ts';
import type { BrandSeries, WatchedSeries } from './series.ts';
import type { BrandStanding, KeptAlarm, SeenSeries } from './standing.ts';

export interface Judged {
  alarms: Record<string, KeptAlarm>;
  rests: Record<string, number>;
  seen: SeenSeries[];
  /** Alarms that are on after the last hour, which was unusual. */
  on: Finding[];
  /** Subjects of alarms that are on, and whose last hour was usual: their incidents keep the figures of the last unusual one. */
  calming: string[];
  /** Subjects whose alarm ended, and why. */
  off: Array<{ subject: string; because: 'usual' | 'accepted' | 'gone' }>;
}

/** @param from_hour the first hour to judge, and `last_hour` the last one; numbers since 1970. */
export async function judgeSeries(
  { series: all, first_hour }: BrandSeries,
  before: Pick<BrandStanding, 'alarms' | 'rests'>,
  from_hour: number,
  last_hour: number,
): Promise<Judged> {
  const judged: Judged = { alarms: {}, rests: {}, seen: [], on: [], calming: [], off: [] };
  const turns = new WorkTurns();
  const met = new Set<string>();
  for (const one of all) {
    if (turns.ends(1)) await turns.next();
    const subject = metricInWords(one.metric, one.subject);
    met.add(subject);
    const baselines: KnownBaselines = new Map();
    let state = stateOf(before, subject, first_hour);
    let last: ReturnType<typeof watchHour> | null = null;
    let ended: 'usual' | 'accepted' | null = null;
    for (let hour = from_hour; hour <= last_hour; hour++) {
      last = watchHour(one.series, hour - first_hour, state, baselines);
      state = last;
      if (last.change === 'ended') ended = 'usual';
      if (last.change === 'accepted') ended = 'accepted';
    }
    judged.seen.push(seenOf(one, last));
    const { alarm, rest_until } = state;
    if (rest_until + first_hour > last_hour) judged.rests[subject] = rest_until + first_hour;
    if (alarm !== null) {
      judged.alarms[subject] = {
        direction: alarm.direction,
        over: alarm.over,
        calm: alarm.calm,
        since_hour: alarm.since + first_hour,
      };
      if (alarm.calm > 0 || last?.status === 'unknown') judged.calming.push(subject);
      else judged.on.push(findingOf(one, alarm, last!, first_hour, last_hour));
    } else if (ended !== null) judged.off.push({ subject, because: ended });
  }
  for (const subject of Object.keys(before.alarms))
    if (!met.has(subject)) judged.off.push({ subject, because: 'gone' });
  return judged;
}

function stateOf(
  { alarms, rests }: Pick<BrandStanding, 'alarms' | 'rests'>,
  subject: string,
  first_hour: number,
): WatchState {
  const kept = alarms[subject];
  const alarm: Alarm | null = kept === undefined ? null : { ...kept, since: kept.since_hour - first_hour };
  return { alarm, rest_until: (rests[subject] ?? first_hour) - first_hour };
}

function seenOf({ metric, subject, unit }: WatchedSeries, last: ReturnType<typeof watchHour> | null): SeenSeries {
  const seen = last?.seen ?? null;
  const status = last?.alarm != null ? 'incident' : (last?.status ?? 'unknown');
  const scaled = (value: number): number => Math.round(value * unit * 10) / 10;
  return {
    ...{ metric, subject, status, over: seen?.over ?? null },
    value: seen === null ? null : scaled(seen.value),
    expected: seen === null ? null : scaled(seen.expected),
    low: seen === null ? null : scaled(seen.low),
    high: seen === null ? null : scaled(seen.high),
  };
}

/** Amounts are in units of the currency, and counts are whole. */
function shown(one: WatchedSeries, value: number): string {
  return one.unit === 1 ? Math.round(value).toString() : ((value * one.unit) / 1e6).toFixed(2);
}

function findingOf(
  one: WatchedSeries,
  alarm: Alarm,
  { seen }: ReturnType<typeof watchHour>,
  first_hour: number,
  last_hour: number,
): Finding {
  const { metric, subject, unit } = one;
  const name = metricInWords(metric, subject);
  const since_ms = (alarm.since + first_hour) * MS_PER_HOUR;
  const hour = formatInstant(last_hour * MS_PER_HOUR);
  const less = alarm.direction === 'low' ? 'less' : 'more';
  const figures =
    seen === null
      ? ''
      : alarm.over === 'day'
        ? `: ${shown(one, seen.value)} in 24 hours, where ${shown(one, seen.low)} to ${shown(one, seen.high)} are usual`
        : `: ${shown(one, seen.value)} in the hour of ${hour}, where ${shown(one, seen.low)} to ${shown(one, seen.high)} are usual`;
  const money = unit === 1 ? {} : { unit_micros: Math.round(unit) };
  return {
    check: 'anomaly',
    subject: name,
    summary:
      `${less === 'less' ? 'Fewer' : 'More'} ${name} than usual since ${formatInstant(since_ms)}${figures}.`.replace(
        /^Fewer net revenue/,
        'Less net revenue',
      ),
    next_step: NEXT_STEPS.anomaly,
    since_ms,
    evidence: {
      ...{ metric, channel: subject, direction: alarm.direction, over: alarm.over, hour, ...money },
      ...(seen === null ? {} : { value: seen.value, expected: seen.expected, low: seen.low, high: seen.high }),
    },
  };
}
