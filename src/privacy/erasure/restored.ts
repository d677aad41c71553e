/**
 * Takes everyone out of a restored backup who was erased after it was made. The list has keys only, so the ids are looked up first: a
 * backup that has none of them is left as it is.
 */
import { randomBytes } from 'node:crypto';
import { CARE_TIMEOUT_MS, type Warehouse } from '../../warehouse/port.ts';
import type { ErasureBook, ListedSubject } from './book.ts';
import { erasureOf } from './changes.ts';
import { idsOfKeys } from './find.ts';
import type { ErasurePolicy } from './policy.ts';
import type { Subject } from './subjects.ts';

/** Ends a restore that a crash stopped. Nothing may read the warehouse before. */
export async function finishRestore(warehouse: Warehouse, book: ErasureBook): Promise<void> {
  if (!(await book.isRestoring())) return;
  await warehouse.migrate();
  await eraseFromRestored(warehouse, await book.list());
  await book.noteRestore(false);
}

/** @returns how many ids of the list were in the backup. */
export async function eraseFromRestored(warehouse: Warehouse, listed: readonly ListedSubject[]): Promise<number> {
  if (listed.length === 0) return 0;
  const by_key = new Map(listed.map((one) => [nameOf(one.brand_id, one.subject_key), one]));
  const found = await warehouse.read(
    (snapshot) =>
      idsOfKeys(
        snapshot,
        listed.map((one) => ({ ...one, subject_key: BigInt(one.subject_key) })),
      ),
    { for: 'keeping', timeout_ms: CARE_TIMEOUT_MS },
  );
  const groups = new Map<string, { policy: ErasurePolicy; until_ms: number; subjects: Subject[] }>();
  let ids = 0;
  for (const { brand_id, id, subject_key } of found) {
    const one = by_key.get(nameOf(brand_id, subject_key.toString()));
    // The key of another brand is a chance in ten million millions, and no reason to erase.
    if (one === undefined) continue;
    ids += 1;
    // What one run erased has one limit, so there are as many groups as runs.
    const name = `${one.until_ms} ${one.orders}`;
    const group = groups.get(name) ?? {
      policy: { orders: one.orders, runs: 'tombstone' as const },
      until_ms: one.until_ms,
      subjects: [],
    };
    groups.set(name, group);
    group.subjects.push({ brand_id, id, erasure_no: 0 });
  }
  for (const { policy, until_ms, subjects } of groups.values())
    await warehouse.erase(erasureOf({ subjects, policy, until_ms, salt: randomBytes(16).toString('hex') }));
  if (ids > 0) await warehouse.purge();
  return ids;
}

const nameOf = (brand_id: string, subject_key: string): string => `${brand_id}\0${subject_key}`;

/** Reads a list that `tributary erasure list` wrote. @returns undefined for a text that is none. */
export function parseList(text: string): ListedSubject[] | undefined {
  try {
    const { erased_subjects } = JSON.parse(text) as { erased_subjects?: unknown };
    if (!Array.isArray(erased_subjects)) return undefined;
    return erased_subjects.every(isListed) ? erased_subjects : undefined;
  } catch {
    return undefined;
  }
}

function isListed(one: unknown): one is ListedSubject {
  const { digest, brand_id, subject_key, until_ms, orders } = (one ?? {}) as Record<string, unknown>;
  return (
    typeof digest === 'string' &&
    /^[0-9a-f]{64}$/.test(digest) &&
    typeof brand_id === 'string' &&
    typeof subject_key === 'string' &&
    /^-?\d{1,19}$/.test(subject_key) &&
    Number.isInteger(until_ms) &&
    (orders === 'remove' || orders === 'keep_anonymous')
  );
}
