/** The split of the budget: what is advised beside today's, what it may bring, and how sure that is. */
import { Link } from 'wouter-preact';
import { type Advice, type AdvisedChannel, adviceQuestion } from '../../api/evidence.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { count, decimalMoney, NOTHING, shortDay, words } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';
import { sourceOf } from '../../parts/source.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';
import { Changed } from './changed.tsx';

const TITLES = {
  move: 'Move some of the budget',
  leave_it: 'Leave the split as it is',
  refused: 'Nothing is advised',
} as const;

export function Budget({
  data,
  view,
  budget,
  setBudget,
}: {
  data: Advice;
  view: View;
  /** What was asked for, of a week; empty for what is spent now. */
  budget: string;
  setBudget: (values: readonly string[]) => void;
}) {
  const { budget: found, channels, currency } = data;
  return (
    <section aria-labelledby="budget">
      <h2 id="budget">The budget of a week</h2>
      <div class="notice">
        <h3>{TITLES[found.advice]}</h3>
        <p class="headline">{inWords(data)}</p>
        {found.gain_per_week !== null && <Changed change={found.gain_per_week} currency={currency} />}
        <Sureness data={data} view={view} />
      </div>
      <Table
        caption="Today's split and what is advised, a week"
        columns={columnsOf(data, found.advice === 'move' || budget !== '')}
        rows={channels}
        keyOf={({ channel }) => channel}
        from={sourceOf(adviceQuestion(view, { budget }), data)}
        nameOf={({ channel }) => words(channel)}
      />
      <form
        class="make"
        onSubmit={(event) => {
          event.preventDefault();
          const amount = String(new FormData(event.currentTarget as HTMLFormElement).get('budget') ?? '');
          setBudget(amount === '' ? [] : [amount]);
        }}
      >
        <label>
          <span>Another budget of a week, in {currency}; empty for what is spent now</span>
          <input key={budget} name="budget" type="number" min="0.01" step="0.01" defaultValue={budget} />
        </label>
        <button type="submit">Advise</button>
      </form>
    </section>
  );
}

/** The message of the report names channels as they are stored. */
function inWords({ budget: { message }, channels }: Advice): string {
  return channels.reduce((text, { channel }) => text.replaceAll(channel, words(channel)), message);
}

/** How sure it is, and what makes it surer. */
function Sureness({ data: { budget, channels }, view }: { data: Advice; view: View }) {
  const told = channels.filter(({ refused }) => refused === null).length;
  const read = `${count(budget.weeks)} whole weeks from ${shortDay(budget.first_week)} ${budget.first_week.slice(0, 4)} were read; ${count(told)} of ${count(channels.length)} channels can be told apart.`;
  return (
    <p class="muted">
      {read}{' '}
      {budget.advice === 'move' &&
        'The gain is large beside its uncertainty. Move once, and ask again next week: the weeks since then are evidence. '}
      {budget.advice === 'leave_it' && 'No other split surely brings more, so a move would be a bet. '}
      {budget.refused?.code === 'too_few_weeks' &&
        'Import earlier spend and orders, or ask again when there are more weeks. '}
      Demand moves spend and revenue at once, and no report sees it. An{' '}
      <Link href={withView('/experiments', view)}>experiment</Link> does.
    </p>
  );
}

/** @param is_told true if what is advised is another split, or of another budget, than today's. */
function columnsOf({ channels, currency }: Advice, is_told: boolean): ReadonlyArray<Column<AdvisedChannel>> {
  const most = Math.max(...channels.flatMap((one) => [Number(one.spend_per_week), Number(one.advised_per_week)]));
  const returns = channels.flatMap(({ marginal_return: own }) => (own === null ? [] : [own.low, own.high]));
  const scale = [Math.min(0, ...returns), Math.max(1, ...returns)] as const;
  const amount = (value: string, kind: 'email' | '') => (
    <CellBar part={Number(value) / (most || 1)} kind={kind}>
      {decimalMoney(value, currency)}
    </CellBar>
  );
  const advised: Column<AdvisedChannel> = {
    name: 'Advised',
    field: 'advised_per_week',
    cell: (one) => amount(one.advised_per_week, 'email'),
    by: (one) => Number(one.advised_per_week),
  };
  return [
    { name: 'Channel', cell: ({ channel }) => words(channel), by: ({ channel }) => channel },
    {
      name: 'Today',
      field: 'spend_per_week',
      meaning: 'What is spent in a usual week now',
      cell: (one) => amount(one.spend_per_week, ''),
      by: (one) => Number(one.spend_per_week),
    },
    ...(is_told ? [advised, moveColumn] : []),
    {
      name: 'One more unit of spend brings',
      field: 'marginal_return',
      meaning: 'Net revenue of the shop. Below 1, less than it costs. The dashed line is 1',
      cell: ({ marginal_return: own, refused }) =>
        own === null ? (
          <span class="muted small">{refused?.reason ?? NOTHING}</span>
        ) : (
          <IntervalBar low={own.low} high={own.high} value={own.value} scale={scale} mark={1}>
            {count(own.value, 2)}, likely {count(own.low, 2)} to {count(own.high, 2)}
          </IntervalBar>
        ),
      by: (one) => one.marginal_return?.value,
    },
    {
      name: 'Return on spend',
      field: 'return_on_spend',
      meaning: 'What the model credits, by the spend that it belongs to. It says nothing of the next unit',
      right: true,
      cell: (one) => (one.return_on_spend === null ? NOTHING : `${count(one.return_on_spend, 1)} ×`),
      by: (one) => one.return_on_spend,
    },
  ];
}

const partOf = (one: AdvisedChannel): number | null =>
  Number(one.spend_per_week) === 0 ? null : Number(one.advised_per_week) / Number(one.spend_per_week) - 1;

const moveColumn: Column<AdvisedChannel> = {
  name: 'Move',
  right: true,
  cell: (one) => {
    const part = partOf(one);
    if (part === null) return NOTHING;
    const percent = Math.round(100 * part);
    return percent === 0 ? 'as it is' : `${percent > 0 ? '▲ +' : '▼ −'}${Math.abs(percent)}\u00a0%`;
  },
  by: partOf,
};
