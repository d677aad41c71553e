import { expect, test } from 'vitest';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import type { FlatRecord } from '../../src/domain/record.ts';
import type { Kept } from '../../src/domain/record-kind.ts';
import { STATED_ID } from '../../src/domain/statement.ts';
import { CUSTOMER_FIELDS, ID_FIELDS, LINKING_RECORDS, NAMING_RECORDS } from '../../src/domain/subject-fields.ts';
import { enrichRecord } from '../../src/enrichment/enrich-record.ts';
import { ENRICHMENT } from '../support/events.ts';

const names = (fields: typeof ID_FIELDS) => fields.map(({ record, field }) => `${record}.${field}`);

test('the records that name a person are those that identity, reports and fits read', () => {
  expect(names(ID_FIELDS)).toEqual([
    'touchpoints.customer_id',
    'touchpoints.anonymous_id',
    'conversions.customer_id',
    'conversions.anonymous_id',
    'email_events.customer_id',
    'customer_segments.customer_id',
    'consents.customer_id',
    'consents.anonymous_id',
    'assignments.customer_id',
    'assignments.anonymous_id',
    'exposures.customer_id',
    'exposures.anonymous_id',
  ]);
  expect(names(CUSTOMER_FIELDS.filter(({ keyed }) => !keyed))).toEqual([
    'email_events.customer_id',
    'customer_segments.customer_id',
  ]);
  expect(LINKING_RECORDS).toEqual(['touchpoints', 'conversions', 'consents', 'assignments', 'exposures']);
  expect([...NAMING_RECORDS].sort()).toEqual([
    'assignments',
    'consents',
    'conversions',
    'customer_segments',
    'email_events',
    'exposures',
    'identity_links',
    'touchpoints',
  ]);
});

test('a record that names a person has the field, and the instant that it is ordered by', () => {
  for (const name of RECORD_NAMES) {
    const { subjects = {}, instant_field, fields } = recordKind(name);
    const kinds = new Map(fields.map((field) => [field.name, field.kind]));
    for (const field of Object.keys(subjects)) expect([name, field, kinds.get(field)]).toEqual([name, field, 'id']);
    if (instant_field !== undefined) expect([name, kinds.get(instant_field)]).toEqual([name, 'instant']);
    if (Object.keys(subjects).length > 0) expect([name, instant_field]).not.toEqual([name, undefined]);
  }
});

test('statements are the records that a later one may say anew', () => {
  const kept = (how: Kept) => RECORD_NAMES.filter((name) => recordKind(name).kept === how);
  expect(kept('latest')).toEqual(['spend', 'fx_rates', 'claims', 'experiments']);
  expect(kept('latest_by_time')).toEqual(['identity_links', 'customer_segments', 'consents']);
  for (const name of kept('latest')) expect(recordKind(name).derived?.map(({ name }) => name)).toContain(STATED_ID);
});

test('each derived column is filled: by its own function, or by the enrichment of the kind', () => {
  for (const name of RECORD_NAMES) {
    const { derived = [], fields } = recordKind(name);
    const item: FlatRecord = { brand_id: 'default', touchpoint_type: 'page_view', occurred_at: 0 };
    const enriched = Object.keys(enrichRecord(name, item, ENRICHMENT));
    const added = enriched.filter((column) => !fields.some((field) => field.stored_name === column));
    expect([name, added.sort()]).toEqual([
      name,
      derived
        .filter((c) => !c.fill)
        .map((c) => c.name)
        .sort(),
    ]);
  }
});
