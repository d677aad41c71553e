import type { CampaignRow, Campaigns } from '../api/reports.ts';
import { Change } from './change.tsx';
import { count, money, NOTHING } from './figures.ts';
import { type Column, Table } from './table.tsx';

/** Campaigns with what they earned and cost. */
export function CampaignTable({ data }: { data: Campaigns }) {
  const { currency } = data;
  const columns: ReadonlyArray<Column<CampaignRow>> = [
    { name: 'Campaign', cell: (row) => row.campaign_id ?? 'without a campaign', by: (row) => row.campaign_id },
    {
      name: 'Revenue',
      meaning: 'Net revenue that the model credits to the campaign',
      right: true,
      cell: (row) => money(row.attributed_revenue_micros, currency),
      by: (row) => Number(row.attributed_revenue_micros),
    },
    {
      name: 'Change',
      right: true,
      cell: (row) => <Change percent={row.change_percent?.['attributed_revenue']} />,
      by: (row) => row.change_percent?.['attributed_revenue'],
    },
    {
      name: 'Orders credited',
      meaning: 'Parts of orders that the model credits to the campaign',
      right: true,
      cell: (row) => count(row.credited_conversions, 1),
      by: (row) => row.credited_conversions,
    },
    {
      name: 'Orders touched',
      meaning: 'Orders with a touch of the campaign in their path; an order may have several campaigns',
      right: true,
      cell: (row) => count(row.touched_conversions),
      by: (row) => row.touched_conversions,
    },
    {
      name: 'Spend',
      right: true,
      cell: (row) => money(row.spend_micros, currency),
      by: (row) => (row.spend_micros ? Number(row.spend_micros) : null),
    },
    {
      name: 'Return on spend',
      meaning: 'Revenue divided by spend',
      right: true,
      cell: (row) => (row.return_on_ad_spend ? `${count(row.return_on_ad_spend, 1)} ×` : NOTHING),
      by: (row) => row.return_on_ad_spend,
    },
  ];
  return (
    <Table
      caption="Campaigns, most revenue first"
      columns={columns}
      rows={data.campaigns}
      keyOf={(row) => row.campaign_id ?? ''}
    />
  );
}
