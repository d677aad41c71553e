/** Collectors of one warehouse have names whose rows can be told apart. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCollectorName, newCollectorName } from '../../src/log/collector-name.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { collectorCode } from '../../src/warehouse/position.ts';
import { openEmptyWarehouse } from '../support/engine.ts';

const NAME = 'c-north';
/** Another name with the code of {@link NAME}. */
const CLASHING = (() => {
  for (let i = 0; ; i++) if (collectorCode(`c-${i}`) === collectorCode(NAME)) return String(i);
})();

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openEmptyWarehouse();
  await warehouse.append({ commits: [{ collector_id: NAME, log_seq: 1, committed_at: 0 }] });
});
afterAll(() => warehouse.close());

describe('the name of a collector', () => {
  test('is refused where another collector of the warehouse has its code', async () => {
    await expect(checkCollectorName(warehouse, `c-${CLASHING}`)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(
        `has the same internal code as ${NAME}, which wrote to this warehouse; choose another`,
      ),
    });
    await expect(checkCollectorName(warehouse, NAME)).resolves.toBe(undefined);
    await expect(checkCollectorName(warehouse, 'main')).resolves.toBe(undefined);
  });

  test('is made anew until no other has its code', async () => {
    const made = [CLASHING, CLASHING, 'free'];
    expect(await newCollectorName(warehouse, () => made.shift()!)).toBe('c-free');
    await expect(newCollectorName(warehouse, () => CLASHING)).rejects.toThrow('found no free name');
  });
});
