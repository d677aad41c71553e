/** The way to the identity provider, and back to the page that was asked for. */
const WORD = 'sign_in';

/** The word in the address that says why a sign-in brought no session. */
export function problemWord(): string {
  return new URLSearchParams(location.search).get(WORD) ?? '';
}

/** The address of the page without that word, so that a reload does not tell an old problem. */
export function plainAddress(): string {
  const { pathname, searchParams } = new URL(location.href);
  searchParams.delete(WORD);
  return `${pathname}${searchParams.size === 0 ? '' : `?${searchParams}`}`;
}

export function ProviderLink({ name, path }: { name: string; path: string }) {
  return (
    <a class="button" href={`${path}?to=${encodeURIComponent(plainAddress())}`}>
      Sign in with {name}
    </a>
  );
}
