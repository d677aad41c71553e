/**
 * Every temporary table of the attribution query, declared once. In all of them `order_no` and `touch_no` name a row of the
 * log (warehouse/position.ts), `person_key` a person within a brand, and `at_ms` an instant in epoch milliseconds.
 */
import { SETTING_COLUMNS } from '../domain/settings.ts';
import { TABLES } from '../warehouse/schema.ts';
import { defineRelation, type RelationType } from '../warehouse/relation.ts';

const SETTINGS: Record<string, RelationType> = Object.fromEntries(SETTING_COLUMNS.map(({ column }) => [column, 'float']));
for (const { column, unit } of SETTING_COLUMNS) if (unit === 'ms') SETTINGS[column] = 'int';
