/** The meanings of fields, as the OpenAPI document has them, and the fields that a figure is made of. */

type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** What a field of a part of the answer at a path means; undefined if the document does not say it. */
export function meaningOf(document: object, path: string, part: string, field: string): string | undefined {
  const whole = document as Schema & { paths?: Record<string, Schema> };
  const responses = whole.paths?.[path]?.['get'];
  const isNamed = (schema: Schema): boolean => typeof schema['description'] === 'string';
  const place = find(responses, part, whole, () => true, new Set());
  const found = find(place, field.replace(/_micros$/, ''), whole, isNamed, new Set());
  return found?.['description'] as string | undefined;
}

/** The first property of that name that passes. */
function find(
  schema: unknown,
  name: string,
  document: Schema,
  passes: (found: Schema) => boolean,
  seen: Set<unknown>,
): Schema | undefined {
  if (!isObject(schema) || seen.has(schema)) return undefined;
  seen.add(schema);
  const { $ref, properties } = schema as { $ref?: string; properties?: Schema };
  if (typeof $ref === 'string') return find(resolved($ref, document), name, document, passes, seen);
  const own = isObject(properties) ? properties[name] : undefined;
  if (isObject(own) && passes(own)) return own;
  for (const inner of Object.values(schema)) {
    const found = find(inner, name, document, passes, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

const resolved = (ref: string, document: Schema): unknown =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), document);

/** Counts that stand behind every amount of credit. */
const BEHIND = ['touched_conversions', 'credited_conversions', 'total_conversions'];

/** The fields of the row that the meaning names, with their values; without such fields, the counts of orders. */
export function partsOf(
  row: object,
  field: string,
  meaning: string | undefined,
): Array<{ name: string; value: string }> {
  const fields = row as Record<string, unknown>;
  const named = [...new Set((meaning ?? '').match(/[a-z]+(?:_[a-z]+)*/g) ?? [])].filter(
    (name) => name !== field && isFigure(fields[name]),
  );
  const chosen = named.length > 0 ? named : BEHIND.filter((name) => name !== field && isFigure(fields[name]));
  const interval = fields[`${field.replace(/_micros$/, '')}_interval`];
  const parts = chosen.map((name) => ({ name, value: String(fields[name]) }));
  if (isObject(interval))
    parts.push({ name: 'likely (90 %)', value: `${String(interval['low'])} to ${String(interval['high'])}` });
  return parts;
}

const isFigure = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
