/**
 * Which role and which key may do what. This is the only place that says it.
 *
 * - A viewer reads reports that tell of no single person.
 * - An analyst reads everything that reads, single persons too, and asks in SQL.
 * - An admin also manages keys, sources, settings, fits and everything else that changes or shows the installation.
 *
 * Nobody sends events through the dashboard: that takes a key.
 */
import { TributaryError } from '../domain/errors.ts';
import { USER_ROLES, type UserRole } from '../domain/user-roles.ts';
import type { Key } from './keys.ts';
import type { Route } from './route.ts';
import type { Scope } from './stored-keys.ts';

/** The part of a route that says who may call it. */
export type Protected = Pick<Route, 'scope' | 'pages' | 'viewers' | 'partners' | 'assistants'>;

/** What a role may do, as the scope of a key that may do the same. */
export const SCOPE_OF_ROLE: Readonly<Record<UserRole, Scope>> = { viewer: 'view', analyst: 'read', admin: 'admin' };

/** True if a key opens a route. */
export function allows(key: Pick<Key, 'scopes'>, route: Protected): boolean {
  const opening = scopesFor(route);
  return key.scopes.some((scope) => opening.includes(scope));
}

/** The scopes that open a route: the one that it names first. */
export function scopesFor({
  scope,
  pages = false,
  viewers = false,
  partners = false,
  assistants = false,
}: Protected): readonly Scope[] {
  // Who may read everything may also ask it in SQL. What names persons there takes a scope of its own.
  const named: Scope[] = scope === null ? [] : scope === 'sql' ? ['sql', 'persons', 'read'] : [scope];
  return [
    ...new Set<Scope>([
      ...named,
      ...(viewers ? ['view' as const] : []),
      // An assistant hands what it reads to a model, so persons take the scope that is only for them.
      ...(assistants ? ['persons' as const] : []),
      ...(pages ? ['page' as const] : []),
      ...(partners ? ['partner' as const] : []),
      'admin',
    ]),
  ];
}

/** The role of who signs in with a key; null if the key is no key for the dashboard. */
export function roleOf({ scopes }: Pick<Key, 'scopes'>): UserRole | null {
  return USER_ROLES.findLast((role) => scopes.includes(SCOPE_OF_ROLE[role])) ?? null;
}

/** The least role that opens a route. */
export function roleFor(route: Protected): UserRole {
  return USER_ROLES.find((role) => allows({ scopes: [SCOPE_OF_ROLE[role]] }, route)) ?? 'admin';
}

/** Why a key does not open a route. */
export function refusalOfKey({ name, scopes }: Key, route: Protected): TributaryError {
  const [first, ...others] = scopesFor(route);
  return new TributaryError(
    'forbidden',
    `this call needs a key of scope ${first}${others.length === 0 ? '' : ` (or ${others.join(', ')})`}; the key "${name}" has ${scopes.join(', ')}`,
  );
}

/** Why who is signed in may not call a route. */
export function refusalOfSession(key: Key, route: Protected): TributaryError {
  const needed = roleFor(route);
  return new TributaryError(
    'forbidden',
    `this needs the role ${needed}; "${key.name}" is signed in as ${roleOf(key) ?? 'no role'}. Ask who runs this Tributary for the role ${needed}`,
  );
}
