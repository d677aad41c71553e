import { Link } from 'wouter-preact';
import { type CampaignRow, type Campaigns, campaignsQuestion } from '../api/reports.ts';
import { useView, withView } from '../view.ts';
import { creditColumns } from './credit-columns.tsx';
import { recipientColumns } from './recipient-columns.tsx';
import { sourceOf } from './source.ts';
import { type Column, Table } from './table.tsx';

/** Campaigns with what they earned and cost. @param filter filters of the question beside those of the view. */
export function CampaignTable({ data, filter = [] }: { data: Campaigns; filter?: readonly string[] }) {
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
    ...creditColumns<CampaignRow>(currency, 'campaign').slice(0, 2),
    ...recipientColumns(currency),
    ...creditColumns<CampaignRow>(currency, 'campaign').slice(2),
  ];
  return (
    <Table
      caption="Campaigns, most revenue first"
      columns={columns}
      rows={data.campaigns}
      keyOf={(row) => row.campaign_id ?? ''}
      from={sourceOf(campaignsQuestion({ ...view, filter: [...view.filter, ...filter] }), data)}
      nameOf={(row) => row.campaign_id ?? 'what has no campaign'}
      filterOf={(row) => [`campaign_id:${row.campaign_id ?? ''}`]}
    />
  );
}
