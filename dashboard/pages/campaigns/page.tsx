/** All campaigns and flows, to sort and filter. */
import { Link } from 'wouter-preact';
import { type CampaignRow, type Campaigns, campaignsQuestion, useCampaigns } from '../../api/reports.ts';
import { LINK } from '../../api/shared.ts';
import { count, decimalMoney, money, words } from '../../parts/figures.ts';
import { useChoiceOf } from '../../parts/own-choice.tsx';
import { sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { useOwnChoice, useView, type View, withView } from '../../view.ts';
import { campaignColumns } from './columns.tsx';
import { useDays } from './days.ts';

/** So many losing campaigns are named. */
const MOST_NAMED = 5;
const KINDS = [
  ['', 'all kinds'],
  ['campaign', 'campaigns'],
  ['flow', 'flows'],
  ['transactional', 'transactional'],
  ['none', 'of no kind'],
] as const;
const KNOWN = ['', 'emailed', 'costly', 'losing', 'sure'] as const;
const SHOWN: Readonly<Record<(typeof KNOWN)[number], string>> = {
  '': 'all of them',
  emailed: 'with recipients',
  costly: 'with spend',
  losing: 'that cost more than they earned',
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
      <Losing data={data} view={view} />
      {LINK === '' && (
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
      )}
      <Table
        caption="Campaigns, most revenue first"
        columns={campaignColumns(data, view, days)}
        rows={rows}
        keyOf={(row) => row.campaign_id ?? ''}
        from={sourceOf(campaignsQuestion(view), data)}
        nameOf={(row) => row.campaign_id ?? 'what has no campaign'}
        filterOf={(row) => [`campaign_id:${row.campaign_id ?? ''}`]}
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

const hasSpend = ({ spend_micros }: CampaignRow): boolean => spend_micros !== null && spend_micros !== undefined;
const costsMore = (row: CampaignRow): boolean =>
  hasSpend(row) && BigInt(row.spend_micros!) > BigInt(row.attributed_revenue_micros);

/** Which campaigns lose money, in a sentence. */
function Losing({ data: { campaigns, currency, attribution_model }, view }: { data: Campaigns; view: View }) {
  const costly = campaigns.filter(hasSpend);
  const losing = costly.filter(costsMore);
  const known = `Spend is known of ${count(costly.length)} of ${count(campaigns.length)}.`;
  if (costly.length === 0)
    return <p class="losing">Spend of no campaign is known, so it cannot be said which of them lose money.</p>;
  const [worst] = costly
    .filter(({ return_on_ad_spend: back }) => typeof back === 'number')
    .sort((a, b) => a.return_on_ad_spend! - b.return_on_ad_spend!);
  if (losing.length === 0)
    return (
      <p class="losing">
        No campaign cost more than {words(attribution_model)} credits to it.
        {worst &&
          ` The lowest return is that of ${worst.campaign_id ?? 'what has no campaign'}, ${count(worst.return_on_ad_spend, 1)} ×.`}{' '}
        {known}
      </p>
    );
  return (
    <p class="losing">
      {losing.length === 1 ? 'One campaign' : `${count(losing.length)} campaigns`} cost more than{' '}
      {words(attribution_model)} credits to {losing.length === 1 ? 'it' : 'them'}:{' '}
      {losing.slice(0, MOST_NAMED).map((row, i) => (
        <>
          {i > 0 && ', '}
          <Link href={withView(`/campaigns/${encodeURIComponent(row.campaign_id ?? '')}`, view)}>
            {row.campaign_id ?? 'without a campaign'}
          </Link>{' '}
          ({money(row.attributed_revenue_micros, currency)} for {money(row.spend_micros, currency)})
        </>
      ))}
      {losing.length > MOST_NAMED ? ' and others' : ''}. {known}
    </p>
  );
}

function isChosen(row: CampaignRow, text: string, kind: string, only: string): boolean {
  if (text !== '' && !(row.campaign_id ?? '').toLowerCase().includes(text.toLowerCase())) return false;
  if (kind !== '' && (row.campaign_kind ?? 'none') !== kind) return false;
  if (only === 'emailed') return (row.unique_recipients ?? 0) > 0;
  if (only === 'costly') return hasSpend(row);
  if (only === 'losing') return costsMore(row);
  return only !== 'sure' || row.revenue_per_recipient_interval !== null;
}
