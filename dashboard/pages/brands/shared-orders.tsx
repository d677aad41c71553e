/** What brands share, in words: which orders count in which brand, and by which rule. */
import type { Consolidated } from '../../api/reports.ts';
import { count, money } from '../../parts/figures.ts';

type Shared = Consolidated['shared_orders'][number];
type Rule = Consolidated['rules']['shared_orders'][number];

/** So many pairs of brands are told, those with most orders first. */
const MOST_PAIRS = 12;

export function SharedOrders({ data: { shared_orders, rules, totals, currency } }: { data: Consolidated }) {
  const pairs = [...shared_orders].sort((a, b) => b.conversions - a.conversions);
  const others = pairs.slice(MOST_PAIRS);
  return (
    <section aria-labelledby="shared-orders">
      <h2 id="shared-orders">What brands share</h2>
      {rules.shared_orders.length === 0 ? (
        <p>
          No rule says that these brands share orders, so every order of each counts in the total. An order number that
          two brands have is two orders. The setting <code>shared_orders</code> changes that.
        </p>
      ) : pairs.length === 0 ? (
        <p>No order of this period is in two of the brands that share orders: {ruleTexts(rules.shared_orders)}.</p>
      ) : (
        <>
          <p>
            The rows of brands have {count(totals.shared_conversions)} {orders(totals.shared_conversions)} (
            {money(totals.shared_revenue_micros, currency)}) that another brand has, too. The total leaves{' '}
            {totals.shared_conversions === 1 ? 'it' : 'them'} out, so every order counts once.
          </p>
          <ul>
            {pairs.slice(0, MOST_PAIRS).map((pair) => (
              <li key={`${pair.brand_id} ${pair.counted_in}`}>
                {count(pair.conversions)} {orders(pair.conversions)} of {pair.brand_id} (
                {money(pair.shared_revenue_micros, currency)}) {pair.conversions === 1 ? 'counts' : 'count'} for{' '}
                {pair.counted_in}, {reason(pair, rules.shared_orders)}.
              </li>
            ))}
          </ul>
          {others.length > 0 && (
            <p class="muted">
              {count(others.length)} other pairs of brands share {count(sum(others))} orders. The answer of the API has
              all of them.
            </p>
          )}
        </>
      )}
      {rules.cross_brand_people.length > 0 && (
        <p>
          People with the same customer id count as one customer in{' '}
          {rules.cross_brand_people.map((brands) => brands.join(', ')).join('; in ')}. Their journeys stay apart.
        </p>
      )}
    </section>
  );
}

const orders = (n: number): string => (n === 1 ? 'order' : 'orders');
const sum = (pairs: readonly Shared[]): number => pairs.reduce((all, { conversions }) => all + conversions, 0);

/** The rule by which the order of a pair counts. A brand is in one rule at most. */
function reason({ brand_id, conversions }: Shared, rules: readonly Rule[]): string {
  const rule = rules.find(({ brands }) => brands.includes(brand_id));
  return rule?.counts_for === 'brand_order'
    ? `which comes first in the list ${rule.brands.join(', ')}`
    : `which had ${conversions === 1 ? 'it' : 'them'} first`;
}

const ruleTexts = (rules: readonly Rule[]): string =>
  rules
    .map(
      ({ brands, counts_for }) =>
        `${brands.join(', ')} (an order counts for ${counts_for === 'first' ? 'the brand that had it first' : 'the first of them that has it'})`,
    )
    .join('; ');
