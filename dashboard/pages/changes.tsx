/** What changed against the earlier period: parts that add up, the largest movers in words, and each group by cause. */
import { type Changes, useChanges } from '../api/insights.ts';
import { addDays } from '../days.ts';
import { count, money, shortDay, words } from '../parts/figures.ts';
import { useChoiceOf } from '../parts/own-choice.tsx';
import { SignedBar, signedMoney } from '../parts/signed.tsx';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView } from '../view.ts';

type Row = Changes['changes'][number];

const GROUPS = [
  ['channel', 'channel'],
  ['campaign_id', 'campaign'],
  ['campaign_kind', 'kind of campaign'],
  ['email_id', 'email'],
  ['touchpoint_type', 'kind of touch'],
  ['customer_kind', 'new and returning customers'],
  ['segment', 'segment'],
  ['country', 'country'],
  ['device_type', 'device'],
] as const;

/** The causes in the words of the report. */
const CAUSES = [
  ['volume', 'more or fewer orders', 'More or fewer orders touched'],
  ['rate', 'part of each order', 'A larger or smaller part of each of these orders credited'],
  ['mix', 'mix', 'Conversions that moved between groups whose conversions are worth more or less'],
  ['order_value', 'order value', 'Each credited conversion worth more or less'],
  ['entered', 'new here', 'What groups without a touched order in the earlier period earned'],
  ['left', 'gone', 'What groups without a touched order in this period had earned'],
  ['adjustments', 'refunds', 'Adjustments in a period in which the group has no credited conversion'],
] as const;

type Causes = Record<string, string | undefined>;
const causeOf = (causes: unknown, name: string): string => (causes as Causes)[`${name}_micros`] ?? '0';

export default function ChangesPage() {
  const [view] = useView();
  const [group_by, control] = useChoiceOf('group_by', 'By', GROUPS);
  const changes = useChanges(view, group_by);
  return (
    <div class="page">
      <h1>What changed</h1>
      <div class="own-controls">{control}</div>
      <Shown answer={changes} what="the changes">
        {(data) => <Parts data={data} group_by={group_by} />}
      </Shown>
    </div>
  );
}

function Parts({ data, group_by }: { data: Changes; group_by: string }) {
  const { totals, currency, comparison, movers } = data;
  const { start, end } = comparison!.report_period;
  const change = (totals.change?.['net_revenue_micros'] as string | undefined) ?? '0';
  return (
    <>
      <p class="headline">
        Net sales were {money(totals.net_revenue_micros, currency)}. That is {signedMoney(change, currency)} against{' '}
        {money(totals.previous?.net_revenue_micros, currency)} from {shortDay(start.slice(0, 10))} to{' '}
        {shortDay(addDays(end.slice(0, 10), -1))}.
      </p>
      <section aria-labelledby="parts">
        <h2 id="parts">From the earlier period to this one</h2>
        <Bridge data={data} />
      </section>
      {movers.length > 0 && (
        <section aria-labelledby="movers">
          <h2 id="movers">What moved most</h2>
          <ul class="sentences">
            {movers.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="groups">
        <h2 id="groups">Each by cause</h2>
        <Groups data={data} group_by={group_by} />
      </section>
    </>
  );
}

interface Step {
  name: string;
  meaning?: string;
  micros: string;
  whole?: boolean;
}

function Bridge({ data: { totals, currency } }: { data: Changes }) {
  const changeOf = (name: string): string => (totals.change?.[`${name}_micros`] as string | undefined) ?? '0';
  const steps: Step[] = [
    { name: 'Net sales before', micros: totals.previous?.net_revenue_micros ?? '0', whole: true },
    ...CAUSES.map(
      ([name, text, meaning]): Step => ({
        name: `Credited: ${text}`,
        meaning: name === 'volume' ? 'More or fewer orders in the period' : meaning,
        micros: causeOf(totals.causes, name),
      }),
    ),
    { name: 'Earned by no touch', micros: changeOf('unattributed_revenue') },
    { name: 'Left out by the filters', micros: changeOf('filtered_revenue') },
  ].filter(({ micros, whole }) => whole || micros !== '0');
  steps.push({ name: 'Net sales now', micros: totals.net_revenue_micros, whole: true });
  const most = Math.max(1, ...steps.map(({ micros, whole }) => (whole ? 0 : Math.abs(Number(micros)))));
  const columns: ReadonlyArray<Column<Step>> = [
    { name: 'Part', cell: ({ name, meaning }) => <span title={meaning}>{name}</span> },
    {
      name: 'Amount',
      cell: ({ micros, whole }) =>
        whole ? (
          <b>{money(micros, currency)}</b>
        ) : (
          <SignedBar part={Number(micros) / most}>{signedMoney(micros, currency)}</SignedBar>
        ),
    },
    { name: 'What it is', cell: ({ meaning }) => <span class="muted">{meaning ?? ''}</span> },
  ];
  return (
    <Table
      caption="The parts add up from the first line to the last"
      columns={columns}
      rows={steps}
      keyOf={({ name }) => name}
    />
  );
}

function Groups({ data, group_by }: { data: Changes; group_by: string }) {
  const { currency, changes } = data;
  const nameOf = (row: Row): string | null => (row as unknown as Record<string, string | null>)[group_by] ?? null;
  const changeOf = (row: Row): string => (row.change?.['attributed_revenue_micros'] as string | undefined) ?? '0';
  const most = Math.max(1, ...changes.map((row) => Math.abs(Number(changeOf(row)))));
  const used = CAUSES.filter(([name]) => changes.some(({ causes }) => causeOf(causes, name) !== '0'));
  const columns: ReadonlyArray<Column<Row>> = [
    {
      name: words(group_by === 'campaign_id' ? 'campaign' : group_by),
      cell: (row) =>
        group_by === 'campaign_id' ? (nameOf(row) ?? 'without one') : words(nameOf(row) ?? 'without one'),
      by: nameOf,
    },
    {
      name: 'Change',
      cell: (row) => <SignedBar part={Number(changeOf(row)) / most}>{signedMoney(changeOf(row), currency)}</SignedBar>,
      by: (row) => Number(changeOf(row)),
    },
    {
      name: 'Now',
      right: true,
      cell: (row) => money(row.attributed_revenue_micros, currency),
      by: (row) => Number(row.attributed_revenue_micros),
    },
    {
      name: 'Before',
      right: true,
      cell: (row) => money(row.previous?.attributed_revenue_micros, currency),
      by: (row) => Number(row.previous?.attributed_revenue_micros ?? 0),
    },
    ...used.map(
      ([name, text, meaning]): Column<Row> => ({
        name: text,
        meaning,
        right: true,
        cell: ({ causes }) => signedMoney(causeOf(causes, name), currency),
        by: ({ causes }) => Number(causeOf(causes, name)),
      }),
    ),
    {
      name: 'Orders touched',
      right: true,
      cell: (row) => `${count(row.previous?.touched_conversions)} → ${count(row.touched_conversions)}`,
      by: (row) => row.touched_conversions,
    },
  ];
  return (
    <Table
      caption="Revenue credited, the largest change first; the causes of a row add up to its change"
      columns={columns}
      rows={changes}
      keyOf={(row) => nameOf(row) ?? ''}
    />
  );
}
