/** One campaign: what was sent, what people and machines did with it, what it earned, and by which emails. */
import { Link, useParams } from 'wouter-preact';
import { type Campaign, campaignQuestion, useCampaign } from '../../api/reports.ts';
import { useIsAnalyst } from '../../api/session.ts';
import { LINK } from '../../api/shared.ts';
import { Change } from '../../parts/change.tsx';
import { count, decimalMoney, share } from '../../parts/figures.ts';
import { Meaning } from '../../parts/meaning.tsx';
import { type Source, sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Why } from '../../parts/why.tsx';
import { useView, type View, withView } from '../../view.ts';
import { ByDay } from './by-day.tsx';
import { Caused } from './caused.tsx';
import { SendEffects } from './send-effects.tsx';
import { Sure } from './sure.tsx';

type Email = Campaign['by_email'][number];

export default function CampaignPage() {
  const { id = '' } = useParams<{ id: string }>();
  const [view] = useView();
  const campaign_id = decodeURIComponent(id);
  const campaign = useCampaign(view, campaign_id);
  return (
    <div class="page">
      <h1>{campaign_id}</h1>
      <Shown answer={campaign} what="the campaign">
        {(data) => <Parts data={data} from={sourceOf(campaignQuestion(view, campaign_id), data)} view={view} />}
      </Shown>
      <Sure view={view} campaign_id={campaign_id} />
      {LINK === '' && (
        <>
          <Caused view={view} campaign_id={campaign_id} />
          <SendEffects view={view} campaign_id={campaign_id} />
        </>
      )}
      <ByDay view={view} campaign_id={campaign_id} />
    </div>
  );
}

function Parts({ data, from, view }: { data: Campaign; from: Source; view: View }) {
  const own = `campaign_id:${data.campaign_id}`;
  const sees_orders = useIsAnalyst();
  const {
    basic_metrics: basic,
    conversion_metrics: earned,
    efficiency_metrics: efficiency,
    currency,
    definitions,
  } = data;
  return (
    <>
      <section aria-labelledby="earned">
        <h2 id="earned">What it earned</h2>
        {sees_orders && (
          <p>
            <Link href={`${withView('/journeys', { ...view, filter: [own] })}&path=*`}>The orders behind it</Link>, each
            with why it was credited
          </p>
        )}
        <dl class="figures">
          <Figure
            name="Revenue"
            of={['conversion_metrics', 'attributed_revenue']}
            from={from}
            value={decimalMoney(earned.attributed_revenue, currency)}
            percent={earned.change_percent?.['attributed_revenue']}
          >
            Net revenue that the model {data.attribution_model} credits to it.
          </Figure>
          <Figure
            name="Revenue per recipient"
            of={['efficiency_metrics', 'revenue_per_recipient']}
            from={from}
            value={decimalMoney(efficiency.revenue_per_recipient, currency)}
          >
            {definitions['revenue_per_recipient']}
          </Figure>
          <Figure
            name="Orders credited"
            of={['conversion_metrics', 'credited_conversions']}
            from={from}
            value={count(earned.credited_conversions, 1)}
          >
            The parts of orders that the model credits to it.
          </Figure>
          <Figure
            name="Orders touched"
            of={['conversion_metrics', 'touched_conversions']}
            from={from}
            value={count(earned.touched_conversions)}
            percent={earned.change_percent?.['touched_conversions']}
          >
            Orders with a touch of the campaign in their path. Other touches may have earned a part, too.
          </Figure>
          <Figure
            name="Recipients who bought"
            of={['conversion_metrics', 'conversion_rate']}
            from={from}
            value={share(earned.conversion_rate, 1)}
          >
            {definitions['conversion_rate']}
          </Figure>
          <Figure
            name="Spend"
            of={['efficiency_metrics', 'spend']}
            from={from}
            value={decimalMoney(efficiency.spend, currency)}
          >
            What was spent on the campaign in this period.
          </Figure>
        </dl>
      </section>
      <section aria-labelledby="people">
        <h2 id="people">What people did, and what machines did</h2>
        <dl class="figures">
          <Figure name="Delivered" of={['basic_metrics', 'delivered']} from={from} value={count(basic.delivered)}>
            Of {count(basic.sends)} that were sent.
          </Figure>
          <Figure
            name="People who clicked"
            of={['basic_metrics', 'recipient_click_rate']}
            from={from}
            value={share(basic.recipient_click_rate, 1)}
          >
            {definitions['recipient_click_rate']}. With machines it would be {share(basic.raw_recipient_click_rate, 1)}.
          </Figure>
          <Figure
            name="People who opened"
            of={['basic_metrics', 'recipient_open_rate']}
            from={from}
            value={share(basic.recipient_open_rate, 1)}
          >
            {definitions['recipient_open_rate']}. With machines it would be {share(basic.raw_recipient_open_rate, 1)}.
          </Figure>
          <Figure
            name="Opens by machines"
            of={['basic_metrics', 'machine_opens']}
            from={from}
            value={`${count(basic.machine_opens)} of ${count(basic.opens)}`}
          >
            Opens of mail proxies and gateways before anybody read the email.
          </Figure>
          <Figure
            name="Clicks by machines"
            of={['basic_metrics', 'machine_clicks']}
            from={from}
            value={`${count(basic.machine_clicks)} of ${count(basic.clicks)}`}
          >
            Clicks of gateways that follow every link.
          </Figure>
          <Figure
            name="Unsubscribed"
            of={['basic_metrics', 'unsubscribed']}
            from={from}
            value={`${count(basic.unsubscribed)} (${share(basic.unsubscribe_rate, 2)})`}
          >
            {definitions['unsubscribe_rate']}
          </Figure>
        </dl>
      </section>
      <section aria-labelledby="emails">
        <h2 id="emails">Its emails</h2>
        <Emails data={data} from={from} />
      </section>
    </>
  );
}

function Figure({
  name,
  value,
  percent,
  of,
  from,
  children,
}: {
  name: string;
  value: string;
  percent?: number | null | undefined;
  /** The part of the answer, and the field there. */
  of: readonly [part: 'conversion_metrics' | 'efficiency_metrics' | 'basic_metrics', field: string];
  from: Source;
  children: preact.ComponentChildren;
}) {
  return (
    <div>
      <dt>
        {name} <Meaning of={name}>{children}</Meaning>
      </dt>
      <dd class="figure">
        <Why name={name} part={of[0]} field={of[1]} row={(from.answer as Campaign)[of[0]]} from={from}>
          {value}
        </Why>
      </dd>
      {percent !== undefined && (
        <dd>
          <Change percent={percent} />
        </dd>
      )}
    </div>
  );
}

function Emails({ data: { by_email, currency }, from }: { data: Campaign; from: Source }) {
  const columns: ReadonlyArray<Column<Email>> = [
    { name: 'Email', cell: (row) => row.email_id ?? 'without an id', by: (row) => row.email_id },
    {
      name: 'Delivered',
      field: 'delivered',
      right: true,
      cell: (row) => count(row.delivered),
      by: (row) => row.delivered,
    },
    {
      name: 'People who opened',
      field: 'recipient_open_rate',
      right: true,
      cell: (row) => share(row.recipient_open_rate, 1),
      by: (row) => row.recipient_open_rate,
    },
    {
      name: 'People who clicked',
      field: 'recipient_click_rate',
      right: true,
      cell: (row) => share(row.recipient_click_rate, 1),
      by: (row) => row.recipient_click_rate,
    },
    {
      name: 'Revenue',
      field: 'attributed_revenue',
      right: true,
      cell: (row) => decimalMoney(row.attributed_revenue, currency),
      by: (row) => Number(row.attributed_revenue),
    },
    {
      name: 'Per recipient',
      field: 'revenue_per_recipient',
      right: true,
      cell: (row) => decimalMoney(row.revenue_per_recipient, currency),
      by: (row) => (row.revenue_per_recipient === null ? null : Number(row.revenue_per_recipient)),
    },
  ];
  return (
    <Table
      caption="Emails of the campaign"
      columns={columns}
      rows={by_email}
      keyOf={(row) => row.email_id ?? ''}
      from={from}
      nameOf={(row) => row.email_id ?? 'emails without an id'}
      filterOf={(row) => [`email_id:${row.email_id ?? ''}`]}
    />
  );
}
