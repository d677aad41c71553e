/** The dashboard offers every field that reports filter by. */
import { expect, test } from 'vitest';
import { FILTER_FIELDS } from '../../dashboard/parts/filter-fields.ts';
import { GROUP_KEY_NAMES } from '../../src/reports/groups.ts';

/** `brand` is another name of brand_id; days, weeks and months are chosen by the period. */
const LEFT_OUT = ['brand', 'day', 'week', 'month'];

test('all keys of groups are there, but those about time', () => {
  expect([...FILTER_FIELDS].sort()).toEqual(GROUP_KEY_NAMES.filter((name) => !LEFT_OUT.includes(name)).sort());
});
