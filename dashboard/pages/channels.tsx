import { Link } from 'wouter-preact';
import { type Attribution, type AttributionRow, attributionQuestion, useAttribution } from '../api/reports.ts';
import { LINK } from '../api/shared.ts';
import { ConsentLine } from '../parts/consent-line.tsx';
import { creditColumns } from '../parts/credit-columns.tsx';
import { ratioOf, share, words } from '../parts/figures.ts';
import { sourceOf } from '../parts/source.ts';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView, type View, withView } from '../view.ts';

export default function Channels() {
  const [view, change] = useView();
  const channels = useAttribution(view, 'channel');
  return (
    <div class="page">
      <h1>Channels</h1>
      {LINK === '' && (
        <p>
          How to split the budget is on <Link href={withView('/advice', view)}>Advice</Link>.
        </p>
      )}
      <Shown answer={channels} what="the channels">
        {(data) => <ChannelTable data={data} view={view} change={change} />}
      </Shown>
      <ConsentLine view={view} ready={!channels.isFetching} />
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
    ...creditColumns<AttributionRow>(currency, 'channel'),
    {
      name: 'Share',
      meaning: 'Revenue divided by net sales',
      right: true,
      cell: (row) => share(ratioOf(row.attributed_revenue_micros, summary.total_revenue_micros), 1),
      by: (row) => ratioOf(row.attributed_revenue_micros, summary.total_revenue_micros),
    },
  ];
  return (
    <Table
      caption="Channels, most revenue first"
      columns={columns}
      rows={data.channel_attribution}
      keyOf={(row) => row.channel ?? ''}
      from={sourceOf(attributionQuestion(view, 'channel'), data)}
      nameOf={(row) => words(row.channel ?? 'unknown')}
      filterOf={(row) => [`channel:${row.channel ?? ''}`]}
    />
  );
}
