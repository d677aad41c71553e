/** Which subjects of histories are which people of a fit. */
import { PERSONS } from '../attribution/relations.ts';
import type { Histories } from '../histories/histories.ts';
import { keyHalves } from '../histories/key-index.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { FIT_PEOPLE } from './relations.ts';

/** The subjects of person p are values[starts[p]] to before values[starts[p + 1]]. */
export interface PeopleSubjects {
  starts: Uint32Array;
  values: Float64Array;
}

/** Finds all ids of the people of `fit_people` in histories. Ids without touchpoints are left out. */
export async function readPeopleSubjects(
  snapshot: Snapshot,
  { subjects }: Histories,
  people: number,
): Promise<PeopleSubjects> {
  const person_of = new Int32Array(subjects.size).fill(-1);
  const starts = new Uint32Array(people + 1);
  await snapshot.columns(
    `select ${keyHalves('p.person_key', 'subject')}, float64(p.person_no) as person_no from ${FIT_PEOPLE.name} p
     union all
     select ${keyHalves('q.subject_key', 'subject')}, float64(p.person_no) as person_no
     from ${PERSONS.name} q join ${FIT_PEOPLE.name} p on p.person_key = q.person_key and p.brand_id = q.brand_id`,
    {},
    ({ rows, cells }) => {
      const [high, low, person_no] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) {
        const subject = subjects.find(high![i]!, low![i]!);
        if (subject < 0 || person_of[subject]! >= 0) continue;
        person_of[subject] = person_no![i]! - 1;
        starts[person_no![i]!]! += 1;
      }
    },
  );
  for (let person = 0; person < people; person++) starts[person + 1]! += starts[person]!;
  const next = starts.slice();
  const values = new Float64Array(starts[people]!);
  for (const [subject, person] of person_of.entries()) if (person >= 0) values[next[person]!++] = subject;
  return { starts, values };
}
