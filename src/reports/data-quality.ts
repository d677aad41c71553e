/** The data quality report: which opens and clicks are machines', and what came late, in conflict, or could not be stored. */
import { makeTouchVerdicts } from '../attribution/consent.ts';
import { EVERYONE } from '../attribution/consent-people.ts';
import { without } from '../attribution/eligibility.ts';
import { makeBrandPeriods, makePersons } from '../attribution/orders.ts';
import type { Plan } from '../attribution/plan.ts';
import { BRAND_PERIODS } from '../attribution/relations.ts';
import { effective, OTHER_VERDICTS, withVerdicts } from '../attribution/touches.ts';
import { NO_VERDICTS, type TouchVerdicts } from '../attribution/verdict-relations.ts';
import { asksForConsent } from '../domain/consent/policy.ts';
import { ratio } from '../domain/money.ts';
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import { MACHINE_VERDICTS } from '../domain/touchpoint.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { DeniedCount } from '../log/denied-counts.ts';
import { latestVerdicts } from '../log/verdicts.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { readAll } from '../warehouse/read-row.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { DATA_QUALITY_PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { DATA_QUALITY_MEANINGS, DataQualityResult } from './results/data-quality.ts';
import { readUnmatched } from './unmatched.ts';

const DataQualityParameters = Type.Object(DATA_QUALITY_PARAMETERS, { additionalProperties: false });

/** The records that happen at an instant, and how each is called in the answer. */
const ARRIVING = ['touchpoints', 'conversions', 'email_events', 'adjustments'] as const;
/** Clocks differ a little. */
const MAX_CLOCK_DIFFERENCE_MS = MS_PER_MINUTE;
/** Rows of verdicts and dead letters; what comes after them is not listed. */
const MAX_ROWS = 1_000;

async function dataQualityReport(
  context: ReportContext,
  parameters: Static<typeof DataQualityParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, parameters, {
      ...options,
      extra: { report: 'data_quality' },
    });
    const { plan } = resolved;
    const answer = await answerOnce(context, resolved, '', async () => {
      await makeBrandPeriods(snapshot, plan);
      const verdicts = await readVerdicts(snapshot, context, plan);
      return {
        ...reportHead(resolved, context.clock()),
        opens: split(verdicts, 'email_open'),
        clicks: split(verdicts, 'email_click'),
        verdicts: verdicts.slice(0, MAX_ROWS),
        arrivals: await readArrivals(snapshot, plan),
        conflicts: await readConflicts(snapshot, plan),
        dead_letters: await readDeadLetters(snapshot, plan),
        ...(await readUnmatched(snapshot, plan, context.directory)),
      };
    });
    // They are no rows of the log, so an answer that is kept by its position does not hold them.
    return { ...answer, denied: (await readDenied(context, plan)).slice(0, MAX_ROWS) };
  }, readOptions(context));
}

/** The events of which only a count is kept, of all brands together. */
export async function readDenied({ denied }: ReportContext, { brands }: Plan): Promise<DeniedCount[]> {
  const by_key = new Map<string, DeniedCount>();
  for (const brand of denied === undefined ? [] : brands)
    for (const row of await denied!(brand)) {
      const key = `${row.day} ${row.record} ${row.channel}`;
      const own = by_key.get(key);
      by_key.set(key, { ...row, events: row.events + (own?.events ?? 0) });
    }
  return [...by_key].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

interface VerdictRow {
  touchpoint_type: string;
  verdict: string;
  reasons: string[];
  touchpoints: number;
}

/** The touchpoints of the period by type, verdict and reasons, as the latest rules judge them. */
async function readVerdicts(snapshot: Snapshot, context: ReportContext, plan: Plan): Promise<VerdictRow[]> {
  const consent = await makeConsent(snapshot, context, plan);
  const { touchpoints: position } = plan.positions;
  const rows = await snapshot.query(
    `with judged as (
       select t.touchpoint_type as touchpoint_type, coalesce(l.verdict, t.verdict) as final_verdict, coalesce(l.verdict_reasons, t.verdict_reasons) as reasons
       from touchpoints t ${ofPeriod('t')}
         left join (${latestVerdicts(position, ['verdict', 'verdict_reasons'])}) l on l.brand_id = t.brand_id and l.touchpoint_id = t.touchpoint_id
         ${withVerdicts(consent)}
       where ${inPeriod('t', plan)} and ${atOrBefore('t', position)} and ${without(effective('traits', consent), 'no_consent')})
     select touchpoint_type, final_verdict as verdict, reasons, count(*) as touchpoints from judged
     group by touchpoint_type, final_verdict, reasons order by touchpoints desc, touchpoint_type, verdict, reasons`,
  );
  const found = readAll(rows, { touchpoint_type: 'text', verdict: 'text', reasons: 'text', touchpoints: 'number' });
  return found.map(({ reasons, ...row }) => ({ ...row, reasons: JSON.parse(reasons) as string[] }));
}

/** What consent hides. Without a policy nobody is looked for. */
async function makeConsent(snapshot: Snapshot, { directory }: ReportContext, plan: Plan): Promise<TouchVerdicts> {
  if (!plan.brands.some(({ settings: { consent } }) => asksForConsent(consent))) return NO_VERDICTS;
  await makePersons(snapshot, plan, directory);
  return makeTouchVerdicts(snapshot, plan, EVERYONE, { has_reclassifications: false, number: OTHER_VERDICTS });
}

const ofPeriod = (alias: string): string => `join ${BRAND_PERIODS.name} b on b.brand_id = ${alias}.brand_id`;

/** Bounds on the stored column let the engine skip what lies outside; the instants of each brand decide. */
function inPeriod(alias: string, { brands }: Plan, column = 'occurred_at'): string {
  const start_ms = Math.min(...brands.map((brand) => brand.start_ms));
  const end_ms = Math.max(...brands.map((brand) => brand.end_ms));
  const at = `${alias}.${column}`;
  return `${at} >= instant(${start_ms}) and ${at} < instant(${end_ms}) and epoch_ms(${at}) >= b.start_ms and epoch_ms(${at}) < b.end_ms`;
}

/** How many touchpoints of a type are machines'. */
function split(rows: readonly VerdictRow[], type: string): ReportJson {
  const sum = (some: readonly VerdictRow[]): number => some.reduce((all, { touchpoints }) => all + touchpoints, 0);
  const own = rows.filter(({ touchpoint_type }) => touchpoint_type === type);
  const touchpoints = sum(own);
  const by_machines = sum(own.filter(({ verdict }) => (MACHINE_VERDICTS as readonly string[]).includes(verdict)));
  return {
    touchpoints,
    by_people: touchpoints - by_machines,
    by_machines,
    machine_share: ratio(BigInt(by_machines), touchpoints),
  };
}

interface ArrivalDay {
  day: number;
  records: number;
  late_hour: number;
  late_day: number;
  late_week: number;
  ahead: number;
  last_ms: number;
}

/**
 * How long after they happened the records of the period arrived, when the last one came, on how many days records of each kind
 * happened, and for how many days in a row none did.
 */
async function readArrivals(snapshot: Snapshot, plan: Plan): Promise<ReportJson[]> {
  const found = new Map<string, ArrivalDay[]>();
  for (const record of ARRIVING) found.set(record, await readArrivalDays(snapshot, plan, record));
  const last = Math.max(...[...found.values()].map((days) => days.at(-1)?.day ?? Number.NEGATIVE_INFINITY));
  return ARRIVING.map((record) => {
    const days = found.get(record)!;
    const sum = (of: (day: ArrivalDay) => number): number => days.reduce((all, day) => all + of(day), 0);
    const last_ms = days.reduce((latest, day) => Math.max(latest, day.last_ms), Number.NEGATIVE_INFINITY);
    return {
      record,
      records: sum(({ records }) => records),
      over_an_hour_late: sum(({ late_hour }) => late_hour),
      over_a_day_late: sum(({ late_day }) => late_day),
      over_a_week_late: sum(({ late_week }) => late_week),
      ahead_of_clock: sum(({ ahead }) => ahead),
      last_received_at: days.length === 0 ? null : new Date(last_ms).toISOString(),
      ...silenceOf(
        days.map(({ day }) => day),
        last,
      ),
    };
  });
}

/** The days with records, in order. */
async function readArrivalDays(snapshot: Snapshot, plan: Plan, record: string): Promise<ArrivalDay[]> {
  const late = (ms: number): string => `count_where(epoch_ms(r.received_at) - epoch_ms(r.occurred_at) > ${ms})`;
  const rows = await snapshot.query(
    `select floor_div(epoch_ms(r.occurred_at), ${MS_PER_DAY}) as day, count(*) as records, ${late(MS_PER_HOUR)} as late_hour,
       ${late(MS_PER_DAY)} as late_day, ${late(7 * MS_PER_DAY)} as late_week,
       count_where(epoch_ms(r.occurred_at) - epoch_ms(r.received_at) > ${MAX_CLOCK_DIFFERENCE_MS}) as ahead, max(epoch_ms(r.received_at)) as last_ms
     from ${record} r ${ofPeriod('r')} where ${inPeriod('r', plan)} and ${atOrBefore('r', plan.positions.touchpoints)}
     group by floor_div(epoch_ms(r.occurred_at), ${MS_PER_DAY}) order by day`,
  );
  return readAll(rows, {
    day: 'number',
    records: 'number',
    late_hour: 'number',
    late_day: 'number',
    late_week: 'number',
    ahead: 'number',
    last_ms: 'number',
  });
}

interface Silence {
  days_with_records: number;
  longest_silence_days: number;
  silence_days: number;
}

/** @param days in order. @param last the last day with a record of any kind. */
function silenceOf(days: readonly number[], last: number): Silence {
  const gaps = days.slice(1).map((day, i) => day - days[i]! - 1);
  return {
    days_with_records: days.length,
    longest_silence_days: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    silence_days: days.length === 0 ? 0 : last - days.at(-1)!,
  };
}

/** Records whose id was known with other content. */
async function readConflicts(snapshot: Snapshot, plan: Plan): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select r.record as record, count(*) as n from conflicts r ${ofPeriod('r')}
     where ${inPeriod('r', plan, 'received_at')} and ${atOrBefore('r', plan.positions.touchpoints)} group by r.record order by r.record`,
  );
  return readAll(rows, { record: 'text', n: 'number' }).map(({ record, n }) => ({ record, conflicts: n }));
}

/** Conflicts and dead letters of each brand that has any. */
export async function readFaults(
  snapshot: Snapshot,
  plan: Plan,
): Promise<Map<string, { conflicts: number; dead_letters: number }>> {
  await makeBrandPeriods(snapshot, plan);
  const seen = atOrBefore('r', plan.positions.touchpoints);
  const of = (table: string): string =>
    `${table} r ${ofPeriod('r')} where ${inPeriod('r', plan, 'received_at')} and ${seen}`;
  const rows = await snapshot.query(
    `select brand_id, sum(conflicts) as conflicts, sum(dead_letters) as dead_letters from (
       select r.brand_id as brand_id, count(*) as conflicts, 0 as dead_letters from ${of('conflicts')} group by r.brand_id
       union all
       select r.brand_id as brand_id, 0 as conflicts, count(distinct r.dead_letter_id) as dead_letters from ${of('dead_letters')} and r.dead_letter_id not in
         (select r.dead_letter_id from dead_letters r where ${seen} and r.state = 'replayed') group by r.brand_id) f
     group by brand_id`,
  );
  const found = readAll(rows, { brand_id: 'text', conflicts: 'number', dead_letters: 'number' });
  return new Map(found.map(({ brand_id, ...faults }) => [brand_id, faults]));
}

/** The records that could not be stored and were not replayed since. */
async function readDeadLetters(snapshot: Snapshot, plan: Plan): Promise<ReportJson[]> {
  const seen = atOrBefore('r', plan.positions.touchpoints);
  const rows = await snapshot.query(
    `select r.record as record, count(distinct r.dead_letter_id) as n from dead_letters r ${ofPeriod('r')}
     where ${inPeriod('r', plan, 'received_at')} and ${seen} and r.dead_letter_id not in
       (select r.dead_letter_id from dead_letters r where ${seen} and r.state = 'replayed')
     group by r.record order by r.record limit ${MAX_ROWS}`,
  );
  return readAll(rows, { record: 'text', n: 'number' }).map(({ record, n }) => ({ record, dead_letters: n }));
}

export const dataQuality = defineReport({
  name: 'data_quality',
  command: 'report data-quality',
  path: '/v1/reports/data_quality',
  summary: 'Machine traffic by reason, and what came late, in conflict, or could not be stored',
  description:
    'Opens and clicks are judged by the latest rules, as in every report. Late records count in every report all the same; this one says how many there were.',
  parameters: DataQualityParameters,
  result: DataQualityResult,
  main_table: { rows: 'verdicts' },
  explain: DATA_QUALITY_MEANINGS,
  run: dataQualityReport,
});
