/** One comparison of people who were sent with people who were not: in words, as intervals, and its negative controls. */
import type { Effect } from '../api/evidence.ts';
import { count, NOTHING, share } from './figures.ts';
import { IntervalBar } from './interval-bar.tsx';
import { type Column, Table } from './table.tsx';

type Control = Effect['controls'][number];

const PER = 100;

const TITLES: Readonly<Record<Effect['conclusion'], string>> = {
  more_orders: 'More orders, caused by the email',
  fewer_orders: 'Fewer orders, caused by the email',
  no_difference_seen: 'No effect is certain',
  too_few: 'Too few people or orders to compare',
  controls_near_zero: 'Unlike people; little intent leaks',
  intent_leaks: 'Intent leaks: this is not the effect of the email',
  not_proven: 'Unlike people: not proven',
};

/** Whom each control compares with those who were not sent. */
const CONTROLS: Readonly<Record<Control['control'], string>> = {
  orders_before: 'The same people, before the send',
  bounced: 'Emails that bounced',
  machine_only: 'Emails that only machines opened',
};

const VERDICTS: Readonly<Record<Control['verdict'], string>> = {
  near_zero: 'near zero, as it should be',
  leaks: 'not zero: intent leaks',
  unclear: 'too uncertain to say',
  too_few: 'too few people or orders',
};

export function EffectCard({
  title,
  effect,
  currency,
  confidence,
}: {
  title: string;
  effect: Effect | Omit<Effect, 'blasts'>;
  currency: string;
  confidence: number;
}) {
  const { conclusion, sentence, controls, is_causal } = effect;
  return (
    <article class={`card effect ${conclusion === 'intent_leaks' ? 'failed' : ''}`}>
      <h3>{title}</h3>
      <p class="effect-title">{TITLES[conclusion]}</p>
      <p>{sentence}</p>
      <p class="muted">
        {count(effect.compared_people)} people who were sent, {count(effect.compared_others)} who were not.{' '}
        {is_causal
          ? 'Chance decided who was sent when.'
          : 'Whoever sent chose the people, so a difference is no effect by itself.'}
      </p>
      {effect.orders_difference !== null && (
        <Table
          caption={`In the time after the send, per ${PER} people`}
          columns={measureColumns(confidence)}
          rows={measuresOf(effect, currency)}
          keyOf={({ name }) => name}
        />
      )}
      {controls.every(({ verdict }) => verdict === 'too_few') ? (
        <p class="muted">Its controls have too few people or orders, too.</p>
      ) : (
        <Table
          caption="Controls: comparisons in which the email cannot be the reason. They should be near zero"
          columns={controlColumns(controls)}
          rows={controls}
          keyOf={({ control }) => control}
        />
      )}
    </article>
  );
}

interface Measure {
  name: string;
  sent: number | null;
  not_sent: number | null;
  difference: number;
  low: number;
  high: number;
  shown: (value: number) => string;
}

const ordersText = (value: number): string => count(value, 2);

function measuresOf(effect: Omit<Effect, 'blasts'>, currency: string): Measure[] {
  const per = (value: number | null): number => PER * (value ?? 0);
  return [
    {
      name: 'Orders',
      sent: per(effect.orders_sent),
      not_sent: per(effect.orders_not_sent),
      difference: per(effect.orders_difference),
      low: per(effect.orders_low),
      high: per(effect.orders_high),
      shown: ordersText,
    },
    {
      name: 'Net revenue',
      sent: per(effect.revenue_sent),
      not_sent: per(effect.revenue_not_sent),
      difference: per(effect.revenue_difference),
      low: per(effect.revenue_low),
      high: per(effect.revenue_high),
      shown: (value) => `${count(value, 2)} ${currency}`,
    },
  ];
}

const signed = (value: number, shown: (value: number) => string): string =>
  `${value >= 0 ? '+' : '−'}${shown(Math.abs(value))}`;

const measureColumns = (confidence: number): ReadonlyArray<Column<Measure>> => [
  { name: 'Measure', cell: ({ name }) => name },
  { name: 'Sent', right: true, cell: ({ sent, shown }) => (sent === null ? NOTHING : shown(sent)) },
  { name: 'Not sent', right: true, cell: ({ not_sent, shown }) => (not_sent === null ? NOTHING : shown(not_sent)) },
  {
    name: `Difference, with its ${share(confidence)} interval`,
    meaning: 'Sent less not sent. The dashed line is no difference',
    cell: ({ difference, low, high, shown }) => {
      const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
      return (
        <IntervalBar low={low} high={high} value={difference} scale={[-most, most]} mark={0}>
          {signed(difference, shown)}, from {signed(low, shown)} to {signed(high, shown)}
        </IntervalBar>
      );
    },
  },
];

function controlColumns(controls: readonly Control[]): ReadonlyArray<Column<Control>> {
  const bounds = controls.flatMap(({ orders_low: low, orders_high: high }) => [
    Math.abs(low ?? 0),
    Math.abs(high ?? 0),
  ]);
  const most = PER * Math.max(...bounds) || 1;
  return [
    { name: 'Control', cell: ({ control }) => CONTROLS[control] },
    {
      name: `Difference in orders per ${PER} people`,
      cell: ({ orders_difference, orders_low, orders_high }) => {
        if (orders_difference === null || orders_low === null || orders_high === null) return NOTHING;
        const [value, low, high] = [orders_difference, orders_low, orders_high].map((one) => PER * one) as [
          number,
          number,
          number,
        ];
        return (
          <IntervalBar low={low} high={high} value={value} scale={[-most, most]} mark={0}>
            {signed(value, ordersText)}, from {signed(low, ordersText)} to {signed(high, ordersText)}
          </IntervalBar>
        );
      },
    },
    {
      name: 'It is',
      cell: ({ verdict }) => <span class={verdict === 'leaks' ? 'fault' : ''}>{VERDICTS[verdict]}</span>,
    },
    {
      name: 'Part of the difference',
      meaning: 'How much of the difference after the send is there without the email',
      right: true,
      cell: ({ leaked_part, verdict }) =>
        leaked_part === null || (verdict !== 'leaks' && verdict !== 'near_zero')
          ? NOTHING
          : share(Math.max(0, leaked_part)),
    },
    {
      name: 'People',
      right: true,
      cell: ({ compared_people }) => count(compared_people),
      by: (row) => row.compared_people,
    },
  ];
}

/** What may be concluded, for lists. */
export const conclusionText = ({ conclusion }: Pick<Effect, 'conclusion'>): string => TITLES[conclusion];
