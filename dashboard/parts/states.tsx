/** What stands where there is no answer: yet, at all, or because something failed. */
import type { ComponentChildren } from 'preact';
import { Refusal } from '../api/ask.ts';

/** @param tall the height of what is coming, in rem, so that nothing below moves when it is there. */
export function Loading({ what, tall }: { what: string; tall?: number | undefined }) {
  return (
    <p class="loading" role="status" style={tall === undefined ? undefined : { minHeight: `${tall}rem` }}>
      Loading {what} …
    </p>
  );
}

export function Notice({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="notice">
      <h2>{title}</h2>
      <p>{children}</p>
    </section>
  );
}

/** A failure in the words of the server. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const field = error instanceof Refusal ? error.field : undefined;
  return (
    <section class="notice failed" role="alert">
      <h2>This could not be shown</h2>
      <p>{error.message}</p>
      {field === 'currency' && <p>Choose a currency above.</p>}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </section>
  );
}

interface Answered<T> {
  data: T | undefined;
  error: Error | null;
  isFetching: boolean;
  /** True if the answer is that to another question, until this one is answered. */
  isPlaceholderData?: boolean;
  refetch: () => unknown;
}

/** The part of a page that shows an answer: it waits, says what failed, and dims an answer that is being replaced. */
export function Shown<T>({
  answer,
  what,
  tall,
  children,
}: {
  answer: Answered<T>;
  what: string;
  /** About how high it is, in rem. */
  tall?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (answer.error) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Loading what={what} tall={tall} />;
  const is_stale = answer.isFetching || answer.isPlaceholderData === true;
  return (
    <div class={is_stale ? 'shown stale' : 'shown'} aria-busy={is_stale}>
      {children(answer.data)}
    </div>
  );
}
