/**
 * Why a number is what it is: a press on a figure opens a dialog with its meaning, what it is made of, the answer that it comes from,
 * and the orders behind it. The meanings are those of the OpenAPI document.
 */
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useAnswer } from '../api/ask.ts';
import { useIsAnalyst } from '../api/session.ts';
import { useView, type View, withView } from '../view.ts';
import { instant, words } from './figures.ts';
import { meaningOf, partsOf } from './meanings.ts';
import type { Source } from './source.ts';

export interface Reason {
  /** What the figure is, in words. */
  name: string;
  value: ComponentChildren;
  /** The part of the answer that holds the row, such as `summary`. */
  part: string;
  /** The field of the row that holds the figure. */
  field: string;
  /** The row. */
  row: object;
  from: Source;
  /** Filters that choose the orders behind it; undefined if it has none. */
  filter?: readonly string[];
}

const Tell = createContext<(reason: Reason) => void>(() => {});

/** A figure that tells why. Cells of tables are reached by arrow keys, so only one of a table is in the order of the Tab key. */
export function Why({
  tabIndex = 0,
  children,
  ...reason
}: Omit<Reason, 'value'> & { tabIndex?: 0 | -1; children: ComponentChildren }) {
  const tell = useContext(Tell);
  return (
    <button
      type="button"
      class="why-figure"
      data-why=""
      aria-haspopup="dialog"
      title={`Why? ${reason.name}`}
      tabIndex={tabIndex}
      onClick={() => tell({ ...reason, value: children })}
    >
      {children}
    </button>
  );
}

/** Holds the one dialog of the page. */
export function WhyDialog({ children }: { children: ComponentChildren }) {
  const [reason, setReason] = useState<Reason | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (reason !== null && dialog.current?.open === false) dialog.current.showModal();
  }, [reason]);
  return (
    <Tell.Provider value={setReason}>
      {children}
      <dialog ref={dialog} class="why-dialog" aria-labelledby="why-name" onClose={() => setReason(null)}>
        {reason !== null && <Told reason={reason} close={() => dialog.current?.close()} />}
      </dialog>
    </Tell.Provider>
  );
}

function Told({ reason, close }: { reason: Reason; close: () => void }) {
  const [view] = useView();
  const { data: document } = useAnswer<object>('/openapi.json');
  const { name, value, part, field, row, from } = reason;
  const meaning = document === undefined ? undefined : meaningOf(document, from.path, part, field);
  const parts = partsOf(row, field, meaning);
  return (
    <div class="why-told">
      <header>
        <h2 id="why-name">{name}</h2>
        <button type="button" class="quiet" onClick={close}>
          Close
        </button>
      </header>
      <p class="figure">{value}</p>
      <p>{document === undefined ? 'Loading its meaning …' : (meaning ?? words(field))}</p>
      {parts.length > 0 && (
        <dl class="why-parts">
          {parts.map((one) => (
            <div key={one.name}>
              <dt>{words(one.name)}</dt>
              <dd>{one.value}</dd>
            </div>
          ))}
        </dl>
      )}
      <Orders reason={reason} view={view} close={close} />
      <Answer reason={reason} view={view} close={close} />
    </div>
  );
}

function Orders({ reason: { filter }, view, close }: { reason: Reason; view: View; close: () => void }) {
  const sees_orders = useIsAnalyst();
  if (filter === undefined || !sees_orders) return null;
  const all = [...new Set([...view.filter, ...filter])];
  return (
    <p>
      <Link href={`${withView('/journeys', { ...view, filter: all })}&path=*`} onClick={close}>
        The orders behind it
      </Link>
      , each with its receipt
    </p>
  );
}

interface Head {
  report_period?: { start: string; end: string };
  as_of?: string;
  attribution_model?: string;
  config_hash?: string;
  generated_at?: string;
  artifacts?: Record<string, string>;
  pinned_models?: readonly string[];
}

/** The page on what a figure was made of: its question and the filters of its row. */
function lineageOf({ from: { address, answer }, filter = [] }: Reason, view: View): string {
  const { pathname, searchParams } = new URL(address, location.origin);
  const { as_of } = answer as Head;
  if (as_of !== undefined) searchParams.set('as_of', as_of);
  const asked = new URLSearchParams({ address: `${pathname}?${searchParams}` });
  for (const one of filter) asked.append('row', one);
  return `${withView('/lineage', view)}&${asked}`;
}

/** How the answer was made: with these values, the same question gives the same answer again. */
function Answer({ reason, view, close }: { reason: Reason; view: View; close: () => void }) {
  const { address, answer } = reason.from;
  const sees_orders = useIsAnalyst();
  const {
    report_period: period,
    as_of,
    attribution_model,
    config_hash,
    generated_at,
    artifacts,
    pinned_models,
  } = answer as Head;
  const facts: ReadonlyArray<[name: string, value: string | undefined]> = [
    ['Period', period && `${period.start} to ${period.end}, the end not included`],
    ['Model', attribution_model && words(attribution_model)],
    ['Fit', artifacts && Object.values(artifacts).join(', ') + (pinned_models ? ', pinned' : '')],
    ['Log position', as_of],
    ['Settings', config_hash],
    ['Computed', generated_at && instant(generated_at)],
  ];
  return (
    <details>
      <summary>How it was computed</summary>
      <dl class="why-facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      <p>
        <a href={address} target="_blank" rel="noreferrer">
          The answer of the API
        </a>
        {sees_orders && (
          <>
            {' · '}
            <Link href={lineageOf(reason, view)} onClick={close}>
              Back to its rows
            </Link>
          </>
        )}
      </p>
    </details>
  );
}
