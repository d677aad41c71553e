/** The result of one experiment: the dated sentence, what may be concluded, and each measure with its intervals. */
import { useState } from 'preact/hooks';
import { useParams } from 'wouter-preact';
import type { ExperimentsOne } from '../../api/answers.d.ts';
import { client, Refusal, send, useAnswer } from '../../api/ask.ts';
import { includes, useSession } from '../../api/session.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { count, instant, money, share, words } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';
import { Loading, Notice, Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useView } from '../../view.ts';

type Effect = ExperimentsOne['effects'][number];
type Arm = ExperimentsOne['arms'][number];

export default function ExperimentPage() {
  const { id = '' } = useParams<{ id: string }>();
  const [{ brand_id, currency }] = useView();
  const path = `/v1/experiments/${encodeURIComponent(id)}`;
  const answer = useAnswer<ExperimentsOne>(path, { brand_id, currency });
  const unknown = answer.error instanceof Refusal && answer.error.status === 404;
  return (
    <div class="page">
      <h1>{answer.data?.name ?? 'Experiment'}</h1>
      {unknown ? (
        <Notice title="There is no result yet">
          No plan of this name is loaded. One that was just sent is there in a few seconds.
        </Notice>
      ) : answer.error === null && answer.data === undefined ? (
        <Loading what="the result" />
      ) : (
        <Shown answer={answer} what="the result">
          {(result) => <Result result={result} path={path} />}
        </Shown>
      )}
    </div>
  );
}

function Result({ result, path }: { result: ExperimentsOne; path: string }) {
  const { conclusions, warnings, arms, effects, currency } = result;
  const shares = `chance of such shares ${share(result.sample_ratio_chance, 1)}`;
  return (
    <>
      {conclusions.map(({ arm, conclusion, sentence, stop_rule }) => (
        <section key={arm} class={`notice ${conclusion === 'sample_ratio_alarm' ? 'failed' : ''}`}>
          <h2>
            {arm}: {words(conclusion)}
          </h2>
          <p class="headline">{sentence}</p>
          <p>{stop_rule}</p>
        </section>
      ))}
      {result.stopped_at !== null && (
        <p>
          Stopped at {instant(result.stopped_at)}: {result.stop_reason}
        </p>
      )}
      <p class="muted">
        From {instant(result.starts_at)} to {instant(result.ends_at)}, {count(result.people)} of{' '}
        {count(result.planned_people)} planned people, {shares}. Analysis version {result.analysis_version}.
      </p>
      {warnings.map(({ code, message, count: n }) => (
        <p key={code} class="problem">
          {count(n)}: {message}
        </p>
      ))}
      <Table caption="Arms" columns={armsOf(currency)} rows={arms} keyOf={({ arm }) => arm} />
      {conclusions.map(({ arm }) => (
        <Table
          key={arm}
          caption={`${arm} compared with ${result.control}`}
          columns={effectsOf(result)}
          rows={effects.filter((one) => one.arm === arm)}
          keyOf={({ metric }) => metric}
          empty="There are too few people or orders for any measure."
        />
      ))}
      {result.pooled?.sentences.map(({ arm, sentence }) => (
        <p key={arm}>{sentence}</p>
      ))}
      <Stop result={result} path={path} />
    </>
  );
}

const armsOf = (currency: string): ReadonlyArray<Column<Arm>> => [
  { name: 'Arm', cell: ({ arm }) => arm },
  { name: 'Planned share', right: true, cell: (arm) => share(arm.share, 1) },
  { name: 'People', right: true, cell: ({ people }) => count(people), by: ({ people }) => people },
  { name: 'Who ordered', right: true, cell: (arm) => count(arm.converted_people), by: (arm) => arm.converted_people },
  { name: 'Orders', right: true, cell: ({ orders }) => count(orders), by: ({ orders }) => orders },
  { name: 'Net revenue', right: true, cell: (arm) => money(arm.net_revenue_micros, currency) },
  { name: 'Refunds', right: true, cell: (arm) => money(arm.refunds_micros, currency) },
];

/** Rates are shown in percentage points, other measures as they are. */
const RATES = ['conversion_rate', 'refund_rate'];
const MONEY = ['net_revenue', 'refunds', 'average_order_value'];

function shownOf({ currency }: ExperimentsOne, metric: string): (value: number) => string {
  if (RATES.includes(metric)) return (value) => `${(value * 100).toFixed(2)}\u00a0%`;
  if (MONEY.includes(metric)) return (value) => `${value.toFixed(2)} ${currency}`;
  return (value) => value.toFixed(4);
}

/** The interval that decides: of a running or stopped experiment the one that holds at every look. */
function decidingOf({ is_over, stopped_at }: ExperimentsOne, effect: Effect): readonly [low: number, high: number] {
  return is_over && stopped_at === null
    ? [effect.low, effect.high]
    : [effect.always_valid_low, effect.always_valid_high];
}

function effectsOf(result: ExperimentsOne): ReadonlyArray<Column<Effect>> {
  const name = result.is_over && result.stopped_at === null ? 'Interval at the planned end' : 'Interval at every look';
  return [
    {
      name: 'Measure',
      cell: ({ metric }) => (metric === result.metric ? <strong>{words(metric)} (decides)</strong> : words(metric)),
    },
    {
      name: result.control,
      right: true,
      cell: (one) => shownOf(result, one.metric)(one.control),
    },
    { name: 'Arm', right: true, cell: (one) => shownOf(result, one.metric)(one.treated) },
    {
      name,
      meaning: 'The arm minus the control. The line is no difference.',
      cell: (one) => {
        const [low, high] = decidingOf(result, one);
        const most = Math.max(Math.abs(low), Math.abs(high));
        const shown = shownOf(result, one.metric);
        return (
          <IntervalBar low={low} high={high} value={one.difference} scale={[-most, most]} mark={0}>
            {shown(one.difference)}, from {shown(low)} to {shown(high)}
          </IntervalBar>
        );
      },
    },
    { name: 'Lift', right: true, cell: ({ lift }) => share(lift, 1), by: ({ lift }) => lift },
    { name: 'Chance to be higher', right: true, cell: (one) => share(one.chance_higher, 1) },
  ];
}

/** The result is read from the log, where a stop is loaded a moment later. */
const LOADED_AFTER_MS = 3_000;

/** An early stop, for admins. */
function Stop({ result, path }: { result: ExperimentsOne; path: string }) {
  const session = useSession().data;
  const [asks, setAsks] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [is_stopped, setStopped] = useState(false);
  if (session?.signed_in !== true || !includes(session.role, 'admin') || result.is_over) return null;
  if (is_stopped) return <p role="status">It is stopped. The result says so in a few seconds.</p>;
  const stop = async (): Promise<void> => {
    try {
      await send('POST', `${path}/stop`, { reason, brand_id: result.brand_id });
      setStopped(true);
      await client.invalidateQueries();
      setTimeout(() => void client.invalidateQueries(), LOADED_AFTER_MS);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <section aria-labelledby="stop">
      <h2 id="stop">Stop it early</h2>
      <form
        class="make"
        onSubmit={(event) => {
          event.preventDefault();
          setProblem('');
          setAsks(true);
        }}
      >
        <label>
          <span>Why; it stands beside the result</span>
          <input
            type="text"
            required
            maxLength={500}
            autocomplete="off"
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Stop the experiment</button>
      </form>
      {asks && (
        <Confirm
          title={`Stop “${result.name}”?`}
          yes="Stop it for good"
          problem={problem}
          onYes={() => void stop()}
          onClose={() => setAsks(false)}
        >
          Nobody is assigned from now on, later orders do not count, and the interval that holds at every look decides.
          This cannot be undone.
        </Confirm>
      )}
    </section>
  );
}
