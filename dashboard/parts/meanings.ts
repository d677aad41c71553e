/** The meanings of fields, as the OpenAPI document has them, and the fields that a figure is made of. */

type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** What a field of the answer at a path means; undefined if the document does not say it. */
export function meaningOf(document: object, path: string, field: string): string | undefined {
  const paths = (document as { paths?: Record<string, unknown> }).paths ?? {};
  const own = field.replace(/_micros$/, '');
  return (
    find(paths[path], own, document as Schema, new Set()) ?? find(paths[path], field, document as Schema, new Set())
  );
}

/** The first description of a property of that name. */
function find(part: unknown, field: string, document: Schema, seen: Set<unknown>): string | undefined {
  if (!isObject(part) || seen.has(part)) return undefined;
  seen.add(part);
  const { $ref, properties } = part as { $ref?: string; properties?: Schema };
  if (typeof $ref === 'string') return find(resolved($ref, document), field, document, seen);
  const own = isObject(properties) ? properties[field] : undefined;
  if (isObject(own) && typeof own['description'] === 'string') return own['description'];
  for (const inner of Object.values(part)) {
    const found = find(inner, field, document, seen);
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
