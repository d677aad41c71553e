/**
 * A path as the text of a quoted SQL literal that names this file alone. DuckDB takes a path for a pattern; each special character
 * stands in brackets here, where it means only itself.
 */
export function patternless(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]').replaceAll("'", "''");
}
