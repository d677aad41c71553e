/** A part of an answer for assistants, with tables as lists of objects again. Cells without a value are left out, as null fields are. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
export function decoded(part: unknown): any {
  if (Array.isArray(part)) return part.map(decoded);
  if (typeof part !== 'object' || part === null) return part;
  const { columns, rows } = part as { columns?: string[]; rows?: unknown[][] };
  if (!Array.isArray(columns) || !Array.isArray(rows))
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, decoded(inner)]));
  return rows.map((row) =>
    Object.fromEntries(columns.flatMap((name, i) => (row[i] === null ? [] : [[name, decoded(row[i])]]))),
  );
}
