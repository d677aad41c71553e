/** One order: each touch before it, what it earned under each model, and why the others earned nothing. */
import { Link, useParams } from 'wouter-preact';
import { type Receipt, receiptQuestion, useReceipt } from '../api/reports.ts';
import { count, decimalMoney, instant, money, share, words } from '../parts/figures.ts';
import { type Source, sourceOf } from '../parts/source.ts';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView, type View, withView } from '../view.ts';

type Touch = Receipt['touchpoints'][number];

export default function OrderPage() {
  const { id = '' } = useParams<{ id: string }>();
  const [view] = useView();
  const receipt = useReceipt(view, decodeURIComponent(id));
  return (
    <div class="page">
      <h1>Order {decodeURIComponent(id)}</h1>
      <Shown answer={receipt} what="the order">
        {(data) => (
          <Credit data={data} view={view} from={sourceOf(receiptQuestion(view, decodeURIComponent(id)), data)} />
        )}
      </Shown>
    </div>
  );
}

function Credit({ data, view, from }: { data: Receipt; view: View; from: Source }) {
  const { order, person, rules, reconciliation, currency, unattributed_reason } = data;
  const [model = ''] = data.attribution_models;
  const credited = data.touchpoints.filter(({ status }) => status === 'credited');
  const others = data.touchpoints.filter(({ status }) => status !== 'credited');
  return (
    <>
      <p class="headline">
        A {words(order.conversion_type)} of {decimalMoney(order.value, order.currency)} on {instant(order.occurred_at)}{' '}
        by <Link href={withView(`/customers/${encodeURIComponent(person.person_id)}`, view)}>{person.person_id}</Link>.
        Its net value is {money(reconciliation.net_revenue_micros, currency)}.
      </p>
      {order.adjustments.length > 0 && (
        <p>
          {count(order.adjustments.length)} refunds or corrections are taken off. The net value is{' '}
          {decimalMoney(order.net, order.currency)}.
        </p>
      )}
      {order.match !== null && (
        <p>
          The shop joined it to a click by {words(order.match.method)}
          {order.match.confidence !== null && ` (confidence ${share(order.match.confidence)})`}.
        </p>
      )}
      {unattributed_reason !== null && <p>No touch earned it: {words(unattributed_reason)}.</p>}
      <Table
        caption={`Touches with credit under the model ${words(model)}, oldest first`}
        columns={creditColumns(model, currency)}
        rows={credited}
        keyOf={(touch) => touch.touchpoint_id}
        from={from}
        nameOf={(touch) => `${words(touch.touchpoint_type)} on ${instant(touch.occurred_at)}`}
      />
      <p>
        {SHARES[model]?.(rules) ?? `The model ${words(model)} was fitted to paths with and without an order.`} A touch
        can earn if it is of a person and lies in its window: {days(rules.windows.view_days)} for opens and impressions,{' '}
        {days(rules.windows.email_days)} for clicks in emails, {days(rules.windows.click_days)} for other clicks and
        visits.
      </p>
      <Brought touches={credited} model={model} />
      {others.length > 0 && (
        <Table
          caption="Touches without credit, and why"
          columns={OTHER_COLUMNS}
          rows={others}
          keyOf={(touch) => touch.touchpoint_id}
        />
      )}
      {data.touchpoints_shown < data.touchpoint_count && (
        <p class="muted">
          {count(data.touchpoints_shown)} of {count(data.touchpoint_count)} touchpoints are listed.
        </p>
      )}
    </>
  );
}

/** Which touch brought which, as far as a fitted model knows. */
function Brought({ touches, model }: { touches: readonly Touch[]; model: string }) {
  const named = (touch: Touch): string =>
    `${words(touch.touchpoint_type)} (${words(touch.channel ?? 'unknown')}) on ${instant(touch.occurred_at)}`;
  const by_id = new Map(touches.map((touch) => [touch.touchpoint_id, touch]));
  const pairs = touches.flatMap((touch) =>
    (touch.credit?.[model]?.because?.brought_by ?? []).flatMap(({ touchpoint_id, brought }) => {
      const earlier = by_id.get(touchpoint_id);
      return earlier === undefined ? [] : [{ touch, earlier, brought }];
    }),
  );
  if (pairs.length === 0) return null;
  return (
    <>
      <p>Touches that an earlier touch brought share their credit with it:</p>
      <ul>
        {pairs.map(({ touch, earlier, brought }) => (
          <li key={`${touch.touchpoint_id} ${earlier.touchpoint_id}`}>
            {share(brought)} of the {named(touch)} came from the {named(earlier)}.
          </li>
        ))}
      </ul>
    </>
  );
}

const days = (n: number): string => `${n} ${n === 1 ? 'day' : 'days'}`;

/** How each rule shares an order out. docs/models.md. */
const SHARES: Readonly<Record<string, (rules: Receipt['rules']) => string>> = {
  linear: () => 'Linear gives each touch of the path the same share.',
  last_touch: () => 'Last touch gives all of it to the last touch of the path.',
  first_touch: () => 'First touch gives all of it to the first touch of the path.',
  time_decay: ({ half_life_days }) =>
    `Time decay gives a touch half as much as one that is ${days(half_life_days)} nearer to the order.`,
  position_based: ({ position: { first, last } }) =>
    `Position based gives the first touch ${share(first)}, the last ${share(last)}, and the others the rest in equal parts. Without others, first and last share all of it.`,
};

const TOUCH_COLUMNS: ReadonlyArray<Column<Touch>> = [
  { name: 'When', cell: (touch) => instant(touch.occurred_at), by: (touch) => touch.occurred_at },
  { name: 'Touch', cell: (touch) => words(touch.touchpoint_type), by: (touch) => touch.touchpoint_type },
  { name: 'Channel', cell: (touch) => words(touch.channel ?? 'unknown'), by: (touch) => touch.channel },
  { name: 'Campaign', cell: (touch) => touch.campaign_id ?? '–', by: (touch) => touch.campaign_id },
];

function creditColumns(model: string, currency: string): ReadonlyArray<Column<Touch>> {
  return [
    ...TOUCH_COLUMNS,
    { name: 'Email', cell: (touch) => touch.email_id ?? '–', by: (touch) => touch.email_id },
    {
      name: 'Share',
      field: 'credit',
      right: true,
      cell: (touch) => share(touch.credit?.[model]?.share, 1),
      by: (touch) => touch.credit?.[model]?.share,
    },
    {
      name: 'Earned',
      field: 'credit',
      right: true,
      cell: (touch) => money(touch.credit?.[model]?.attributed_revenue_micros, currency),
      by: (touch) => Number(touch.credit?.[model]?.attributed_revenue_micros ?? 0),
    },
  ];
}

const OTHER_COLUMNS: ReadonlyArray<Column<Touch>> = [
  ...TOUCH_COLUMNS,
  { name: 'Verdict', cell: (touch) => touch.verdict, by: (touch) => touch.verdict },
  { name: 'Why not', cell: (touch) => <span class="told">{touch.reason}</span>, by: (touch) => touch.status },
];
