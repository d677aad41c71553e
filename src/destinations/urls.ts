/** URLs that a person configures. */

/** What is wrong with a URL that requests go to; null if it can be used. The sentence never quotes it, because it may hold a secret. */
export function urlProblem(url: string): string | null {
  if (!URL.canParse(url)) return 'is not a URL; enter one such as https://api.example.com';
  const { protocol, username, password, hash } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'holds a user or a password; put them into secrets';
  if (hash !== '') return 'has a part after #, which is never sent; remove it';
  return null;
}

/** What is wrong with the option `base_url`, to which paths are added; null if it can be used or is left out. */
export function baseUrlProblem(options: Readonly<Record<string, string>>): { option: string; problem: string } | null {
  const url = options['base_url'];
  if (url === undefined) return null;
  const problem = urlProblem(url) ?? (new URL(url).search === '' ? null : 'has a part after ?; remove it');
  return problem === null ? null : { option: 'options.base_url', problem };
}

/** A base URL without slashes at its end. */
export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
