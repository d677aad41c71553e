/** What a report says about the artifact of a fitted model: if it is pinned, and why it may not be the one that you expect. */
import type { ArtifactNotes } from '../attribution/plan.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import { brandsInWords, type Chosen, percentOf } from '../models/artifacts/choose.ts';
import { kindOf } from '../models/artifacts/stored.ts';
import type { ReportJson } from './context.ts';
import type { FailingFit } from './fit-log.ts';
import type { Warning } from './warning.ts';

/** A pinned artifact that is so many days older than the newest one that passed gets a warning. */
const OLD_PIN_DAYS = 30;

/** Warnings that come and go while the log, the settings and the figures stay the same. */
const PASSING: readonly string[] = ['pinned_artifact_old', 'scheduled_fits_failed'];

/** An answer without the warnings that come and go, and without the time at which it was made. */
export function lastingPart({ generated_at: _generated_at, ...answer }: ReportJson): ReportJson {
  const { warnings } = answer as { warnings?: Array<{ code?: string }> };
  if (!Array.isArray(warnings)) return answer;
  return { ...answer, warnings: warnings.filter(({ code }) => code === undefined || !PASSING.includes(code)) };
}

/** @param failing scheduled fits that fail now. */
export function artifactNotes(
  chosen: Chosen,
  brand_ids: readonly string[],
  failing: readonly FailingFit[],
): ArtifactNotes {
  return {
    pinned: chosen.because === 'pinned',
    warnings: [...unseenWarnings(chosen), ...oldPinWarnings(chosen), ...failureWarnings(chosen, brand_ids, failing)],
  };
}

function unseenWarnings({ artifact, unseen }: Chosen): Warning[] {
  if (unseen === null) return [];
  const { brands, share } = unseen;
  return [
    {
      code: 'brands_not_in_fit',
      count: brands.length,
      message: `brands came after the fit ${artifact.artifact_id} (${brandsInWords(brands)}; ${percentOf(share)} of all conversions): their orders are credited by what it learned from the other brands. \`tributary fit ${artifact.model}\` learns from them, too, and so does the next scheduled fit of all brands`,
    },
  ];
}

function oldPinWarnings({ artifact, because, newest }: Chosen): Warning[] {
  if (because !== 'pinned' || newest === undefined) return [];
  const days = Math.floor((newest.created_ms - artifact.created_ms) / MS_PER_DAY);
  if (days < OLD_PIN_DAYS) return [];
  return [
    {
      code: 'pinned_artifact_old',
      count: days,
      message: `days lie between the pinned fit ${artifact.artifact_id} and ${newest.artifact_id}, the newest that passed its gate; \`tributary models compare ${artifact.artifact_id} ${newest.artifact_id}\` shows what would change`,
    },
  ];
}

/** Of the scheduled fits whose artifacts the report would use. What they lack is not told: it may be of brands that the key may not read. */
function failureWarnings(
  { artifact, because }: Chosen,
  brand_ids: readonly string[],
  failing: readonly FailingFit[],
): Warning[] {
  if (because === 'named') return [];
  const { every_brand } = kindOf(artifact.settings);
  const serves = ({ brand_id }: FailingFit): boolean =>
    brand_id === null ? every_brand : brand_ids.length === 1 && brand_ids[0] === brand_id;
  return (
    failing
      // A fit that somebody made since then has mended it.
      .filter((fit) => fit.model === artifact.model && serves(fit) && Date.parse(fit.last_at) >= artifact.created_ms)
      .map(({ runs, outcome, last_at }) => ({
        code: 'scheduled_fits_failed',
        count: runs,
        message: `runs of the scheduled fit of ${artifact.model} in a row gave nothing that reports may use; the last one, on ${last_at.slice(0, 10)}, ${outcome === 'failed' ? 'failed' : 'was refused by its gate'}. The report goes on with ${artifact.artifact_id}, and \`tributary models fits\` says why`,
      }))
  );
}
