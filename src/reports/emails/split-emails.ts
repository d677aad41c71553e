/** Reads the ids of emails that several people share, and the names of these people. A hash alone does not tell them for sure. */
import { makePersons } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { PERSONS } from '../../attribution/relations.ts';
import { subjectKey } from '../../domain/subject.ts';
import type { KeyIndex } from '../../histories/key-index.ts';
import { hashed } from '../../histories/relations.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { SPLIT_EMAILS } from '../relations.ts';

export interface SplitRow {
  brand_id: string;
  hash: number;
  message_id: string;
  /** The name of a person with an event of it. */
  person_id: string;
}

/** All events with these hashes, of any time. */
export async function readSplitEmails(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  hashes: readonly number[],
): Promise<SplitRow[]> {
  await makePersons(snapshot, plan, context.directory);
  const rows = [...new Set(hashes)].map((hash) => ({ hash: BigInt(hash) }));
  await fill(snapshot, SPLIT_EMAILS, rows);
  const of = (table: string, alias: string, id: string): string =>
    `select distinct ${alias}.brand_id as brand_id, float64(${hashed(`${alias}.message_id`)}) as hash, ${alias}.message_id as message_id, coalesce(p.person_id, ${id}) as person_id
     from ${table} ${alias} left join ${PERSONS.name} p on p.brand_id = ${alias}.brand_id and p.id = ${id}
     where ${atOrBefore(alias, plan.positions.touchpoints)} and ${alias}.message_id is not null and ${id} is not null
       and ${hashed(`${alias}.message_id`)} in (select s.hash from ${SPLIT_EMAILS.name} s)`;
  const found = await snapshot.query(
    `${of('email_events', 'e', 'e.customer_id')} union all ${of('touchpoints', 't', 'coalesce(t.customer_id, t.anonymous_id)')}`,
  );
  return readAll(found, { brand_id: 'text', hash: 'number', message_id: 'text', person_id: 'text' });
}

/**
 * The names of the people with their brands, by the subject that names them. @returns null if two ids have one hash; then only the query tells their emails
 * apart.
 */
export async function namesOf(rows: readonly SplitRow[], subjects: KeyIndex): Promise<Map<number, string> | null> {
  const names = new Map<number, string>();
  const ids = new Map<string, string>();
  const turns = new WorkTurns();
  for (const { brand_id, hash, message_id, person_id } of rows) {
    if (turns.ends(64)) await turns.next();
    const email = JSON.stringify([brand_id, hash]);
    if ((ids.get(email) ?? message_id) !== message_id) return null;
    ids.set(email, message_id);
    const key = subjectKey(brand_id, person_id);
    names.set(subjects.find(Number(key >> 32n), Number(key & 0xffffffffn)), `${brand_id}/${person_id}`);
  }
  return names;
}
