import type { ComponentChildren } from 'preact';

/** A place for what may be wider than the page. It scrolls by keyboard, too, so it takes the focus. It is no landmark: a page has many. */
export function Wide({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, keyboards cannot scroll (WCAG 2.1.1)
    <div class="table" role="group" tabIndex={0} aria-label={label}>
      {children}
    </div>
  );
}
