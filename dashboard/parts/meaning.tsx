import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A “?” that says what a figure means. The browser shows it over the page, closes it with Escape, and gives the focus back. */
export function Meaning({ of, children }: { of: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <>
      <button type="button" class="meaning" popovertarget={id} aria-label={`What “${of}” means`}>
        ?
      </button>
      <span id={id} popover="auto" class="meaning-text">
        {children}
      </span>
    </>
  );
}
