/** A program of tomorrow: one schema later than today, with the field `loyalty_tier` on touchpoints and the kind `visits`. */

import { Id, Instant, Text } from '../../src/domain/fields.ts';
import type * as domain from '../../src/domain/index.ts';
import { defineRecord } from '../../src/domain/record.ts';
import { Type } from '../../src/domain/typebox.ts';
import type * as versions from '../../src/warehouse/versions/index.ts';
import type { SchemaVersion } from '../../src/warehouse/versions/version.ts';

/** The version after the last one of today. */
export const TOMORROW = 9;

const visits = defineRecord({
  name: 'visits',
  singular: 'visit',
  id_field: 'visit_id',
  id_prefix: 'vi_',
  since: TOMORROW,
  kept: 'first',
  subjects: { customer_id: 'customer' },
  instant_field: 'occurred_at',
  examples: { one: { customer_id: 'customer-1', shop: 'Berlin', occurred_at: '2026-03-01T10:00:00Z' } },
  schema: Type.Object(
    {
      visit_id: Type.Optional(Id('Made from the content when left out')),
      brand_id: Type.Optional(Id('The brand')),
      customer_id: Id('Who came'),
      shop: Text('Where'),
      occurred_at: Instant('When'),
    },
    { additionalProperties: false, $id: 'Visit' },
  ),
});

export function tomorrowsDomain(today: typeof domain): unknown {
  const { touchpoints } = today.RECORD_KINDS;
  const { schema } = touchpoints;
  const loyal = defineRecord({
    ...touchpoints,
    fields_since: { ...touchpoints.fields_since, loyalty_tier: TOMORROW },
    schema: Type.Object(
      { ...schema.properties, loyalty_tier: Type.Optional(Text('Of the customer at that moment')) },
      { additionalProperties: false, $id: 'Touchpoint' },
    ),
  });
  const kinds = { ...today.RECORD_KINDS, touchpoints: loyal, visits };
  return {
    RECORD_KINDS: kinds,
    RECORD_NAMES: Object.keys(kinds),
    recordKind: (name: keyof typeof kinds) => kinds[name],
    isRecordName: (name: string) => Object.hasOwn(kinds, name),
  };
}

const VERSION_OF_TOMORROW: SchemaVersion = {
  version: TOMORROW,
  columns: { touchpoints: { loyalty_tier: 'text?' } },
  tables: {
    visits: {
      key: ['brand_id', 'visit_id'],
      columns: {
        brand_id: 'text',
        visit_id: 'text',
        customer_id: 'text?',
        shop: 'text?',
        occurred_at: 'instant?',
        content_hash: 'int64',
        received_at: 'instant',
        loaded_at: 'instant',
        collector_id: 'text',
        log_seq: 'int64',
      },
    },
  },
};

export function tomorrowsVersions(today: typeof versions): unknown {
  const all = [...today.VERSIONS, VERSION_OF_TOMORROW];
  return { ...today, VERSIONS: all };
}
