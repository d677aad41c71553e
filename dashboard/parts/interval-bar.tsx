import type { ComponentChildren } from 'preact';

/** An interval as a bar with its value as a mark, on the scale of a column. The text beside it says the same. */
export function IntervalBar({
  low,
  high,
  value,
  scale: [from, until],
  mark,
  children,
}: {
  low: number;
  high: number;
  value: number | null;
  /** What the left and the right end of the place mean. */
  scale: readonly [from: number, until: number];
  /** Another value that is drawn as a thin line, such as the average of all. */
  mark?: number | null;
  children: ComponentChildren;
}) {
  const place = (one: number): string => `${Math.max(0, Math.min(1, (one - from) / (until - from || 1))) * 100}%`;
  const width = `${(Math.max(0, Math.min(1, (high - from) / (until - from || 1))) - Math.max(0, Math.min(1, (low - from) / (until - from || 1)))) * 100}%`;
  return (
    <span class="interval">
      <span class="interval-ground" aria-hidden="true">
        <span class="interval-range" style={{ left: place(low), width }} />
        {value !== null && <span class="interval-value" style={{ left: place(value) }} />}
        {mark !== null && mark !== undefined && <span class="interval-mark" style={{ left: place(mark) }} />}
      </span>
      <span class="interval-text">{children}</span>
    </span>
  );
}
