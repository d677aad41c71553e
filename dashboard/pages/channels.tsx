import { type Attribution, type AttributionRow, useAttribution } from '../api/reports.ts';
import { Change } from '../parts/change.tsx';
import { count, money, NOTHING, ratioOf, share, words } from '../parts/figures.ts';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView, type View } from '../view.ts';

export default function Channels() {
  const [view, change] = useView();
  const channels = useAttribution(view, 'channel');
  return (
    <div class="page">
      <h1>Channels</h1>
      <Shown answer={channels} what="the channels">
        {(data) => <ChannelTable data={data} view={view} change={change} />}
      </Shown>
    </div>
  );
}

function ChannelTable({
  data,
  view,
  change,
}: {
  data: Attribution;
  view: View;
  change: (change: Partial<View>) => void;
}) {
  const { currency, summary } = data;
  const columns: ReadonlyArray<Column<AttributionRow>> = [
    {
      name: 'Channel',
      cell: ({ channel }) => (
        <button
          type="button"
          class="link"
          title="Show only this channel"
          onClick={() => change({ filter: [...new Set([...view.filter, `channel:${channel ?? ''}`])] })}
        >
          {words(channel ?? 'unknown')}
        </button>
      ),
      by: (row) => row.channel,
    },
    {
      name: 'Revenue',
      meaning: 'Net revenue that the model credits to the channel',
      right: true,
      cell: (row) => money(row.attributed_revenue_micros, currency),
      by: (row) => Number(row.attributed_revenue_micros),
    },
    {
      name: 'Share',
      meaning: 'Revenue divided by net sales',
      right: true,
      cell: (row) => share(ratioOf(row.attributed_revenue_micros, summary.total_revenue_micros), 1),
      by: (row) => ratioOf(row.attributed_revenue_micros, summary.total_revenue_micros),
    },
    {
      name: 'Change',
      right: true,
      cell: (row) => <Change percent={row.change_percent?.['attributed_revenue']} />,
      by: (row) => row.change_percent?.['attributed_revenue'],
    },
    {
      name: 'Orders credited',
      right: true,
      cell: (row) => count(row.credited_conversions, 1),
      by: (row) => row.credited_conversions,
    },
    {
      name: 'Orders touched',
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
      right: true,
      cell: (row) => (row.return_on_ad_spend ? `${count(row.return_on_ad_spend, 1)} ×` : NOTHING),
      by: (row) => row.return_on_ad_spend,
    },
  ];
  return (
    <Table
      caption="Channels, most revenue first"
      columns={columns}
      rows={data.channel_attribution}
      keyOf={(row) => row.channel ?? ''}
    />
  );
}
