/** Lifetime value: what cohorts brought, what they are likely to bring, and what email did for it. */
import { type LifetimeValue, useLifetimeValue } from '../../api/insights.ts';
import { count, decimalMoney, money, NOTHING, share, words } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import type { View } from '../../view.ts';

type Cohort = LifetimeValue['cohorts'][number];
type Part = LifetimeValue['quantiles'][number];
type Interval = Cohort['revenue_per_customer_interval'];

export function Value({ view, by }: { view: View; by: string }) {
  const value = useLifetimeValue(view, by);
  return (
    <Shown answer={value} what="lifetime value">
      {(data) => (
        <>
          <Headline data={data} />
          <section aria-labelledby="value">
            <h2 id="value">What cohorts brought, and are likely to bring</h2>
            <CohortTable data={data} />
            <Forecast data={data} />
          </section>
          <section aria-labelledby="email-part">
            <h2 id="email-part">What email did</h2>
            <EmailPart data={data} />
          </section>
          <section aria-labelledby="parts">
            <h2 id="parts">From the best customers to the others</h2>
            <Quantiles data={data} />
          </section>
        </>
      )}
    </Shown>
  );
}

function Headline({ data: { totals, currency } }: { data: LifetimeValue }) {
  return (
    <p class="headline">
      {count(totals.customers)} new customers brought {money(totals.net_revenue_micros, currency)},{' '}
      {decimalMoney(totals.revenue_per_customer, currency)} each. {count(totals.repeat_customers)} of them ordered
      again.
    </p>
  );
}

const likely = ({ low, high }: Interval, currency: string): string =>
  low === null || high === null ? '' : `, likely ${decimalMoney(low, currency)} to ${decimalMoney(high, currency)}`;

function PerCustomer({
  value,
  interval,
  withheld = null,
  most,
  currency,
}: {
  value: string | null;
  interval: Interval;
  /** Why there is no interval. */
  withheld?: string | null;
  most: number;
  currency: string;
}) {
  if (value === null) return <>{NOTHING}</>;
  const text = `${decimalMoney(value, currency)}${likely(interval, currency)}`;
  if (interval.low === null || interval.high === null)
    return (
      <span>
        {text}{' '}
        <span class="muted small">too little data to say how sure{withheld === null ? '' : `: ${withheld}`}</span>
      </span>
    );
  return (
    <IntervalBar low={Number(interval.low)} high={Number(interval.high)} value={Number(value)} scale={[0, most]}>
      {text}
    </IntervalBar>
  );
}

function CohortTable({ data }: { data: LifetimeValue }) {
  const { currency, cohorts, horizon_days, prediction } = data;
  const most = Math.max(
    0.01,
    ...cohorts.flatMap((row) => [
      Number(row.revenue_per_customer_interval.high ?? row.revenue_per_customer ?? 0),
      Number(row.predicted_revenue_per_customer_interval.high ?? 0),
    ]),
  );
  const columns: ReadonlyArray<Column<Cohort>> = [
    { name: words(data.by), cell: (row) => words(row.cohort ?? 'without one'), by: (row) => row.cohort },
    { name: 'Customers', right: true, cell: (row) => count(row.customers), by: (row) => row.customers },
    {
      name: 'Ordered again',
      right: true,
      cell: (row) => count(row.repeat_customers),
      by: (row) => row.repeat_customers,
    },
    { name: 'Orders', right: true, cell: (row) => count(row.orders), by: (row) => row.orders },
    {
      name: 'Net sales',
      right: true,
      cell: (row) => money(row.net_revenue_micros, currency),
      by: (row) => Number(row.net_revenue_micros),
    },
    {
      name: 'Per customer so far',
      meaning: 'Net sales divided by customers, with the 90 % interval of a bootstrap over customers',
      cell: (row) => (
        <PerCustomer
          value={row.revenue_per_customer}
          interval={row.revenue_per_customer_interval}
          withheld={row.revenue_per_customer_withheld}
          most={most}
          currency={currency}
        />
      ),
      by: (row) => (row.revenue_per_customer === null ? null : Number(row.revenue_per_customer)),
    },
    ...(prediction.refused === null
      ? [
          {
            name: `Per customer in the next ${count(horizon_days)} days`,
            meaning: 'What is expected in addition, with its 90 % interval',
            cell: (row: Cohort) => (
              <PerCustomer
                value={row.predicted_revenue_per_customer}
                interval={row.predicted_revenue_per_customer_interval}
                most={most}
                currency={currency}
              />
            ),
            by: (row: Cohort) =>
              row.predicted_revenue_per_customer === null ? null : Number(row.predicted_revenue_per_customer),
          },
        ]
      : []),
  ];
  return (
    <Table caption="Cohorts by their first order" columns={columns} rows={cohorts} keyOf={(row) => row.cohort ?? ''} />
  );
}

function Forecast({ data: { prediction, holdout, horizon_days, currency } }: { data: LifetimeValue }) {
  if (prediction.refused !== null)
    return <p>There is no forecast: it {prediction.refused}. A forecast from less would look surer than it is.</p>;
  return (
    <>
      <p>
        All these customers are expected to bring {decimalMoney(prediction.predicted_revenue, currency)} more in the
        next {count(horizon_days)} days{likely(prediction.predicted_revenue_interval, currency)} (90 %).
      </p>
      {holdout !== null &&
        (holdout.refused !== null ? (
          <p class="muted">How good the forecast was before cannot be said: {holdout.refused}.</p>
        ) : (
          <p class="muted">
            The same forecast, made without the last {count(holdout.days)} days, said{' '}
            {decimalMoney(holdout.predicted_revenue, currency)} for them; they brought{' '}
            {decimalMoney(holdout.net_revenue, currency)} ({share(holdout.predicted_error, 1)} off, and the average of
            the year before {share(holdout.naive_error, 1)}).
          </p>
        ))}
    </>
  );
}

/** Credit and influence say different things, so each has a figure of its own and they are never added. */
function EmailPart({ data: { email, currency } }: { data: LifetimeValue }) {
  const { by_credit, by_influence } = email;
  return (
    <>
      <dl class="figures">
        <div>
          <dt>By credit, {words(by_credit.attribution_model)}</dt>
          <dd class="figure">{money(by_credit.credited_revenue_micros, currency)}</dd>
          <dd class="muted">
            {share(by_credit.share_of_revenue, 1)} of net sales, {count(by_credit.credited_orders, 1)} orders in parts
          </dd>
        </div>
        <div>
          <dt>By influence</dt>
          <dd class="figure">{money(by_influence.influenced_revenue_micros, currency)}</dd>
          <dd class="muted">
            {share(by_influence.share_of_revenue, 1)} of net sales, {count(by_influence.influenced_orders)} orders of{' '}
            {count(by_influence.influenced_customers)} customers
          </dd>
        </div>
      </dl>
      <p class="muted">
        Credit shares each order out among all touches before it. Influence counts the whole order when an email is
        before it, whatever else is. They are two answers to two questions, and no sum of both means anything.
      </p>
    </>
  );
}

function Quantiles({ data: { quantiles, currency } }: { data: LifetimeValue }) {
  const columns: ReadonlyArray<Column<Part>> = [
    { name: 'Part', cell: (row) => (row.quantile === 1 ? '1, the best' : count(row.quantile)) },
    { name: 'Customers', right: true, cell: (row) => count(row.customers) },
    { name: 'Net sales', right: true, cell: (row) => money(row.net_revenue_micros, currency) },
    { name: 'Share', right: true, cell: (row) => share(row.share_of_revenue, 1) },
    { name: 'Per customer', right: true, cell: (row) => decimalMoney(row.revenue_per_customer, currency) },
    { name: 'From', right: true, cell: (row) => money(row.lowest_value_micros, currency) },
    { name: 'To', right: true, cell: (row) => money(row.highest_value_micros, currency) },
  ];
  return (
    <Table
      caption="Equally many customers a line, those who brought most first"
      columns={columns}
      rows={quantiles}
      keyOf={(row) => String(row.quantile)}
    />
  );
}
