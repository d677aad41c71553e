/** Channels on the same paths, in words with intervals. */
import { type Synergies, useSynergies } from '../../api/insights.ts';
import { count, decimalMoney, share, words } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import type { View } from '../../view.ts';

type Pair = Synergies['pairs'][number];
type Combination = Synergies['combinations'][number];

const nameOf = (channel: string | null): string => words(channel ?? 'without a channel');
/** Percentage points with their sign. */
const points = (value: number): string => `${value > 0 ? '+' : ''}${count(value * 100, 1)}`;

export function Together({ view }: { view: View }) {
  const synergies = useSynergies(view);
  return (
    <section aria-labelledby="together">
      <h2 id="together">Channels together</h2>
      <Shown answer={synergies} what="the combinations">
        {(data) => <Parts data={data} />}
      </Shown>
    </section>
  );
}

function Parts({ data }: { data: Synergies }) {
  const told = data.pairs.filter(({ conversion_rate: { finding } }) => finding.endsWith('together'));
  const same = data.pairs.filter(({ conversion_rate: { finding } }) => finding === 'no difference shown').length;
  const few = data.pairs.filter(({ conversion_rate: { interaction } }) => interaction === null);
  return (
    <>
      <ul class="sentences">
        {told.map((pair) => (
          <PairSentence key={`${pair.a} ${pair.b}`} pair={pair} />
        ))}
        <li>
          {told.length === 0 ? 'No pair of channels shows a difference that chance would not. ' : ''}
          {same > 0 && `For ${count(same)} ${told.length === 0 ? '' : 'other '}pairs no difference is shown. `}
          {few.length > 0 &&
            `${count(few.length)} pairs have too little data; ${nameOf(few[0]!.a)} and ${nameOf(few[0]!.b)}, for example: ${few[0]!.conversion_rate.reason}.`}
        </li>
      </ul>
      <p class="muted">
        It describes paths. It does not say that one channel causes anything: people on several channels may be keener
        to buy anyway. Intervals hold 90 %; findings are corrected for {count(data.correction.compared_pairs)} pairs.
      </p>
      <Combinations data={data} />
      <Overlap data={data} />
    </>
  );
}

function PairSentence({
  pair: { a, b, both, conversion_rate: effect, conversion_rate_by_length: alike },
}: {
  pair: Pair;
}) {
  const expected = both.conversion_rate === null ? null : both.conversion_rate - (effect.interaction ?? 0);
  return (
    <li>
      <b>
        {nameOf(a)} and {nameOf(b)}: {effect.finding}.
      </b>{' '}
      {share(both.conversion_rate)} of the {count(both.paths)} paths with both end in an order;{' '}
      {expected !== null && expected < 0 ? 'less than none' : share(expected)} would, if the two added up. The
      difference is {points(effect.interaction ?? 0)} points, likely {points(effect.interval?.low ?? 0)} to{' '}
      {points(effect.interval?.high ?? 0)}.{' '}
      {alike.interaction === null
        ? 'Among paths of like length there is too little data.'
        : `Among paths of like length: ${alike.finding} (${points(alike.interaction)} points).`}
    </li>
  );
}

function Combinations({ data }: { data: Synergies }) {
  const { currency, combinations } = data;
  const textOf = ({ channels }: Combination): string => channels.map(nameOf).join(' + ');
  const columns: ReadonlyArray<Column<Combination>> = [
    { name: 'Channels', cell: textOf, by: textOf },
    { name: 'Paths', right: true, cell: (row) => count(row.paths), by: (row) => row.paths },
    { name: 'Orders', right: true, cell: (row) => count(row.orders), by: (row) => row.orders },
    {
      name: 'End in an order',
      meaning: 'Orders divided by paths, and its 90 % interval over people',
      cell: (row) =>
        row.conversion_rate_interval === null ? (
          <span title={row.reason ?? undefined}>{share(row.conversion_rate, 1)}, too little data to say how sure</span>
        ) : (
          <IntervalBar
            low={row.conversion_rate_interval.low}
            high={row.conversion_rate_interval.high}
            value={row.conversion_rate}
            scale={[0, 1]}
          >
            {share(row.conversion_rate, 1)}, likely {share(row.conversion_rate_interval.low)} to{' '}
            {share(row.conversion_rate_interval.high)}
          </IntervalBar>
        ),
      by: (row) => row.conversion_rate,
    },
    {
      name: 'Sales per path',
      right: true,
      cell: (row) => decimalMoney(row.revenue_per_path, currency),
      by: (row) => (row.revenue_per_path === null ? null : Number(row.revenue_per_path)),
    },
  ];
  return (
    <Table
      caption="Paths by the channels that are on them"
      columns={columns}
      rows={combinations}
      keyOf={(row) => JSON.stringify(row.channels)}
    />
  );
}

function Overlap({ data: { overlap } }: { data: Synergies }) {
  const columns: ReadonlyArray<Column<(typeof overlap.channels)[number]>> = [
    { name: 'Channel', cell: (row) => nameOf(row.channel), by: (row) => row.channel },
    { name: 'People', right: true, cell: (row) => count(row.people), by: (row) => row.people },
    { name: 'Of all', right: true, cell: (row) => share(row.share_of_people, 1), by: (row) => row.share_of_people },
    {
      name: 'Reached by it alone',
      meaning: 'People on whose paths is no other channel',
      right: true,
      cell: (row) => count(row.people_only_here),
      by: (row) => row.people_only_here,
    },
    {
      name: 'Of its people',
      right: true,
      cell: (row) => share(row.share_only_here, 1),
      by: (row) => row.share_only_here,
    },
  ];
  return (
    <Table
      caption="People that each channel reached"
      columns={columns}
      rows={overlap.channels}
      keyOf={(row) => row.channel ?? ''}
    />
  );
}
