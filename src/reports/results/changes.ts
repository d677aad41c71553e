/** Rows and objects of an answer that `compare` sets beside those of an earlier period. */
import { type TSchema, Type } from '../../domain/typebox.ts';
import { byName, closed, nullable, ratio } from './shapes.ts';

type Fields = Record<string, TSchema>;

/** A part of an answer that is compared. Rows are joined by their keys; an object has none. */
export interface Compared {
  keys: Fields;
  measures: Fields;
  /** Measures that only some answers have. */
  sometimes?: Fields;
  /** Fields that are there and not compared. */
  others?: Fields;
  /** The field of `others` that joins rows that have none of the keys. */
  otherwise_by?: string;
  /** A field with measures by name, such as those of each model. */
  by_name?: { field: string; measures: Fields; others: Fields };
  /** Measures that are parts of a whole: a group that a period lacks has 0 of it, and null where the whole is 0. */
  parts_of_whole?: readonly string[];
}

const CHANGE = byName(nullable(Type.Union([Type.Number(), Type.String()])));

const optional = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, Type.Optional(schema)]));
const orNull = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, nullable(schema)]));

const changesOf = (measures: Fields, sometimes: Fields = {}, keys: Fields = {}): Fields => ({
  // With a key about the time, the earlier row has another time.
  previous: Type.Optional(
    closed({
      ...Object.fromEntries(
        TIME_FIELDS.filter((name) => name in keys).map((name) => [name, Type.Optional(keys[name]!)]),
      ),
      ...orNull(measures),
      ...optional(orNull(sometimes)),
    }),
  ),
  change: Type.Optional(CHANGE),
  change_percent: Type.Optional(byName(ratio())),
});

/** The keys about the time, which differ between two periods. */
export const TIME_FIELDS = ['day', 'week', 'month'] as const;

/** The schema of a compared row or object. */
export function comparedShape({ keys, measures, sometimes = {}, others = {}, by_name }: Compared) {
  return closed({
    ...keys,
    ...measures,
    ...optional(sometimes),
    ...others,
    ...(by_name
      ? { [by_name.field]: byName(closed({ ...by_name.measures, ...by_name.others, ...changesOf(by_name.measures) })) }
      : changesOf(measures, sometimes, keys)),
  });
}

export const comparedRows = (compared: Compared) => Type.Array(comparedShape(compared));

export const CHANGE_MEANINGS = {
  comparison: 'The earlier period that `compare` set beside this one, at the same log position and settings',
  previous: 'The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value',
  change: 'The figure less that of the earlier period',
  change_percent: '100 * change / the size of the earlier figure; null if that is 0',
} as const;
