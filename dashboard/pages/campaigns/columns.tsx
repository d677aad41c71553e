/** The columns of the table of campaigns. */
import { Link } from 'wouter-preact';
import type { CampaignRow, Campaigns } from '../../api/reports.ts';
import { creditColumns } from '../../parts/credit-columns.tsx';
import { count, decimalMoney, money, NOTHING, share, words } from '../../parts/figures.ts';
import { PerRecipient, scaleOf } from '../../parts/per-recipient.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import type { Column } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';
import type { Days } from './days.ts';

export function campaignColumns(data: Campaigns, view: View, days: Days | null): ReadonlyArray<Column<CampaignRow>> {
  const { currency, average_revenue_per_recipient: average } = data;
  const scale = scaleOf(data.campaigns);
  const [revenue, change, credited, touched, spend, back] = creditColumns<CampaignRow>(currency, 'campaign');
  return [
    { name: 'Campaign', cell: (row) => <Name row={row} view={view} />, by: (row) => row.campaign_id },
    revenue!,
    change!,
    spend!,
    back!,
    {
      name: 'By day',
      meaning: 'Revenue of each day of the period, for the campaigns that earned most',
      cell: ({ campaign_id }) => {
        const values = days?.values.get(campaign_id ?? '');
        if (days === null || values === undefined) return NOTHING;
        return (
          <Sparkline days={days.days} values={values} format={(value) => decimalMoney(value.toFixed(6), currency)} />
        );
      },
    },
    {
      name: 'Per recipient',
      field: 'revenue_per_recipient',
      meaning: data.definitions['revenue_per_recipient'] as string,
      cell: (row) => <PerRecipient row={row} average={average} scale={scale} currency={currency} />,
      by: (row) => (row.revenue_per_recipient === null ? null : Number(row.revenue_per_recipient)),
    },
    {
      name: 'Recipients',
      field: 'unique_recipients',
      meaning: 'People to whom an email was delivered',
      right: true,
      cell: (row) => count(row.unique_recipients),
      by: (row) => row.unique_recipients,
    },
    rate('People opened', 'recipient_open_rate', 'raw_recipient_open_rate'),
    rate('People clicked', 'recipient_click_rate', 'raw_recipient_click_rate'),
    credited!,
    touched!,
    {
      name: 'Influenced sales',
      field: 'influenced_revenue',
      meaning:
        'Net value of the orders with a touch of it. An order that several touched is in all their rows: no credit',
      right: true,
      cell: (row) => money(row.influenced_revenue_micros, currency),
      by: (row) => Number(row.influenced_revenue_micros),
    },
    {
      name: 'Left',
      field: 'unsubscribe_rate',
      meaning: data.definitions['unsubscribe_rate'] as string,
      right: true,
      cell: (row) => share(row.unsubscribe_rate, 2),
      by: (row) => row.unsubscribe_rate,
    },
    { name: 'Kind', cell: (row) => words(row.campaign_kind ?? NOTHING), by: (row) => row.campaign_kind },
  ];
}

function Name({ row: { campaign_id }, view }: { row: CampaignRow; view: View }) {
  if (!campaign_id) return <>without a campaign</>;
  return <Link href={withView(`/campaigns/${encodeURIComponent(campaign_id)}`, view)}>{campaign_id}</Link>;
}

type Rate = 'recipient_open_rate' | 'recipient_click_rate';

function rate(name: string, human: Rate, raw: `raw_${Rate}`): Column<CampaignRow> {
  return {
    name,
    field: human,
    meaning: 'Of the people with a delivery, without machines; beside it the same with machines, as other tools count',
    right: true,
    cell: (row) =>
      row[human] === null ? (
        NOTHING
      ) : (
        <span>
          {share(row[human], 1)} <span class="muted small">raw {share(row[raw], 1)}</span>
        </span>
      ),
    by: (row) => row[human],
  };
}
