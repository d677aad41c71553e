/** How often and when to send: what is advised, and like people who were compared. */
import { Link } from 'wouter-preact';
import type { Advice } from '../../api/evidence.ts';
import { count } from '../../parts/figures.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';

type ComparedEmails = Advice['frequency']['compared'][number];
type ComparedTime = Advice['send_time']['by_block'][number];
type Difference = NonNullable<ComparedEmails['left']>;

export function Emails({ data, view }: { data: Advice; view: View }) {
  const { frequency, send_time } = data;
  return (
    <section aria-labelledby="emails">
      <h2 id="emails">Emails: how often, and when</h2>
      <div class="side-by-side">
        <article class="card">
          <h3>How often</h3>
          <p class="figure">{oftenOf(frequency)}</p>
          <p>{frequency.message}</p>
          <p class="muted">From {count(frequency.emails)} emails to people on the list.</p>
        </article>
        <article class="card">
          <h3>When</h3>
          <p class="figure">{whenOf(send_time)}</p>
          <p>{send_time.message}</p>
          <p class="muted">From {count(send_time.delivered)} delivered emails.</p>
        </article>
      </div>
      <Compared data={data} />
      <p class="muted">
        Like people are compared: those who got the same email on the same day, usually get as many, and ordered as
        often before. It is not causal, since chance did not decide who gets more emails, or when. Weeks of people and
        clicks are on <Link href={withView('/email', view)}>Email</Link>.
      </p>
    </section>
  );
}

/** The tables, each where something can be compared. */
function Compared({ data }: { data: Advice }) {
  const { compared, confidence } = data.frequency;
  const { by_block, by_weekday, confidence: of_times } = data.send_time;
  const emails = compared.filter(({ left, orders }) => left !== null || orders !== null);
  const times = (rows: readonly ComparedTime[], caption: string, level: number) => {
    const known = rows.filter(({ orders }) => orders !== null);
    return known.length === 0 ? null : (
      <Table caption={caption} columns={timeColumns(level)} rows={known} keyOf={({ slot }) => slot} />
    );
  };
  return (
    <>
      {emails.length > 0 && (
        <Table
          caption="After an email, by the emails in the 7 days before it, beside one less"
          columns={emailColumns(confidence)}
          rows={emails}
          keyOf={({ emails_before }) => emails_before}
        />
      )}
      {times(by_block, 'Orders in the 24 hours after an email, by its hours, beside all other hours', of_times.block)}
      {times(by_weekday, 'Orders in the 7 days after an email, by its weekday, beside all others', of_times.weekday)}
    </>
  );
}

const percent = (level: number): string => `${count(100 * level, 1)}\u00a0%`;
const part = (value: number): string => `${count(100 * value, 2)}\u00a0%`;
const signed = (value: number): string => `${value < 0 ? '−\u2060' : '+'}${count(Math.abs(100 * value), 2)}`;

/** A part or a rate, and how it differs. */
function Shown({ own, of }: { own: Difference | null; of: (value: number) => string }) {
  if (own === null) return <span class="muted small">too few</span>;
  return (
    <>
      {of(own.value)}, {signed(own.difference)}{' '}
      <span class="muted">
        ({signed(own.low)} to {signed(own.high)})
      </span>
    </>
  );
}

const perHundred = (value: number): string => count(100 * value, 2);

const before = ({ orders_before: own }: Pick<ComparedEmails, 'orders_before'>): string =>
  own === null ? 'not known' : own.differs ? 'they differ' : 'no difference seen';

function beforeColumn<Row extends Pick<ComparedEmails, 'orders_before'>>(): Column<Row> {
  return {
    name: 'Orders before',
    meaning: 'Where people differed before what is compared, the comparison leaks and nothing is advised',
    cell: before,
    by: (row) => row.orders_before?.difference,
  };
}

const emailColumns = (confidence: number): ReadonlyArray<Column<ComparedEmails>> => [
  { name: 'Emails before', cell: ({ emails_before }) => emails_before, by: ({ emails_before }) => emails_before },
  {
    name: 'Emails',
    right: true,
    meaning: 'With this number and like ones with one less',
    cell: (row) => count(row.emails),
    by: (row) => row.emails,
  },
  {
    name: 'People who leave',
    meaning: `Who unsubscribes or complains before the next email, and the difference per 100 emails with its ${percent(confidence)} interval`,
    cell: ({ left }) => <Shown own={left} of={part} />,
    by: (row) => row.left?.difference,
  },
  {
    name: 'Orders per 100 emails',
    cell: ({ orders }) => <Shown own={orders} of={perHundred} />,
    by: (row) => row.orders?.difference,
  },
  beforeColumn(),
];

const timeColumns = (confidence: number): ReadonlyArray<Column<ComparedTime>> => [
  { name: 'Sent', cell: ({ slot }) => capital(slot), by: ({ slot }) => slot },
  { name: 'Emails', right: true, cell: (row) => count(row.emails), by: (row) => row.emails },
  {
    name: 'Orders per 100 emails',
    meaning: `The difference is beside all other times, with its ${percent(confidence)} interval`,
    cell: ({ orders }) => <Shown own={orders} of={perHundred} />,
    by: (row) => row.orders?.difference,
  },
  beforeColumn(),
];

function oftenOf({ advice, at_most_per_week }: Advice['frequency']): string {
  if (advice === 'at_most') return `At most ${at_most_per_week} in 7 days`;
  return advice === 'leave_it' ? 'As now' : 'Not known yet';
}

function whenOf({ best_block_by_orders: hours, best_weekday_by_orders: weekday }: Advice['send_time']): string {
  const parts = [...(weekday === null ? [] : [`on ${capital(weekday)}`]), ...(hours === null ? [] : [`at ${hours}`])];
  const text = parts.join(', ');
  return text === '' ? 'No time is surely better' : capital(text);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
