/** Events as they arrive, and how many a minute. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { type LiveEvent, type LiveMessage, type LiveState, useLive } from '../api/live.ts';
import { useIsAnalyst } from '../api/session.ts';
import { count, decimalMoney, NOTHING, words } from '../parts/figures.ts';
import { useChoiceOf } from '../parts/own-choice.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView, type View, withView } from '../view.ts';

const MOST_LISTED = 100;
const MINUTES = 10;
const MINUTE_MS = 60_000;
/** The counts are read aloud no more often than this. */
const SAID_EVERY_MS = 10_000;

const KINDS = [
  ['', 'all events'],
  ['touchpoints', 'touches'],
  ['conversions', 'orders and other conversions'],
  ['email_events', 'emails sent, delivered and others'],
  ['adjustments', 'refunds and corrections'],
  ['human', 'touches of people'],
  ['machine', 'touches of machines'],
] as const;

const STATES: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting …',
  open: 'Connected.',
  broken: 'The connection broke; it comes back by itself.',
  signed_out: 'You are signed out. Load the page again to sign in.',
  closed: 'The server takes no further watcher now. Pause and go on to try again.',
};

interface Listed extends LiveEvent {
  number: number;
}

interface Minute {
  at_ms: number;
  human: number;
  machine: number;
  others: number;
}

let numbers = 0;

export default function Live() {
  const [view] = useView();
  const sees_orders = useIsAnalyst();
  const [kind, kindControl] = useChoiceOf('kind', 'Show', KINDS);
  const [is_paused, pause] = useState(false);
  const [listed, setListed] = useState<readonly Listed[]>([]);
  const [minutes, setMinutes] = useState<readonly Minute[]>([]);
  const [left_out, setLeftOut] = useState(0);
  const state = useLive(!is_paused, view.brand_id, (message) => {
    setListed((before) => [...numbered(message.events), ...before].slice(0, MOST_LISTED));
    setMinutes((before) => withCounts(before, message, Date.now()));
    setLeftOut((before) => before + message.left_out + message.untold);
  });
  const shown = listed.filter((event) => kind === '' || event.record === kind || event.by === kind);
  return (
    <div class="page">
      <h1>Live</h1>
      <p class="muted">Only what arrives now. Nobody is named.</p>
      <div class="own-controls">
        <button type="button" aria-pressed={is_paused} onClick={() => pause(!is_paused)}>
          {is_paused ? 'Go on' : 'Pause'}
        </button>
        {kindControl}
        <p role="status">{is_paused ? 'Paused.' : STATES[state]}</p>
      </div>
      <Said minutes={minutes} />
      <section aria-labelledby="minutes">
        <h2 id="minutes">Minute by minute</h2>
        <Table
          caption="Events by the minute of their arrival, the newest first"
          columns={MINUTE_COLUMNS}
          rows={[...minutes].reverse()}
          keyOf={({ at_ms }) => String(at_ms)}
          empty="Nothing has arrived since this page was opened."
        />
      </section>
      <section aria-labelledby="events">
        <h2 id="events">The newest events</h2>
        <Table
          caption={`The newest ${MOST_LISTED}, without persons`}
          columns={eventColumns(view, sees_orders)}
          rows={shown}
          keyOf={({ number }) => String(number)}
          empty="Nothing has arrived since this page was opened."
        />
        {left_out > 0 && (
          <p class="muted">{count(left_out)} more events arrived too fast to be listed. They are in the counts.</p>
        )}
      </section>
    </div>
  );
}

/** Newest first, each with a number of its own. */
function numbered(events: readonly LiveEvent[]): Listed[] {
  return events.map((event) => ({ ...event, number: ++numbers })).reverse();
}

function withCounts(minutes: readonly Minute[], { counts, untold }: LiveMessage, now_ms: number): Minute[] {
  const at_ms = Math.floor(now_ms / MINUTE_MS) * MINUTE_MS;
  const last = minutes.at(-1);
  const own = last?.at_ms === at_ms ? { ...last } : { at_ms, human: 0, machine: 0, others: 0 };
  for (const { by, n } of counts) own[by === 'human' ? 'human' : by === 'machine' ? 'machine' : 'others'] += n;
  own.others += untold;
  return [...minutes.filter((minute) => minute.at_ms !== at_ms), own].slice(-MINUTES);
}

const timeOf = (at: string | number): string =>
  new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(new Date(at));

const MINUTE_COLUMNS: ReadonlyArray<Column<Minute>> = [
  { name: 'Minute', cell: ({ at_ms }) => timeOf(at_ms).slice(0, 5) },
  { name: 'Touches of people', right: true, cell: ({ human }) => count(human) },
  { name: 'Touches of machines', right: true, cell: ({ machine }) => count(machine) },
  { name: 'Orders, emails and others', right: true, cell: ({ others }) => count(others) },
];

/** @param sees_orders false for viewers, whom orders are not told. */
function eventColumns(view: View, sees_orders: boolean): ReadonlyArray<Column<Listed>> {
  const columns: ReadonlyArray<Column<Listed>> = [
    { name: 'Arrived', cell: (event) => timeOf(event.received_at) },
    { name: 'Event', cell: (event) => words(event.kind) },
    {
      name: 'By',
      cell: ({ by, verdict }) => (by === null ? NOTHING : by === verdict ? by : `${by} (${words(verdict ?? '')})`),
    },
    { name: 'Channel', cell: (event) => words(event.channel ?? NOTHING) },
    {
      name: 'Campaign',
      cell: ({ campaign_id }) =>
        campaign_id === null ? (
          NOTHING
        ) : (
          <Link href={withView(`/campaigns/${encodeURIComponent(campaign_id)}`, view)}>{campaign_id}</Link>
        ),
    },
    {
      name: 'Order',
      cell: ({ conversion_id, record }) =>
        conversion_id === null ? (
          NOTHING
        ) : record === 'conversions' ? (
          <Link href={withView(`/orders/${encodeURIComponent(conversion_id)}`, view)}>{conversion_id}</Link>
        ) : (
          conversion_id
        ),
    },
    {
      name: 'Amount',
      right: true,
      cell: ({ amount, currency }) => (amount === null || currency === null ? NOTHING : decimalMoney(amount, currency)),
    },
    { name: 'Brand', cell: (event) => event.brand_id },
  ];
  return sees_orders ? columns : columns.filter(({ name }) => name !== 'Order');
}

/** The counts of this minute for screen readers, politely and seldom: a row for each event would never let them speak. */
function Said({ minutes }: { minutes: readonly Minute[] }) {
  const [said, say] = useState('');
  const last = minutes.at(-1);
  const text =
    last === undefined
      ? ''
      : `Touches of people this minute: ${count(last.human)}; of machines: ${count(last.machine)}; others: ${count(last.others)}.`;
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    say(latest.current);
    const timer = setInterval(() => say(latest.current), SAID_EVERY_MS);
    return () => clearInterval(timer);
  }, [text === '']);
  return (
    <p class="live-now" aria-live="polite">
      {said}
    </p>
  );
}
