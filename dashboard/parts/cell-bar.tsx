import type { ComponentChildren } from 'preact';

/** A figure of a table with a bar that shows its size beside the others of the column. */
export function CellBar({
  part,
  kind = '',
  children,
}: {
  /** From 0 to 1, of the largest one. */
  part: number;
  kind?: 'email' | '';
  children: ComponentChildren;
}) {
  return (
    <span class="cell-bar">
      <span class="cell-bar-ground" aria-hidden="true">
        <span class={`cell-bar-part ${kind}`} style={{ width: `${Math.max(0, Math.min(1, part)) * 100}%` }} />
      </span>
      <span class="cell-bar-text">{children}</span>
    </span>
  );
}
