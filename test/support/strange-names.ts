/** Names of folders that mean something in a pattern or to an engine, and beside them names that they would match. */
export const STRANGE_NAMES = [
  ...['date=2020-01-01', 'brand_id=zzz', 'a*b', 'aXb', '**', '[x]', 'x', '[!x]', '[a-c]', '[]]', 'a**b[', '{a,b}', 'a'],
  ...['?', 'q', 'back\\slash', '~', '$HOME', 'a#b', 'a%20b', "it's", '"', 's3:', 'https:', 'line\nbreak', '日本', ' '],
] as const;
