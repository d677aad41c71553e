/**
 * A path as the text of a quoted SQL literal that matches only this file. DuckDB reads a path as a pattern, so each special
 * character is put in brackets, where it has no special meaning.
 */
export function patternless(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]').replaceAll("'", "''");
}
