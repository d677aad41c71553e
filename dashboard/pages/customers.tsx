/** Finds a person. */
import { useLocation } from 'wouter-preact';
import { useView, withView } from '../view.ts';

export default function Customers() {
  const [view] = useView();
  const [, go] = useLocation();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = String(new FormData(event.currentTarget as HTMLFormElement).get('id') ?? '').trim();
    if (id !== '') go(withView(`/customers/${encodeURIComponent(id)}`, view));
  };
  return (
    <div class="page">
      <h1>Customers</h1>
      <form class="search" onSubmit={submit}>
        <label for="customer">The id of a customer, or an id of a browser</label>
        <input id="customer" name="id" type="text" required autocomplete="off" spellcheck={false} />
        <button type="submit">Show</button>
      </form>
    </div>
  );
}
