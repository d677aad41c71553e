/** Adds a filter of any kind: a field, whether it is or is not, and a value, with the values of the period to choose from. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type AttributionRow, useAttribution } from '../api/reports.ts';
import type { View } from '../view.ts';
import { words } from './figures.ts';
import { FILTER_FIELDS } from './filter-fields.ts';

export function AddFilter({ view, change }: { view: View; change: (change: Partial<View>) => void }) {
  const place = useRef<HTMLDetailsElement>(null);
  const [is_open, setOpen] = useState(false);
  const [field, setField] = useState<string>('channel');
  const [not, setNot] = useState('');
  const [value, setValue] = useState('');
  const add = (): void => {
    change({ filter: [...new Set([...view.filter, `${field}:${not}${value.trim()}`])] });
    setValue('');
    if (place.current) place.current.open = false;
    place.current?.querySelector('summary')?.focus();
  };
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLElement>): void => {
    if (event.key === 'Escape' && place.current) place.current.open = false;
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    add();
  };
  return (
    <details
      ref={place}
      class="add-filter"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      onKeyDown={onKeyDown}
    >
      <summary>Add a filter</summary>
      <div>
        <select aria-label="Field" value={field} onChange={({ currentTarget }) => setField(currentTarget.value)}>
          {FILTER_FIELDS.map((name) => (
            <option key={name} value={name}>
              {words(name)}
            </option>
          ))}
        </select>
        <select aria-label="Condition" value={not} onChange={({ currentTarget }) => setNot(currentTarget.value)}>
          <option value="">is</option>
          <option value="!">is not</option>
        </select>
        <input
          type="text"
          aria-label="Value; empty is a missing one"
          list="filter-values"
          placeholder="missing"
          value={value}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
        {is_open && <Values view={view} field={field} />}
        <button type="button" onClick={add}>
          Add
        </button>
      </div>
    </details>
  );
}

/** The values of a field in the period. */
function Values({ view, field }: { view: View; field: string }) {
  const { data } = useAttribution({ ...view, compare: 'none', filter: [] }, field);
  const of = (row: AttributionRow): string | null | undefined => row[field as keyof AttributionRow] as string | null;
  const values = data?.channel_attribution.map(of).filter((value) => typeof value === 'string' && value !== '') ?? [];
  return (
    <datalist id="filter-values">
      {values.map((value) => (
        <option key={value} value={value ?? ''} />
      ))}
    </datalist>
  );
}
