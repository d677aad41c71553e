/** The groups of a person in what an identity provider says. */

/**
 * The texts of a claim, which is a text or a list of texts. A claim with dots in its name is also looked for within others, as
 * `realm_access.roles`. An address counts only if the provider has verified it, since some let people enter any.
 * @returns undefined if there is no such claim.
 */
export function groupsIn(claims: Readonly<Record<string, unknown>>, name: string): readonly string[] | undefined {
  const found = Object.hasOwn(claims, name) ? claims[name] : within(claims, name.split('.'));
  if (found === undefined) return undefined;
  if (name === 'email' && claims['email_verified'] !== true) return [];
  return (Array.isArray(found) ? found : [found]).filter((text): text is string => typeof text === 'string');
}

function within(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return within((value as Record<string, unknown>)[name], rest);
}
