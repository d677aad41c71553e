/** What stands where there is no answer: yet, at all, or because something failed. */
import type { ComponentChildren } from 'preact';
import { Refusal } from '../api/ask.ts';

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
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
  refetch: () => unknown;
}

/** The part of a page that shows an answer: it waits, says what failed, and dims an answer that is being replaced. */
export function Shown<T>({
  answer,
  what,
  children,
}: {
  answer: Answered<T>;
  what: string;
  children: (data: T) => ComponentChildren;
}) {
  if (answer.error) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Loading what={what} />;
  return (
    <div class={answer.isFetching ? 'shown stale' : 'shown'} aria-busy={answer.isFetching}>
      {children(answer.data)}
    </div>
  );
}
