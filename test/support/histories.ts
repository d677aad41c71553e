/** What histories hold, in a form that can be compared. */
import type { Histories } from '../../src/histories/histories.ts';
import { Walk } from '../../src/histories/walk.ts';
import type { Engine } from './engine.ts';

/** All that is held of each subject, in order. Numbers of labels and subjects differ, so they are not part of it. */
export function contentOf(histories: Histories, keys: ReadonlyMap<string, readonly [number, number]>) {
  const walk = new Walk(histories, histories.position, null);
  return [...keys].map(([name, [high, low]]) => {
    const subject = histories.subjects.find(high, low);
    if (subject < 0) return [name, []];
    walk.take({ starts: Uint32Array.of(0, 1), values: Float64Array.of(subject) }, 0, {
      brand_no: 0,
      last_ms: Number.POSITIVE_INFINITY,
    });
    const rows = [...walk.places.subarray(0, walk.length)].map((place) => [
      histories.at_ms[place],
      histories.collectors[histories.collector[place]!],
      histories.log_seq[place],
      histories.message[place],
      histories.session[place],
      histories.labels[histories.label[place]!],
    ]);
    return [name, rows];
  });
}

export async function subjectKeys({ warehouse }: Engine): Promise<Map<string, readonly [number, number]>> {
  const rows = await warehouse.read((snapshot) => snapshot.query('select distinct subject_key from touchpoints'));
  return new Map(
    rows.map((row) => {
      const key = BigInt(row['subject_key'] as bigint);
      return [String(key), [Number(key >> 32n), Number(key & 0xffffffffn)] as const];
    }),
  );
}
