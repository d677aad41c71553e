/** The ids that are surely of a person: those that certain links join, without browsers that another customer used as well. */

import { emailId } from '../domain/email-ids.ts';
import { phoneQuestion } from '../domain/phone.ts';
import { LINKING_RECORDS } from '../domain/subject-fields.ts';
import { CARE_TIMEOUT_MS, type Snapshot } from '../warehouse/port.ts';
import { atOrBefore, formatPosition, type Position, resolvePosition } from '../warehouse/position.ts';
import { readAll } from '../warehouse/read-row.ts';
import { defineRelation, fill } from '../warehouse/relation.ts';
import type { ReportContext } from './context.ts';

/** A link with a lower probability is not certain. */
const CERTAIN = 1;

const CANDIDATES = defineRelation('person_candidates', 'An id that links join with a person', {
  key: ['person_no', 'candidate_id'],
  columns: { person_no: 'int', candidate_brand: 'text', candidate_id: 'text' },
});

/** @returns the ids of each person, the asked one first, as of the newest position. */
export function idsOfPeople(
  context: Pick<ReportContext, 'warehouse' | 'directory' | 'emailPersonOf'>,
  people: ReadonlyArray<{ brand_id: string; id: string }>,
): Promise<{ as_of: string; ids: string[][] }> {
  const { warehouse, directory } = context;
  return warehouse.read(
    async (snapshot) => {
      const position = await resolvePosition(snapshot, undefined);
      const ids: string[][] = [];
      for (const { brand_id, id } of people) {
        const own = new Set(formsOf(context, brand_id, id));
        for (const form of [...own]) {
          const rule = { brand_id, identity_min_probability: CERTAIN };
          const { person_id, ids: members } = await directory.person(snapshot, position, rule, form);
          for (const member of [person_id, ...members]) own.add(member);
        }
        ids.push([...own]);
      }
      const shared = await sharedIds(snapshot, position, people, ids);
      return {
        as_of: formatPosition(position),
        ids: ids.map((own, no) => own.filter((id) => id === people[no]!.id || !shared.has(`${no} ${id}`))),
      };
    },
    { for: 'keeping', timeout_ms: CARE_TIMEOUT_MS },
  );
}

/** A phone number is known by its hash. An address is known as it is, in its one form, or by its hash, as the brand has kept addresses over time. */
function formsOf({ emailPersonOf }: Pick<ReportContext, 'emailPersonOf'>, brand_id: string, id: string): string[] {
  const asked = phoneQuestion(id) ?? id;
  if (asked === id && !id.includes('@')) return [id];
  const hashed = emailPersonOf?.(brand_id, asked);
  return [...new Set([id, emailId(id), ...(hashed === undefined || hashed === null ? [] : [hashed])])];
}

/** Anonymous ids that a record names beside a customer who is somebody else. */
async function sharedIds(
  snapshot: Snapshot,
  position: Position,
  people: ReadonlyArray<{ brand_id: string }>,
  ids: readonly string[][],
): Promise<Set<string>> {
  await fill(
    snapshot,
    CANDIDATES,
    ids.flatMap((own, person_no) =>
      own.map((candidate_id) => ({ person_no, candidate_brand: people[person_no]!.brand_id, candidate_id })),
    ),
  );
  const parts = LINKING_RECORDS.map(
    (record) => `select c.person_no as person_no, c.candidate_id as id from ${record} r
      join ${CANDIDATES.name} c on c.candidate_brand = r.brand_id and c.candidate_id = r.anonymous_id
      left join ${CANDIDATES.name} o on o.person_no = c.person_no and o.candidate_brand = r.brand_id and o.candidate_id = r.customer_id
      where r.customer_id is not null and o.candidate_id is null and ${atOrBefore('r', position)}`,
  );
  const rows = await snapshot.query(`select distinct person_no, id from (${parts.join(' union all ')}) s`);
  return new Set(readAll(rows, { person_no: 'number', id: 'text' }).map(({ person_no, id }) => `${person_no} ${id}`));
}
