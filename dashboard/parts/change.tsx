import { change } from './figures.ts';

/** A change in per cent against the earlier period. The sign and the word say the direction, not the colour alone. */
export function Change({ percent, good = 'up' }: { percent: number | null | undefined; good?: 'up' | 'down' }) {
  if (percent === null || percent === undefined) return <span class="change none">no earlier figure</span>;
  const direction = percent > 0.5 ? 'up' : percent < -0.5 ? 'down' : 'same';
  const kind = direction === 'same' ? 'same' : direction === good ? 'better' : 'worse';
  return (
    <span class={`change ${kind}`}>
      <span aria-hidden="true">{direction === 'up' ? '▲' : direction === 'down' ? '▼' : '='}</span> {change(percent)}
    </span>
  );
}
