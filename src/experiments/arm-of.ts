/** Puts people into arms by a hash: the same id is always in the same arm, without any store. */
import { hash } from 'node:crypto';
import { type Design, SHARE_PARTS } from '../domain/experiment.ts';

/** The hash is cut to 48 bits, which a double holds exactly. */
const HEX_DIGITS = 12;
const RANGE = 2 ** 48;

/**
 * The arm of an id. The id of the experiment salts the hash, so that arms of different experiments have nothing to do with each other. It
 * reads the id of the record and not the person that it belongs to: a person is found on read and can change.
 */
export function armOf(
  { brand_id, experiment_id, arms }: Pick<Design, 'brand_id' | 'experiment_id' | 'arms'>,
  id: string,
): string {
  const digits = hash('sha256', JSON.stringify(['experiment', brand_id, experiment_id, id]), 'hex').slice(
    0,
    HEX_DIGITS,
  );
  const place = (Number.parseInt(digits, 16) / RANGE) * SHARE_PARTS;
  let until = 0;
  for (const { name, parts } of arms) {
    until += parts;
    if (place < until) return name;
  }
  return arms.at(-1)!.name;
}
