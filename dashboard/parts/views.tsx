/** Saved views: a menu in the header. The command palette opens them, too. */
import { useQueryClient } from '@tanstack/react-query';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { SavedViews as Answer } from '../api/answers.d.ts';
import { send, useAnswer } from '../api/ask.ts';
import { useIsAnalyst } from '../api/session.ts';
import { useAddress, useView } from '../view.ts';
import { periodNamed, periodOf } from './periods.ts';

type SavedView = Answer['views'][number];

const PATH = '/v1/saved-views';

export function useSavedViews(): readonly SavedView[] {
  return useAnswer<Answer>(PATH).data?.views ?? [];
}

/** The address of a saved view today. */
export function addressOfSaved({ address, period }: Pick<SavedView, 'address' | 'period'>): string {
  const days = period === null ? undefined : periodNamed(period);
  if (days === undefined) return address;
  const { pathname, searchParams } = new URL(address, location.origin);
  searchParams.set('start', days.start);
  searchParams.set('end', days.end);
  return `${pathname}?${searchParams}`;
}

export function Views() {
  const views = useSavedViews();
  const may_write = useIsAnalyst();
  const queries = useQueryClient();
  const [said, setSaid] = useState('');
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: [PATH] });
  const remove = (view: SavedView): void => {
    send('DELETE', `${PATH}/${view.view_id}`).then(
      () => {
        setSaid(`Deleted: ${view.name}`);
        return again();
      },
      (error: Error) => setSaid(error.message),
    );
  };
  return (
    <details class="menu" onKeyDown={closeOnEscape}>
      <summary>Views</summary>
      <div class="menu-sheet">
        {views.length === 0 && <p class="muted">No view is saved yet.</p>}
        <ul aria-label="Saved views">
          {views.map((view) => (
            <SavedItem key={view.view_id} view={view} onRemove={() => remove(view)} />
          ))}
        </ul>
        {may_write && (
          <SaveForm
            onSaved={(name) => {
              setSaid(`Saved: ${name}`);
              return again();
            }}
          />
        )}
        <p role="status">{said}</p>
      </div>
    </details>
  );
}

function closeOnEscape(event: JSX.TargetedKeyboardEvent<HTMLDetailsElement>): void {
  if (event.key !== 'Escape') return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector('summary')?.focus();
}

function SavedItem({ view, onRemove }: { view: SavedView; onRemove: () => void }) {
  const [, go] = useLocation();
  const open = (event: JSX.TargetedMouseEvent<HTMLAnchorElement>): void => {
    event.preventDefault();
    event.currentTarget.closest('details')!.open = false;
    go(addressOfSaved(view));
  };
  return (
    <li>
      <a href={addressOfSaved(view)} onClick={open}>
        {view.name}
      </a>
      <span class="muted">{view.own ? (view.shared ? 'shared' : '') : view.created_by}</span>
      {view.own && (
        <button type="button" class="quiet" aria-label={`Delete the view ${view.name}`} onClick={onRemove}>
          Delete
        </button>
      )}
    </li>
  );
}

function SaveForm({ onSaved }: { onSaved: (name: string) => Promise<void> }) {
  const [view] = useView();
  const address = useAddress();
  const [fault, setFault] = useState('');
  const period = periodOf(view);
  const onSubmit = (event: JSX.TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const name = String(data.get('name') ?? '');
    const body = {
      name,
      address,
      shared: data.has('shared'),
      ...(period ? { period: period.code } : {}),
      ...(view.brand_id ? { brand_id: view.brand_id } : {}),
    };
    send('POST', PATH, body).then(
      () => {
        form.reset();
        setFault('');
        return onSaved(name);
      },
      (error: Error) => setFault(error.message),
    );
  };
  return (
    <form class="stack" onSubmit={onSubmit}>
      <label>
        <span>Save what is shown as</span>
        <input type="text" name="name" required maxLength={60} autocomplete="off" />
      </label>
      <label class="check">
        <input type="checkbox" name="shared" /> for everyone who sees the brand
      </label>
      {period && <p class="muted">Its days move on: {period.name.toLowerCase()}.</p>}
      <button type="submit">Save</button>
      {fault !== '' && <p role="alert">{fault}</p>}
    </form>
  );
}
