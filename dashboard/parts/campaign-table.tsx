import { Link } from 'wouter-preact';
import type { CampaignRow, Campaigns } from '../api/reports.ts';
import { useView, withView } from '../view.ts';
import { creditColumns } from './credit-columns.tsx';
import { type Column, Table } from './table.tsx';

/** Campaigns with what they earned and cost. */
export function CampaignTable({ data }: { data: Campaigns }) {
  const [view] = useView();
  const { currency } = data;
  const columns: ReadonlyArray<Column<CampaignRow>> = [
    {
      name: 'Campaign',
      cell: ({ campaign_id }) =>
        campaign_id ? (
          <Link href={withView(`/campaigns/${encodeURIComponent(campaign_id)}`, view)}>{campaign_id}</Link>
        ) : (
          'without a campaign'
        ),
      by: (row) => row.campaign_id,
    },
    ...creditColumns<CampaignRow>(currency, 'campaign'),
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
