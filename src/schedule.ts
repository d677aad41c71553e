/** Fits that are repeated: each is due when its last artifact is old enough, also after a restart. */

import { canonicalJson } from './domain/canonical-json.ts';
import { MS_PER_HOUR, MS_PER_MINUTE } from './domain/time.ts';
import { listArtifacts } from './models/artifacts/stored.ts';
import type { ReportContext } from './reports/context.ts';
import type { FitParameters } from './reports/fit-parameters.ts';
import { fitModel } from './reports/fitting.ts';

/** A fit of the configuration: what to ask for, and how often. */
export interface ScheduledFit {
  every_hours: number;
  parameters: FitParameters;
}

const CHECK_MS = MS_PER_MINUTE;

export class FitSchedule {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  /** When this process last tried each. */
  private readonly tried = new Map<ScheduledFit, number>();

  /** @param onError hears of fits that failed; the next try is the next time it is due. */
  constructor(
    private readonly context: ReportContext,
    private readonly fits: readonly ScheduledFit[],
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** Looks now and then for what is due, until it is stopped. */
  start(): void {
    if (this.fits.length === 0) return;
    this.timer = setInterval(() => this.tick(), CHECK_MS);
    this.timer.unref();
    this.tick();
  }

  /** Runs what is due, one after the other. Resolves when it is done. */
  async runDue(): Promise<string[]> {
    const done: string[] = [];
    for (const fit of this.fits) {
      if (this.stopped) break;
      if (!(await this.isDue(fit))) continue;
      this.tried.set(fit, this.context.clock());
      try {
        const card = await fitModel(this.context, fit.parameters, { key_brand_id: null });
        done.push(card['artifact_id'] as string);
      } catch (error) {
        if (!this.stopped) this.onError(error, `scheduled fit of ${fit.parameters.model}`);
      }
    }
    return done;
  }

  /** Begins nothing new. */
  end(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Ends the fit that is running, which leaves nothing behind. */
  async stop(): Promise<void> {
    this.end();
    await this.context.training.close();
    await this.running;
  }

  private tick(): void {
    this.running ??= this.runDue()
      .then(() => undefined)
      .catch((error) => this.onError(error, 'scheduled fits'))
      .finally(() => {
        this.running = undefined;
      });
  }

  /** When a fit of these parameters was last made, by this process or another one on the same warehouse. */
  private async isDue(fit: ScheduledFit): Promise<boolean> {
    const asked = requestKey(fit.parameters);
    const made = (await this.context.warehouse.read(listArtifacts)).find(
      ({ settings }) => requestKey(settings['request']) === asked,
    );
    const last_ms = Math.max(
      made?.created_ms ?? Number.NEGATIVE_INFINITY,
      this.tried.get(fit) ?? Number.NEGATIVE_INFINITY,
    );
    return this.context.clock() - last_ms >= fit.every_hours * MS_PER_HOUR;
  }
}

function requestKey(request: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(request ?? null))) ?? '';
}
