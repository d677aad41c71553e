/** What happened in the days that are shown: the list of annotations, and a form to add one. */
import { useQueryClient } from '@tanstack/react-query';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Annotations as Answer } from '../api/answers.d.ts';
import { send, useAnswer } from '../api/ask.ts';
import { useIsAnalyst, useSession } from '../api/session.ts';
import { LINK } from '../api/shared.ts';
import { addDays, today } from '../days.ts';
import { useView, type View } from '../view.ts';
import { shortDay } from './figures.ts';

type Annotation = Answer['annotations'][number];

const PATH = '/v1/annotations';
const MAX_LENGTH = 280;
const WRITERS: Readonly<Record<Annotation['kind'], string>> = {
  by_hand: '',
  settings: 'noted by itself',
  models: 'noted by itself',
  sources: 'noted by itself',
};

/** Annotations are for colleagues, so links do not show them. */
export function useAnnotations({ start, end, brand_id }: View) {
  return useAnswer<Answer>(PATH, { start, end, brand_id }, LINK === '');
}

const daysOf = ({ first_day, last_day }: Annotation): string =>
  first_day === last_day ? shortDay(first_day) : `${shortDay(first_day)} to ${shortDay(last_day)}`;

/** The list below the chart. Its open state and form are native elements. */
export function AnnotationList({ annotations }: { annotations: readonly Annotation[] }) {
  const queries = useQueryClient();
  const session = useSession().data;
  const is_admin = session?.signed_in === true && session.role === 'admin';
  const may_write = useIsAnalyst();
  const [said, setSaid] = useState('');
  const again = (): Promise<void> =>
    queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(PATH) });
  const remove = (one: Annotation): void => {
    send('DELETE', `${PATH}/${one.annotation_id}`).then(
      () => {
        setSaid(`Deleted: ${one.text}`);
        return again();
      },
      (error: Error) => setSaid(error.message),
    );
  };
  return (
    <section class="annotations" aria-labelledby="annotations">
      <h3 id="annotations">What happened</h3>
      {annotations.length === 0 && <p class="muted">Nothing is noted in these days.</p>}
      <ul>
        {annotations.map((one) => (
          <li key={one.annotation_id}>
            <span class="days">{daysOf(one)}</span>
            <span>
              {one.text} <span class="muted">{one.created_by ?? WRITERS[one.kind]}</span>
            </span>
            {may_write && (one.kind === 'by_hand' || is_admin) && (
              <button
                type="button"
                class="quiet"
                onClick={() => remove(one)}
                aria-label={`Delete the note: ${one.text}`}
              >
                Delete
              </button>
            )}
          </li>
        ))}
      </ul>
      <p role="status">{said}</p>
      {may_write && (
        <AddForm
          onAdded={(text) => {
            setSaid(`Added: ${text}`);
            return again();
          }}
        />
      )}
    </section>
  );
}

function AddForm({ onAdded }: { onAdded: (text: string) => Promise<void> }) {
  const [view] = useView();
  const [fault, setFault] = useState('');
  const last_shown = addDays(view.end, -1);
  const onSubmit = (event: JSX.TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const [text, day, last_day] = ['text', 'day', 'last_day'].map((name) => String(new FormData(form).get(name) ?? ''));
    const body = {
      text,
      day,
      ...(last_day ? { last_day } : {}),
      ...(view.brand_id ? { brand_id: view.brand_id } : {}),
    };
    send('POST', PATH, body).then(
      () => {
        form.reset();
        setFault('');
        return onAdded(text ?? '');
      },
      (error: Error) => setFault(error.message),
    );
  };
  return (
    <details>
      <summary>Add a note</summary>
      <form class="note-form" onSubmit={onSubmit}>
        <label>
          <span>What happened</span>
          <input type="text" name="text" required maxLength={MAX_LENGTH} autocomplete="off" />
        </label>
        <label>
          <span>Day</span>
          <input name="day" type="date" required defaultValue={[last_shown, today()].sort()[0]} />
        </label>
        <label>
          <span>Last day, if several</span>
          <input name="last_day" type="date" />
        </label>
        <button type="submit">Add</button>
        {fault !== '' && <p role="alert">{fault}</p>}
      </form>
    </details>
  );
}
