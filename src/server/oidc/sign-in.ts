/**
 * Signing in at the identity provider, step by step. What a sign-in needs again when the browser comes back is in a cookie that only
 * this server can read, so strangers who begin sign-ins fill no memory. Each state is taken once.
 */
import { hash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import { MS_PER_MINUTE } from '../../domain/time.ts';
import type { OidcSettings } from '../../sign-in-config.ts';
import type { State } from '../../state/port.ts';
import { secretOf } from '../../state/secrets.ts';
import type { GrantOf, Sessions } from '../sessions.ts';
import { type Begun, Provider } from './provider.ts';
import { seal, unseal } from './sealed.ts';

/** A sign-in must end within this time. */
export const SIGN_IN_MS = 10 * MS_PER_MINUTE;
const USED = 'used_sign_ins';
/** Over this number a state is forgotten for each new one. The provider takes its code once, too. */
const MAX_USED = 2_000;
const SECRET = 'sign_ins';
/** Sign-ins that ask the provider at one time. Others are told to wait. */
const MAX_AT_ONCE = 20;

interface Waiting extends Begun {
  ends_ms: number;
  /** The page of the dashboard that the person wanted to see. */
  to: string;
}

/** Why nobody is signed in. The page of the sign-in has words for each. */
export type Problem = 'cancelled' | 'over' | 'no_role' | 'failed';

export type Outcome = { token: string; to: string } | { problem: Problem; cause?: unknown };

export class SignIn {
  private readonly provider: Provider;
  private at_once = 0;

  constructor(
    private readonly settings: OidcSettings,
    private readonly state: State,
    private readonly sessions: Sessions,
    private readonly grantOf: GrantOf,
    private readonly clock: () => number,
  ) {
    this.provider = new Provider(settings);
  }

  get public_url(): string {
    return this.settings.public_url;
  }

  /** @returns where the browser goes, and what it keeps meanwhile. @throws when the provider cannot be asked. */
  async begin(to: unknown): Promise<{ address: string; kept: string }> {
    const { address, begun } = await this.provider.begin();
    const waiting: Waiting = { ...begun, ends_ms: this.clock() + SIGN_IN_MS, to: pageOf(to) };
    return { address, kept: seal(await secretOf(this.state, SECRET), waiting) };
  }

  /**
   * @param came_back path and query to which the provider sent the browser.
   * @throws state_unavailable; rate_limited.
   */
  async end(came_back: string, kept: string | undefined): Promise<Outcome> {
    const query = new URL(came_back, this.settings.public_url).searchParams;
    const waiting = kept === undefined ? undefined : unseal(await secretOf(this.state, SECRET), kept);
    if (waiting === undefined) return { problem: 'over' };
    const { ends_ms, to, ...begun } = waiting as Waiting;
    if (ends_ms <= this.clock() || query.get('state') !== begun.state) return { problem: 'over' };
    if (!(await this.use(begun.state, ends_ms))) return { problem: 'over' };
    if (query.get('error') === 'access_denied') return { problem: 'cancelled' };
    if (this.at_once >= MAX_AT_ONCE)
      throw new TributaryError('rate_limited', 'too many people sign in at this moment; try again', {
        retry_after_s: 5,
      });
    this.at_once += 1;
    try {
      const person = await this.provider.end(came_back, begun);
      if (this.grantOf(person) === undefined) return { problem: 'no_role' };
      return { token: await this.sessions.begin({ person }), to };
    } catch (cause) {
      if (cause instanceof TributaryError) throw cause;
      return { problem: 'failed', cause };
    } finally {
      this.at_once -= 1;
    }
  }

  /** Takes a state. @returns false if it was taken before, by any process. */
  private use(state: string, ends_ms: number): Promise<boolean> {
    const digest = hash('sha256', state, 'hex');
    return this.state.transaction(async (transaction) => {
      if ((await transaction.get(USED, digest)) !== undefined) return false;
      const used = await transaction.list<number>(USED, { limit: MAX_USED });
      const is_full = used.length === MAX_USED;
      for (const [i, { key, value }] of used.entries())
        if (value <= this.clock() || (is_full && i === 0)) await transaction.delete(USED, key);
      await transaction.put(USED, digest, ends_ms);
      return true;
    });
  }
}

/** A page of this dashboard: a path, never another site. */
function pageOf(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1999}$/.test(to) ? to : '/';
}
