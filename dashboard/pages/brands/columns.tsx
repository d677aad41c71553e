/** The columns of the table of brands. Each figure is that of the brand's own overview. */
import type { ComponentChildren } from 'preact';
import { Link } from 'wouter-preact';
import type { BrandRow, Consolidated } from '../../api/reports.ts';
import { Change } from '../../parts/change.tsx';
import { returnColumn, spendColumn } from '../../parts/credit-columns.tsx';
import { count, decimalMoney, money, share } from '../../parts/figures.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import type { Column } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';

const MICROS = 1_000_000;
const MS_PER_DAY = 86_400_000;

export function brandColumns(data: Consolidated, view: View): ReadonlyArray<Column<BrandRow>> {
  const { currency } = data;
  const of_brand = (brand_id: string): View => ({ ...view, brand_id, filter: [] });
  const has_shared = data.brands.some(({ shared_conversions }) => shared_conversions > 0);
  return [
    {
      name: 'Brand',
      cell: ({ brand_id }) => <Link href={withView('/', of_brand(brand_id))}>{brand_id}</Link>,
      by: ({ brand_id }) => brand_id,
    },
    {
      name: 'Orders',
      field: 'conversions',
      right: true,
      cell: (row) => count(row.conversions),
      by: (row) => row.conversions,
    },
    {
      name: 'Net sales',
      field: 'net_revenue',
      meaning: 'Net of refunds, credited or not',
      right: true,
      cell: (row) => money(row.net_revenue_micros, currency),
      by: (row) => Number(row.net_revenue_micros),
    },
    {
      name: 'Change',
      field: 'change_percent',
      meaning: 'Of net sales, against the earlier period',
      right: true,
      cell: (row) => <Change percent={row.change_percent?.['net_revenue']} />,
      by: (row) => row.change_percent?.['net_revenue'],
    },
    { name: 'Trend', meaning: 'Net sales through the period', cell: trendCell(data) },
    {
      name: 'Email earned',
      field: 'email_attributed_revenue',
      meaning: 'Net revenue that the model credits to email',
      right: true,
      cell: (row) => money(row.email_attributed_revenue_micros, currency),
      by: (row) => Number(row.email_attributed_revenue_micros),
    },
    {
      name: 'Email share',
      field: 'email_share_of_revenue',
      meaning: 'What email earned, divided by net sales',
      right: true,
      cell: (row) => share(row.email_share_of_revenue, 1),
      by: (row) => row.email_share_of_revenue,
    },
    spendColumn(currency),
    returnColumn('What all channels earned, divided by spend. Below 1, it cost more than it earned'),
    ...(has_shared ? [elsewhereColumn(currency)] : []),
    {
      name: 'Data',
      meaning: 'Records that arrived in the period and do not count: conflicts, and what could not be stored',
      cell: (row) => <Faults row={row} to={withView('/quality', of_brand(row.brand_id))} />,
      by: ({ conflicts, dead_letters }) => conflicts + dead_letters,
    },
  ];
}

function elsewhereColumn(currency: string): Column<BrandRow> {
  return {
    name: 'Counted elsewhere',
    field: 'shared_revenue',
    meaning: 'Net sales of orders that count for another brand in the total',
    right: true,
    cell: ({ shared_conversions, shared_revenue_micros }) =>
      shared_conversions === 0 ? (
        <span class="muted">none</span>
      ) : (
        <>
          {money(shared_revenue_micros, currency)} <span class="muted">({count(shared_conversions)})</span>
        </>
      ),
    by: (row) => row.shared_conversions,
  };
}

/** A first point of fewer days would look like a rise, so the line leaves it out. */
function trendCell({ trend, currency }: Consolidated): (row: BrandRow) => ComponentChildren {
  const [first, second] = trend.starts.map((day) => Date.parse(day));
  const is_short =
    trend.days_a_point > 1 && second !== undefined && second - first! < trend.days_a_point * MS_PER_DAY ? 1 : 0;
  const points = new Map(trend.brands.map(({ brand_id, net_revenue_micros }) => [brand_id, net_revenue_micros]));
  const days = trend.starts.slice(is_short);
  return ({ brand_id }) => (
    <Sparkline
      days={days}
      values={(points.get(brand_id) ?? []).slice(is_short).map((micros) => Number(micros) / MICROS)}
      format={(value) => decimalMoney(value.toFixed(6), currency)}
    />
  );
}

function Faults({ row: { conflicts, dead_letters }, to }: { row: BrandRow; to: string }) {
  if (conflicts + dead_letters === 0) return <span class="muted">in order</span>;
  const said = [
    conflicts > 0 && `${count(conflicts)} ${conflicts === 1 ? 'conflict' : 'conflicts'}`,
    dead_letters > 0 && `${count(dead_letters)} not stored`,
  ].filter((part) => part !== false);
  return (
    <Link href={to} class="fault">
      <span aria-hidden="true">▲ </span>
      {said.join(', ')}
    </Link>
  );
}
