/** Names of collectors in log positions. Queries know rows by a code of the name, so no two in a warehouse may have the same code. */
import { randomBytes } from 'node:crypto';
import { TributaryError } from '../domain/errors.ts';
import type { Warehouse } from '../warehouse/port.ts';
import { currentPosition, sameCode } from '../warehouse/position.ts';
import { rulesCollector } from './reclassify.ts';

const MAX_TRIES = 100;

/** The collector among `others` whose rows could not be told from those of this one or of its rules. */
function clash(collector_id: string, others: readonly string[]): string | undefined {
  const own = [collector_id, rulesCollector(collector_id)];
  const all = [...own, ...others];
  return own.map((name) => sameCode(name, all)).find((name) => name !== undefined);
}

async function knownCollectors(warehouse: Warehouse): Promise<string[]> {
  return [...(await warehouse.read(currentPosition)).keys()];
}

/** @throws conflict when another collector of the warehouse has the same code. */
export async function checkCollectorName(warehouse: Warehouse, collector_id: string): Promise<void> {
  const other = clash(collector_id, await knownCollectors(warehouse));
  if (other !== undefined)
    throw new TributaryError(
      'conflict',
      `collector_id: ${collector_id} and ${other}, which wrote to this warehouse, have the same code; choose another collector_id`,
      { field: 'collector_id' },
    );
}

/** A new name that no collector of the warehouse clashes with. */
export async function newCollectorName(
  warehouse: Warehouse,
  random: () => string = () => randomBytes(4).toString('hex'),
): Promise<string> {
  await warehouse.migrate();
  const others = await knownCollectors(warehouse);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const collector_id = `c-${random()}`;
    if (clash(collector_id, others) === undefined) return collector_id;
  }
  throw new TributaryError('conflict', 'collector_id: found no free name; set collector_id in the configuration');
}
