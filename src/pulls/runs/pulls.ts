/** What administrators see of pulls and do with them: where each stands, and a run before its time. */
import { maySee } from '../../domain/brand-access.ts';
import { TributaryError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/time.ts';
import type { State } from '../../state/port.ts';
import type { PullSettings } from '../settings.ts';
import { readStanding, type Standing, writeStanding } from './standing.ts';

export interface PullStatus {
  pull_id: string;
  kind: string;
  brand_id: string;
  /** `waiting` for its first run, `reading` well, or `failing`. */
  status: 'waiting' | 'reading' | 'failing';
  first_date: string | null;
  last_date: string | null;
  lines: number;
  stated: number;
  failures: number;
  last_run_at: string | null;
  last_success_at: string | null;
  next_run_at: string | null;
  last_error: string | null;
  /** What a person should know of the account, such as days of another time zone. */
  notes: string[];
}

interface BrandFacts {
  time_zone: string;
  currency: string;
}

export class PullList {
  constructor(
    private readonly settings: ReadonlyMap<string, PullSettings>,
    private readonly state: State,
    private readonly brandOf: (brand_id: string) => BrandFacts,
  ) {}

  /** @param key_brand_id the brand of the key that asks; null for a key for all brands. */
  async list(key_brand_id: string | null): Promise<PullStatus[]> {
    const own = [...this.settings.values()].filter(({ brand_id }) => maySee(key_brand_id, [brand_id]));
    return Promise.all(own.map((settings) => this.statusOf(settings)));
  }

  /** Asks for a run at once. The process that reads it looks every ten seconds. @throws not_found */
  async ask(id: string, key_brand_id: string | null): Promise<void> {
    const settings = this.settings.get(id);
    if (settings === undefined || !maySee(key_brand_id, [settings.brand_id]))
      throw new TributaryError('not_found', `there is no pull ${JSON.stringify(id.slice(0, 60))}`, {
        field: 'pull_id',
      });
    await this.state.transaction(async (transaction) =>
      writeStanding(transaction, id, { ...(await readStanding(transaction, id)), asked: true }),
    );
  }

  private async statusOf({ id, brand_id, source }: PullSettings): Promise<PullStatus> {
    const standing = await readStanding(this.state, id);
    const { last_run_ms, last_success_ms, due_ms, asked, last_error, first_date, last_date } = standing;
    return {
      pull_id: id,
      kind: source.kind,
      brand_id,
      status: last_run_ms === null ? 'waiting' : standing.failures > 0 ? 'failing' : 'reading',
      first_date,
      last_date,
      lines: standing.lines,
      stated: standing.stated,
      failures: standing.failures,
      last_run_at: instantOf(last_run_ms),
      last_success_at: instantOf(last_success_ms),
      next_run_at: last_run_ms === null || asked ? null : formatInstant(due_ms),
      last_error: last_error || null,
      notes: notesOf(standing, this.brandOf(brand_id)),
    };
  }
}

const instantOf = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

function notesOf({ time_zone, currencies }: Standing, brand: BrandFacts): string[] {
  const notes: string[] = [];
  if (time_zone !== null && time_zone !== brand.time_zone)
    notes.push(
      `its days are those of ${time_zone}, and the brand's are those of ${brand.time_zone}: they count as the same dates`,
    );
  const others = currencies.filter((currency) => currency !== brand.currency);
  if (others.length > 0)
    notes.push(
      `amounts are in ${others.join(', ')}, and the brand's currency is ${brand.currency}: reports need exchange rates (fx_rates)`,
    );
  return notes;
}
