/** URLs that a person configures. */
import { targetProblem } from './addresses.ts';

/**
 * What is wrong with a URL that requests go to; null if it can be used. The sentence never quotes it, because it may hold a secret.
 * @param private_network true if it may lead to an address of this network, or be plain http.
 */
export function urlProblem(url: string, private_network: boolean): string | null {
  const problem = linkProblem(url);
  if (problem !== null || private_network) return problem;
  return targetProblem(new URL(url));
}

/** What is wrong with a URL that is told to others and never asked. */
export function linkProblem(url: string): string | null {
  if (!URL.canParse(url)) return 'is not a URL; enter one such as https://api.example.com';
  const { protocol, username, password, hash } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'holds a user or a password; put them into secrets';
  if (hash !== '') return 'has a part after #, which is never sent; remove it';
  return null;
}

interface Options {
  options: Readonly<Record<string, string>>;
  private_network: boolean;
}

/** The problem of options with URLs, or null. Those that were left out have none. */
export function urlsProblem(
  { options, private_network }: Options,
  ...names: readonly string[]
): { option: string; problem: string } | null {
  for (const name of names) {
    const url = options[name];
    if (url === undefined) continue;
    // Paths are added to it.
    const has_query = name === 'base_url' && URL.canParse(url) && new URL(url).search !== '';
    const problem = urlProblem(url, private_network) ?? (has_query ? 'has a part after ?; remove it' : null);
    if (problem !== null) return { option: `options.${name}`, problem };
  }
  return null;
}

/** A base URL without slashes at its end. */
export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
