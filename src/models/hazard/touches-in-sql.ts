/** Touchpoints for a hazard, by the query. The engine joins and numbers them; {@link ./touch-pages.ts} puts them in order. */
import type { TimeBounds } from '../../attribution/bounds.ts';
import { makeTouchVerdicts } from '../../attribution/consent.ts';
import { EVERYONE } from '../../attribution/consent-people.ts';
import { continuationsOf } from '../../attribution/continuations.ts';
import { isCounted, mayEarn, NEVER } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import { BRAND_PERIODS } from '../../attribution/relations.ts';
import { effective, touchNumber, withVerdicts } from '../../attribution/touches.ts';
import type { TouchVerdicts } from '../../attribution/verdict-relations.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { columnsOf, materialise } from '../../warehouse/relation.ts';
import { FIT_IDS, FIT_PEOPLE, PERSON_TIES, PERSON_TOUCHES, TOUCH_KINDS } from '../relations.ts';
import { visitPages } from './touch-pages.ts';
import type { TouchKind, TouchSource } from './touch-source.ts';

const KIND_NAMES = Object.keys(TOUCH_KINDS.columns).filter((name) => name !== 'kind_no') as Array<keyof TouchKind>;

/** The touchpoints of `people` persons. Run makeFitPeople before it. */
export async function touchesInSql(
  snapshot: Snapshot,
  plan: Plan,
  times: TimeBounds,
  people: number,
): Promise<TouchSource> {
  const verdicts = await makeTouchVerdicts(snapshot, plan, EVERYONE, times);
  const kinds = await makeKinds(snapshot, plan, verdicts);
  await makeTouches(snapshot, plan, verdicts, times);
  await makeTies(snapshot, plan);
  return { kinds, visit: (take) => visitPages(snapshot, people, take) };
}

/** Makes `touch_kinds` and reads it, in order of numbers. */
async function makeKinds(snapshot: Snapshot, plan: Plan, verdicts: TouchVerdicts): Promise<TouchKind[]> {
  const own = KIND_NAMES.map((name) => `${effective(name, verdicts)} as ${name}`).join(', ');
  await materialise(
    snapshot,
    TOUCH_KINDS,
    `with kinds as (
       select distinct ${own} from touchpoints t join ${BRAND_PERIODS.name} b on b.brand_id = t.brand_id ${withVerdicts(verdicts)}
       where ${atOrBefore('t', plan.positions.touchpoints)})
     select ${columnsOf(TOUCH_KINDS, 'k', { kind_no: 'row_number() over (order by k.touchpoint_type) - 1' })} from kinds k`,
  );
  const kinds: TouchKind[] = [];
  const select = KIND_NAMES.map((name) =>
    name === 'traits' ? `text128(k.traits) as traits` : `k.${name} as ${name}`,
  ).join(', ');
  await snapshot.columns(`select ${select} from ${TOUCH_KINDS.name} k order by k.kind_no`, {}, ({ rows, cells }) => {
    for (let i = 0; i < rows; i++)
      kinds.push(Object.fromEntries(KIND_NAMES.map((name, c) => [name, cells[c]![i]])) as unknown as TouchKind);
  });
  return kinds;
}

/** Makes `person_touches`. */
async function makeTouches(
  snapshot: Snapshot,
  plan: Plan,
  verdicts: TouchVerdicts,
  { has_own_referrers }: TimeBounds,
): Promise<void> {
  const columns = ['touchpoint_id', 'session_id', ...KIND_NAMES];
  const same = KIND_NAMES.map((name) =>
    TOUCH_KINDS.columns[name]!.endsWith('?') ? `same(k.${name}, s.${name})` : `k.${name} = s.${name}`,
  );
  const continues = has_own_referrers ? 's.touch_no in (select touch_no from continuations)' : NEVER;
  await materialise(
    snapshot,
    PERSON_TOUCHES,
    `with seen as (
       select m.person_no as person_no, m.person_no as person_key, ${touchNumber(plan)} as touch_no, epoch_ms(t.occurred_at) as at_ms,
         ${columns.map((name) => `${effective(name, verdicts)} as ${name}`).join(', ')}
       from touchpoints t join ${BRAND_PERIODS.name} b on b.brand_id = t.brand_id
         join ${FIT_IDS.name} i on i.subject_key = t.subject_key and i.brand_id = t.brand_id
         join ${FIT_PEOPLE.name} m on m.person_key = i.person_key ${withVerdicts(verdicts)}
       where ${atOrBefore('t', plan.positions.touchpoints)} and epoch_ms(t.occurred_at) < b.end_ms and ${isCounted(plan, effective('traits', verdicts))})
       ${has_own_referrers ? `, continuations as (${continuationsOf('seen')})` : ''}
     select ${columnsOf(PERSON_TOUCHES, 's', { kind_no: 'k.kind_no' })} from seen s join ${TOUCH_KINDS.name} k on ${same.join(' and ')}
     where ${mayEarn(plan, { traits: 's.traits', continues })}`,
  );
}

/** Makes `person_ties`. */
async function makeTies(snapshot: Snapshot, plan: Plan): Promise<void> {
  await materialise(
    snapshot,
    PERSON_TIES,
    `with instants as (select person_no, at_ms from ${PERSON_TOUCHES.name} group by person_no, at_ms having count(*) > 1),
     tied as (
       select s.person_no as person_no, s.at_ms as at_ms, s.touch_no as touch_no
       from ${PERSON_TOUCHES.name} s join instants i on i.person_no = s.person_no and i.at_ms = s.at_ms)
     select s.touch_no as touch_no, row_number() over (partition by s.person_no, s.at_ms order by t.touchpoint_id) as tie_no
     from tied s join touchpoints t on ${touchNumber(plan)} = s.touch_no where ${atOrBefore('t', plan.positions.touchpoints)}`,
  );
}
