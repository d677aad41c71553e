/** A bar at the top of the page while an answer takes longer than a second. */
import { useProgress } from '../api/progress.ts';

const WORDS = { waiting: 'Waiting for other reports', people: 'Reading journeys', query: 'Computing' };

export function ProgressBar() {
  const now = useProgress();
  if (now === undefined) return null;
  const words = WORDS[now.step ?? 'query'];
  const share = now.done !== null && now.total ? now.done / now.total : undefined;
  return (
    <div class="progress-line" role="status">
      <progress aria-label={words} max={1} {...(share === undefined ? {} : { value: share })} />
      <span class="progress-words">
        {words}
        {share === undefined ? '' : `: ${Math.floor(share * 100)} %`}
      </span>
    </div>
  );
}
