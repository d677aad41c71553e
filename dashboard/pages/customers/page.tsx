/** What customers brought and are likely to bring, whether they come back, what email adds, and the search for one person. */
import { useLocation } from 'wouter-preact';
import { filtersOfCustomers } from '../../api/insights.ts';
import { useChoiceOf } from '../../parts/own-choice.tsx';
import { useView, withView } from '../../view.ts';
import { Retention } from './retention.tsx';
import { Value } from './value.tsx';

const BY = [
  ['month', 'month'],
  ['week', 'week'],
  ['first_channel', 'first channel'],
  ['campaign', 'first campaign'],
  ['segment', 'segment'],
  ['all', 'nothing: all together'],
] as const;

export default function Customers() {
  const [view] = useView();
  const [by, control] = useChoiceOf('by', 'Cohorts by', BY);
  const left_out = view.filter.length - filtersOfCustomers(view).length;
  return (
    <div class="page">
      <h1>Customers</h1>
      <p class="muted">
        Customers whose first order lies in the period, with all their orders since. A longer period shows more cohorts.
        There is no comparison with an earlier period: its customers had more time to order again.
        {left_out > 0 && ' Filters about touches choose no customers and are left out here.'}
      </p>
      <Search />
      <div class="own-controls">{control}</div>
      <Value view={view} by={by} />
      <Retention view={view} by={by} />
    </div>
  );
}

function Search() {
  const [view] = useView();
  const [, go] = useLocation();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = String(new FormData(event.currentTarget as HTMLFormElement).get('id') ?? '').trim();
    if (id !== '') go(withView(`/customers/${encodeURIComponent(id)}`, view));
  };
  return (
    <form class="search" onSubmit={submit}>
      <label for="customer">The history of one person: the id of a customer, or of a browser</label>
      <input id="customer" name="id" type="text" required autocomplete="off" spellcheck={false} />
      <button type="submit">Show</button>
    </form>
  );
}
