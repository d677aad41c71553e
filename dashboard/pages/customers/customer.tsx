/** One person: every touch with its verdict, and every order, in order of time. */
import { Link, useParams } from 'wouter-preact';
import { type Customer, customerQuestion, useCustomer } from '../../api/reports.ts';
import { count, decimalMoney, instant, money, NOTHING, share, words } from '../../parts/figures.ts';
import { sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { CsvLink } from '../../parts/table.tsx';
import { useView, type View, withView } from '../../view.ts';

export default function CustomerPage() {
  const { id = '' } = useParams<{ id: string }>();
  const [view] = useView();
  const customer_id = decodeURIComponent(id);
  const customer = useCustomer(view, customer_id);
  return (
    <div class="page">
      <h1>Customer {customer_id}</h1>
      <Shown answer={customer} what="the customer">
        {(data) => (
          <>
            <Life data={data} view={view} />
            <CsvLink
              caption={`Journeys of ${customer_id}`}
              from={sourceOf(customerQuestion(view, customer_id), data)}
            />
          </>
        )}
      </Shown>
    </div>
  );
}

function Life({ data, view }: { data: Customer; view: View }) {
  const { summary, person, segments, journeys, currency } = data;
  const current = segments.filter(({ is_current }) => is_current);
  return (
    <>
      <p class="headline">
        {count(summary.conversion_count)} {summary.conversion_count === 1 ? 'conversion' : 'conversions'} worth{' '}
        {money(summary.total_conversion_value_micros, currency)} net, after {count(summary.total_touchpoint_count)}{' '}
        touches, {count(summary.email_touchpoint_count)} of them by email.
      </p>
      <p class="muted">
        Known as {person.ids.join(', ')}
        {person.ids_truncated && ' and others'}.{' '}
        {current.length > 0 && `In the segments ${current.map(({ segment_name }) => segment_name).join(', ')}.`}
      </p>
      <Profile data={data} />
      {summary.lists_truncated && <p class="muted">Only the newest touches and orders are listed.</p>}
      {[...journeys].reverse().map((journey) => (
        <section key={journey.journey_id} aria-label={`Journey from ${instant(journey.first_touchpoint ?? '')}`}>
          <h2>
            Journey of {count(journey.journey_duration_days ?? 0)} days,{' '}
            {money(journey.total_conversion_value_micros, currency)}
          </h2>
          <Timeline journey={journey} currency={currency} view={view} />
        </section>
      ))}
    </>
  );
}

/** What the person bought, whom it is credited to, and how emails are answered. */
function Profile({ data }: { data: Customer }) {
  const { lifecycle, credit_summary, email_engagement, currency } = data;
  const { preferred_hour, trend } = email_engagement;
  const between = lifecycle.median_days_between_orders;
  const facts: Array<[string, string]> = [
    ['Average order', decimalMoney(lifecycle.average_order_value, currency)],
    ['Days between orders', between === null ? NOTHING : `${count(between)} or less, for half of them`],
    ['Emails delivered', count(email_engagement.delivered)],
    ['Opened', share(email_engagement.open_rate)],
    ['Clicked', share(email_engagement.click_rate)],
    [
      'Answers mostly at',
      preferred_hour.hour === null
        ? `not known: ${preferred_hour.withheld}`
        : `${preferred_hour.hour} o'clock (${preferred_hour.in_hour} of ${preferred_hour.answers})`,
    ],
    ['Trend of answers', trend.direction === null ? `not known: ${trend.withheld}` : words(trend.direction)],
  ];
  const earned = [
    ...credit_summary.channels.map(({ channel, attributed_revenue_micros }): [string, string] => [
      words(channel),
      money(attributed_revenue_micros, currency),
    ]),
    ...credit_summary.unattributed.map(({ reason, revenue_micros }): [string, string] => [
      `Nobody: ${words(reason)}`,
      money(revenue_micros, currency),
    ]),
  ];
  return (
    <>
      <Facts title="Profile" facts={facts} />
      {earned.length > 0 && <Facts title="Whom the revenue is credited to" facts={earned} />}
    </>
  );
}

function Facts({ title, facts }: { title: string; facts: ReadonlyArray<[string, string]> }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl class="why-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

type Journey = Customer['journeys'][number];

interface Moment {
  key: string;
  at: string;
  order: boolean;
  text: preact.ComponentChildren;
}

function Timeline({ journey, currency, view }: { journey: Journey; currency: string; view: View }) {
  const moments: Moment[] = [
    ...journey.touchpoints.map((touch) => ({
      key: `touch ${touch.touchpoint_id}`,
      at: touch.occurred_at,
      order: false,
      text: (
        <>
          <strong>{words(touch.touchpoint_type)}</strong> by {words(touch.channel ?? 'an unknown channel')}
          {touch.campaign_id !== null && <> · {touch.campaign_id}</>}
          {touch.verdict !== 'human' && <span class="tag">{touch.verdict}</span>}
          {touch.attributed_revenue_micros !== '0' && <> · earned {money(touch.attributed_revenue_micros, currency)}</>}
        </>
      ),
    })),
    ...journey.conversions.map((order) => ({
      key: `order ${order.conversion_id}`,
      at: order.occurred_at,
      order: true,
      text: (
        <>
          <strong>{words(order.conversion_type)}</strong> {money(order.net_value_micros, currency)} ·{' '}
          <Link href={withView(`/orders/${encodeURIComponent(order.conversion_id)}`, view)}>
            why it was credited so
          </Link>
          {order.unattributed_reason !== null && <> · not credited: {words(order.unattributed_reason)}</>}
        </>
      ),
    })),
  ].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  return (
    <ol class="timeline">
      {moments.map(({ key, at, order, text }) => (
        <li key={key} class={order ? 'order' : undefined}>
          <time dateTime={at}>{instant(at)}</time> {text}
        </li>
      ))}
    </ol>
  );
}
