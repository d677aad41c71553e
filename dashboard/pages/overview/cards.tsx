/** Four amounts: all sales, email, campaigns and flows, each with its change, its share and how sure it is. */
import type { ComponentChildren } from 'preact';
import { type Attribution, type AttributionRow, attributionQuestion, type useAttribution } from '../../api/reports.ts';
import { Change } from '../../parts/change.tsx';
import { decimalMoney, ratioOf, roundMoney, share } from '../../parts/figures.ts';
import { type Source, sourceOf } from '../../parts/source.ts';
import { Why } from '../../parts/why.tsx';
import type { View } from '../../view.ts';
import { EMAIL } from './email.ts';

export function Headline({ data, view }: { data: Attribution; view: View }) {
  const { summary, currency } = data;
  const percent = summary.change_percent?.['email_attributed_revenue'] ?? null;
  const than =
    percent === null ? '' : `, ${Math.abs(Math.round(percent))} % ${percent < 0 ? 'less' : 'more'} than before`;
  const from = sourceOf(attributionQuestion(view, 'channel', { intervals: true }), data);
  const interval = emailInterval(data);
  return (
    <p class="headline">
      Email earned{' '}
      <strong>
        <Why
          name="What email earned"
          part="summary"
          field="email_attributed_revenue"
          row={summary}
          from={from}
          filter={[EMAIL]}
        >
          {roundMoney(summary.email_attributed_revenue_micros, currency)}
        </Why>
      </strong>
      {interval === null ? ', too little data to say how sure, ' : `, ${likelyText(interval, currency)}, `}
      of {roundMoney(summary.total_revenue_micros, currency)} in net sales: {share(summary.email_share_of_revenue)}
      {than}.
    </p>
  );
}

/** The interval of all revenue of email; null if there is none. Touches of email may have another channel; then no single row is the whole. */
function emailInterval({ summary, channel_attribution }: Attribution): Interval | null {
  const email = channel_attribution.find(({ channel }) => channel === 'email');
  const is_whole = email?.attributed_revenue_micros === summary.email_attributed_revenue_micros;
  return is_whole ? (email?.attributed_revenue_interval ?? null) : null;
}

type Interval = NonNullable<AttributionRow['attributed_revenue_interval']>;

/** An interval of amounts without cents. */
function likelyText({ low, high }: Interval, currency: string): string {
  const [from, until] = [low, high].map((amount) =>
    decimalMoney(amount.replace(/\..*/, ''), currency).replace(/\.00$/, ''),
  );
  return `likely ${from} to ${until}`;
}

interface Card {
  name: string;
  what: string;
  micros: string;
  percent: number | null;
  interval: Interval | null;
  /** For the reason of the figure. */
  part: string;
  field: string;
  row: object;
  from: Source;
  filter: readonly string[];
}

export function Cards({
  data,
  kinds,
  view,
}: {
  data: Attribution;
  kinds: ReturnType<typeof useAttribution>;
  view: View;
}) {
  const { summary, currency } = data;
  const from = sourceOf(attributionQuestion(view, 'channel', { intervals: true }), data);
  const percentOf = (field: string): number | null => summary.change_percent?.[field] ?? null;
  const email_interval = emailInterval(data);
  const all: Card = {
    name: 'All sales',
    what: 'Net of refunds, credited or not',
    micros: summary.total_revenue_micros,
    percent: percentOf('total_revenue'),
    interval: null,
    part: 'summary',
    field: 'total_revenue',
    row: summary,
    from,
    filter: [],
  };
  const of_email: Card = {
    name: 'Email',
    what: 'Credited to email',
    micros: summary.email_attributed_revenue_micros,
    percent: percentOf('email_attributed_revenue'),
    interval: email_interval,
    part: 'summary',
    field: 'email_attributed_revenue',
    row: { ...summary, email_attributed_revenue_interval: email_interval },
    from,
    filter: [EMAIL],
  };
  const of = (name: string, kind: string, what: string): ComponentChildren => {
    if (kinds.data === undefined) return <Waiting name={name} failed={kinds.error !== null} />;
    const row = kinds.data.channel_attribution.find(({ campaign_kind }) => campaign_kind === kind);
    return row === undefined ? (
      <Unavailable name={name} />
    ) : (
      shown(kindCard({ name, kind, what }, row, kinds.data, view))
    );
  };
  const shown = (card: Card): ComponentChildren => (
    <Amount card={card} currency={currency} total={summary.total_revenue_micros} />
  );
  return (
    <>
      <ul class="cards">
        {shown(all)}
        {shown(of_email)}
        {of('Campaigns', 'campaign', 'Newsletters and other sends to a list')}
        {of('Flows', 'flow', 'Emails that a person sets off')}
      </ul>
      <p class="muted">
        Campaigns and flows are the touches that say their kind (campaign_kind). Emails that say none are in Email
        alone.
      </p>
    </>
  );
}

function kindCard(
  { name, kind, what }: { name: string; kind: string; what: string },
  row: AttributionRow,
  data: Attribution,
  view: View,
): Card {
  return {
    name,
    what,
    micros: row.attributed_revenue_micros,
    percent: row.change_percent?.['attributed_revenue'] ?? null,
    interval: row.attributed_revenue_interval ?? null,
    part: 'channel_attribution',
    field: 'attributed_revenue',
    row,
    from: sourceOf(attributionQuestion(view, 'campaign_kind', { intervals: true }), data),
    filter: [`campaign_kind:${kind}`],
  };
}

function Amount({ card, currency, total }: { card: Card; currency: string; total: string }) {
  const { name, what, micros, percent, interval, part, field, row, from, filter } = card;
  return (
    <li class="card">
      <h2>{name}</h2>
      <p class="figure">
        <Why name={name} part={part} field={field} row={row} from={from} filter={filter}>
          {roundMoney(micros, currency)}
        </Why>
      </p>
      <p>
        <Change percent={percent} />
        {percent === null ? '' : ' against before'}
        {micros === total ? '' : ` · ${share(ratioOf(micros, total))} of sales`}
      </p>
      {interval && <p class="muted">{likelyText(interval, currency)}</p>}
      <p class="muted">{what}</p>
    </li>
  );
}

function Unavailable({ name }: { name: string }) {
  return (
    <li class="card">
      <h2>{name}</h2>
      <p class="figure unavailable">Unavailable</p>
      <p>No touch says that it is of this kind. Webhooks of email providers say it, or the field campaign_kind.</p>
    </li>
  );
}

function Waiting({ name, failed }: { name: string; failed: boolean }) {
  return (
    <li class="card">
      <h2>{name}</h2>
      <p class={failed ? '' : 'loading'}>{failed ? 'This could not be read' : 'Loading …'}</p>
    </li>
  );
}
