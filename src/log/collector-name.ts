/**
 * The names of collectors. Queries number rows by a code of the name, so two collectors of one warehouse need different codes.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TributaryError } from '../domain/errors.ts';
import { replaceFile } from '../files/private.ts';
import type { Warehouse } from '../warehouse/port.ts';
import { currentPosition, sameCode } from '../warehouse/position.ts';
import { rulesCollector } from './reclassify.ts';

const MAX_TRIES = 100;

/** The collector among `others` with the same code as this collector or its rules collector. */
function clash(collector_id: string, others: readonly string[]): string | undefined {
  const own = [collector_id, rulesCollector(collector_id)];
  const all = [...own, ...others];
  return own.map((name) => sameCode(name, all)).find((name) => name !== undefined);
}

async function knownCollectors(warehouse: Warehouse): Promise<string[]> {
  return [...(await warehouse.read(currentPosition, { for: 'loading' })).keys()];
}

/** @throws conflict when another collector of the warehouse has the same code. */
export async function checkCollectorName(warehouse: Warehouse, collector_id: string): Promise<void> {
  const other = clash(collector_id, await knownCollectors(warehouse));
  if (other !== undefined)
    throw new TributaryError(
      'conflict',
      `collector_id: ${collector_id} has the same internal code as ${other}, which wrote to this warehouse; choose another collector_id`,
      { field: 'collector_id' },
    );
}

/** A new name whose code no collector of the warehouse has. */
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
  throw new TributaryError(
    'conflict',
    `collector_id: found no free name in ${MAX_TRIES} tries; set collector_id in the configuration`,
  );
}

/** The name of the collector of a data folder on a shared warehouse. It is made once and stored in the folder. */
export async function keptCollectorName(folder: string, warehouse: Warehouse): Promise<string> {
  const path = join(folder, 'collector-id');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  mkdirSync(folder, { recursive: true });
  const collector_id = await newCollectorName(warehouse);
  replaceFile(path, `${collector_id}\n`);
  return collector_id;
}
