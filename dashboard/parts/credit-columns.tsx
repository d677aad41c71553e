/** The columns about credit and cost, which the tables of channels and of campaigns share. */
import { Change } from './change.tsx';
import { count, money, NOTHING } from './figures.ts';
import type { Column } from './table.tsx';

interface Credited {
  attributed_revenue_micros: string;
  credited_conversions: number;
  touched_conversions: number;
  spend_micros?: string | null;
  return_on_ad_spend?: number | null;
  change_percent?: Record<string, number | null>;
}

/** @param of what a row is, such as channel. */
export function creditColumns<R extends Credited>(currency: string, of: string): ReadonlyArray<Column<R>> {
  return [
    {
      name: 'Revenue',
      field: 'attributed_revenue',
      meaning: `Net revenue that the model credits to the ${of}`,
      right: true,
      cell: (row) => money(row.attributed_revenue_micros, currency),
      by: (row) => Number(row.attributed_revenue_micros),
    },
    {
      name: 'Change',
      field: 'change_percent',
      meaning: 'Against the earlier period',
      right: true,
      cell: (row) => <Change percent={row.change_percent?.['attributed_revenue']} />,
      by: (row) => row.change_percent?.['attributed_revenue'],
    },
    {
      name: 'Orders credited',
      field: 'credited_conversions',
      meaning: `Parts of orders that the model credits to the ${of}`,
      right: true,
      cell: (row) => count(row.credited_conversions, 1),
      by: (row) => row.credited_conversions,
    },
    {
      name: 'Orders touched',
      field: 'touched_conversions',
      meaning: `Orders with a touch of the ${of} in their path; an order may have several`,
      right: true,
      cell: (row) => count(row.touched_conversions),
      by: (row) => row.touched_conversions,
    },
    spendColumn(currency),
    returnColumn('Revenue divided by spend. Below 1, it cost more than it earned'),
  ];
}

export const spendColumn = <R extends Pick<Credited, 'spend_micros'>>(currency: string): Column<R> => ({
  name: 'Spend',
  field: 'spend',
  right: true,
  cell: (row) => money(row.spend_micros, currency),
  by: (row) => (row.spend_micros ? Number(row.spend_micros) : null),
});

export const returnColumn = <R extends Pick<Credited, 'return_on_ad_spend'>>(meaning: string): Column<R> => ({
  name: 'Return on spend',
  field: 'return_on_ad_spend',
  meaning,
  right: true,
  cell: ({ return_on_ad_spend: back }) =>
    typeof back !== 'number' ? (
      NOTHING
    ) : (
      <span class={back < 1 ? 'change worse' : undefined}>
        {back < 1 && '▼ '}
        {count(back, 1)} ×
      </span>
    ),
  by: (row) => row.return_on_ad_spend,
});
