/** All brands together, in a sentence and in four cards. Every shared order counts once. */
import type { ComponentChildren } from 'preact';
import { type Consolidated, consolidatedQuestion } from '../../api/reports.ts';
import { Change } from '../../parts/change.tsx';
import { count, NOTHING, roundMoney, share } from '../../parts/figures.ts';
import { sourceOf } from '../../parts/source.ts';
import { Why } from '../../parts/why.tsx';
import type { View } from '../../view.ts';

export function Together({ data, view }: { data: Consolidated; view: View }) {
  const { totals, currency, brands } = data;
  const { counted_email_revenue_micros: email, counted_revenue_micros: net } = totals;
  const from = sourceOf(consolidatedQuestion(view), data);
  const card = (name: string, field: string, value: ComponentChildren, note: ComponentChildren): ComponentChildren => (
    <li class="card">
      <h2>{name}</h2>
      <p class="figure">
        <Why name={`${name} of all brands`} part="totals" field={field} row={totals} from={from}>
          {value}
        </Why>
      </p>
      <p>
        <Change percent={totals.change_percent?.[field]} />
      </p>
      <p class="muted">{note}</p>
    </li>
  );
  const orders = totals.counted_conversions;
  return (
    <>
      <p class="headline">
        {count(brands.length)} brands together: <strong>{roundMoney(net, currency)}</strong> in net sales from{' '}
        {count(orders)} {orders === 1 ? 'order' : 'orders'}. Email earned {roundMoney(email, currency)} of it
        {totals.counted_email_share === null ? '' : `, ${share(totals.counted_email_share)}`}.
      </p>
      <ul class="cards">
        {card('Net sales', 'counted_revenue', roundMoney(net, currency), 'Net of refunds, every order once')}
        {card('Orders', 'counted_conversions', count(orders), customersNote(totals))}
        {card('Email earned', 'counted_email_revenue', roundMoney(email, currency), shareNote(totals))}
        {card('Spend', 'spend', roundMoney(totals.spend_micros, currency), returnNote(totals))}
      </ul>
    </>
  );
}

type Totals = Consolidated['totals'];

const shareNote = ({ counted_email_share }: Totals): string =>
  counted_email_share === null ? 'Credited to email' : `${share(counted_email_share, 1)} of net sales`;

function customersNote({ customers, shared_customers }: Totals): string {
  const all = `By ${count(customers)} ${customers === 1 ? 'customer' : 'customers'}`;
  return shared_customers === 0 ? all : `${all}, each once`;
}

function returnNote({ spend_micros, return_on_ad_spend: back }: Totals): string {
  if (spend_micros === null) return 'Not known of any brand, or a rate is missing';
  return back === null ? NOTHING : `All channels earned ${count(back, 1)} × of it`;
}
