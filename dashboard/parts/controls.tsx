/** Period, comparison, brand, currency, model and filters, for all pages. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { addDays } from '../days.ts';
import { choicesOf, type ViewChoice } from '../places.ts';
import { useView, type View } from '../view.ts';
import { AddFilter } from './add-filter.tsx';
import { BrandChoice } from './brands.tsx';
import { Choice } from './choice.tsx';
import { shortDay, words } from './figures.ts';
import { periodOf, periods } from './periods.ts';

const MODELS = [
  'linear',
  'last_touch',
  'first_touch',
  'time_decay',
  'position_based',
  'data_driven',
  'algorithmic',
  'algorithmic_incremental',
  'algorithmic_calibrated',
] as const;
const CURRENCIES = ['USD', 'EUR', 'GBP', 'CHF', 'AUD', 'CAD', 'JPY', 'SEK', 'NOK', 'DKK', 'PLN'] as const;
const COMPARES = [
  ['previous_period', 'the days before'],
  ['previous_year', 'a year earlier'],
  ['none', 'nothing'],
] as const;

/** The choices that act on this page. On a phone they are folded, so that the page begins on the first screen. */
export function Controls() {
  const [view, change] = useView();
  const [path] = useLocation();
  const acting = choicesOf(path);
  const is_narrow = useNarrow();
  const form = (
    <form class="controls" aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
      {acting.includes('period') && <Period view={view} change={change} />}
      {acting.includes('brand') && <BrandChoice />}
      {acting.includes('compare') && (
        <Choice
          label="Compared with"
          value={view.compare}
          options={COMPARES}
          onChange={(compare) => change({ compare })}
        />
      )}
      {acting.includes('model') && (
        <Choice
          label="Model"
          value={view.model}
          options={MODELS.map((name) => [name, words(name)])}
          onChange={(model) => change({ model })}
        />
      )}
      {acting.includes('currency') && (
        <Choice
          label="Currency"
          value={view.currency}
          options={[['', 'of the brand'], ...CURRENCIES.map((code): [string, string] => [code, code])]}
          onChange={(currency) => change({ currency })}
        />
      )}
      {acting.includes('filter') && (
        <>
          <Filters view={view} change={change} />
          <AddFilter view={view} change={change} />
        </>
      )}
    </form>
  );
  if (!is_narrow) return form;
  return (
    <details class="fold">
      <summary>{shownText(view, acting)}</summary>
      {form}
    </details>
  );
}

/** What is shown, in a line. */
function shownText(view: View, acting: readonly ViewChoice[]): string {
  const { start, end, model, filter } = view;
  const parts = [
    acting.includes('period') && (periodOf(view)?.name ?? `${shortDay(start)} to ${shortDay(addDays(end, -1))}`),
    acting.includes('model') && words(model),
    acting.includes('filter') && filter.length > 0 && `${filter.length} ${filter.length === 1 ? 'filter' : 'filters'}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'Choices' : parts.join(' · ');
}

const NARROW = '(max-width: 40rem)';

function useNarrow(): boolean {
  const [is_narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const tell = (): void => setNarrow(query.matches);
    query.addEventListener('change', tell);
    return () => query.removeEventListener('change', tell);
  }, []);
  return is_narrow;
}

interface Changing {
  view: View;
  change: (change: Partial<View>) => void;
}

function Period({ view, change }: Changing) {
  const named = periods();
  const chosen = periodOf(view)?.name ?? '';
  const setDay =
    (set: (day: string) => Partial<View>) =>
    ({ currentTarget }: JSX.TargetedEvent<HTMLInputElement>): void => {
      if (currentTarget.value !== '') change(set(currentTarget.value));
    };
  return (
    <fieldset class="period">
      <legend>Period</legend>
      <select
        aria-label="Period"
        value={chosen}
        onChange={({ currentTarget }) => {
          const found = named.find(({ name }) => name === currentTarget.value);
          if (found) change({ start: found.start, end: found.end });
        }}
      >
        {chosen === '' && <option value="">{`${shortDay(view.start)} to ${shortDay(addDays(view.end, -1))}`}</option>}
        {named.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <input
        type="date"
        aria-label="First day"
        value={view.start}
        max={addDays(view.end, -1)}
        onChange={setDay((start) => ({ start }))}
      />
      <span aria-hidden="true">to</span>
      <input
        type="date"
        aria-label="Last day"
        value={addDays(view.end, -1)}
        min={view.start}
        onChange={setDay((last) => ({ end: addDays(last, 1) }))}
      />
    </fieldset>
  );
}

/** The filters as chips; pressing one removes it. Tables add them. */
function Filters({ view, change }: Changing) {
  if (view.filter.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {view.filter.map((one) => (
        <li key={one}>
          <button
            type="button"
            title={`Remove the filter ${one}`}
            aria-label={`Remove the filter ${chipText(one)}`}
            onClick={() => change({ filter: view.filter.filter((other) => other !== one) })}
          >
            {chipText(one)} <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A filter in words: `channel:!email` is “channel is not email”. */
function chipText(filter: string): string {
  const [field = '', ...rest] = filter.split(':');
  const value = rest.join(':');
  const is_not = value.startsWith('!');
  return `${words(field)} ${is_not ? 'is not' : 'is'} ${value.slice(is_not ? 1 : 0) || 'missing'}`;
}
