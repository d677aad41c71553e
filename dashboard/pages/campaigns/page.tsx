/** All campaigns and flows, to sort and filter. */
import { Link } from 'wouter-preact';
import { type CampaignRow, type Campaigns, useCampaigns } from '../../api/reports.ts';
import { count, decimalMoney } from '../../parts/figures.ts';
import { useChoiceOf } from '../../parts/own-choice.tsx';
import { Shown } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { useOwnChoice, useView, type View, withView } from '../../view.ts';
import { campaignColumns } from './columns.tsx';
import { useDays } from './days.ts';

const KINDS = [
  ['', 'all kinds'],
  ['campaign', 'campaigns'],
  ['flow', 'flows'],
  ['transactional', 'transactional'],
  ['none', 'of no kind'],
] as const;
const KNOWN = ['', 'emailed', 'costly', 'sure'] as const;
const SHOWN: Readonly<Record<(typeof KNOWN)[number], string>> = {
  '': 'all of them',
  emailed: 'with recipients',
  costly: 'with spend',
  sure: 'with enough data',
};

export default function CampaignsPage() {
  const [view] = useView();
  const campaigns = useCampaigns(view);
  return (
    <div class="page">
      <h1>Campaigns</h1>
      <p>
        See also <Link href={withView('/changes', view) + '&group_by=campaign_id'}>what changed</Link> and{' '}
        <Link href={withView('/email', view)}>the list, times of sending and fatigue</Link>.
      </p>
      <Shown answer={campaigns} what="the campaigns">
        {(data) => <Listed data={data} view={view} />}
      </Shown>
    </div>
  );
}

function Listed({ data, view }: { data: Campaigns; view: View }) {
  const [[text = ''], setText] = useOwnChoice('name');
  const [kind, kindControl] = useChoiceOf('kind', 'Kind', KINDS);
  const [only, onlyControl] = useChoiceOf('only', 'Show', Object.entries(SHOWN));
  const rows = data.campaigns.filter((row) => isChosen(row, text, kind, only));
  const days = useDays(view, data.campaigns);
  return (
    <>
      <form class="own-controls" aria-label="Which campaigns" onSubmit={(event) => event.preventDefault()}>
        <label class="choice">
          <span>Name has</span>
          <input
            type="text"
            value={text}
            spellcheck={false}
            onChange={({ currentTarget: { value } }) => setText(value.trim() === '' ? [] : [value.trim()])}
          />
        </label>
        {kindControl}
        {onlyControl}
        {rows.length < data.campaigns.length && (
          <p class="muted">
            {count(rows.length)} of {count(data.campaigns.length)}
          </p>
        )}
      </form>
      <Table
        caption="Campaigns, most revenue first"
        columns={campaignColumns(data, view, days)}
        rows={rows}
        keyOf={(row) => row.campaign_id ?? ''}
      />
      <p class="muted">
        The bar is the 90 % interval of the revenue per recipient, the mark its value
        {data.average_revenue_per_recipient === null
          ? ''
          : `, and the dashed line the average of all, ${decimalMoney(data.average_revenue_per_recipient, data.currency)}`}
        . A resample draws the people again at random; it says how much depends on who happened to be among them.
      </p>
    </>
  );
}

function isChosen(row: CampaignRow, text: string, kind: string, only: string): boolean {
  if (text !== '' && !(row.campaign_id ?? '').toLowerCase().includes(text.toLowerCase())) return false;
  if (kind !== '' && (row.campaign_kind ?? 'none') !== kind) return false;
  if (only === 'emailed') return (row.unique_recipients ?? 0) > 0;
  if (only === 'costly') return row.spend_micros !== null && row.spend_micros !== undefined;
  return only !== 'sure' || row.revenue_per_recipient_interval !== null;
}
