/** What other spend of channels would change. The choice is in the address, so a link shows the same. */
import { useState } from 'preact/hooks';
import { type Advice, useAdvice } from '../../api/evidence.ts';
import { decimalMoney, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { useOwnChoice, type View } from '../../view.ts';
import { Changed, signed } from './changed.tsx';
import { type Planned, planOf, setOf, totalOf, withSpend } from './spend-plan.ts';

export function WhatIf({ data, view }: { data: Advice; view: View }) {
  const [set] = useOwnChoice('set');
  const { budget, channels } = data;
  return (
    <section aria-labelledby="what-if">
      <h2 id="what-if">What if</h2>
      {budget.refused !== null ? (
        <p>It cannot be said what other spend would change. {budget.refused.reason}</p>
      ) : (
        <>
          <Controls data={data} />
          {set.length === 0 ? (
            <p class="muted">Move a control: what that spend would change is computed.</p>
          ) : (
            <Outcome view={view} set={set} plan={planOf(channels, set)} />
          )}
        </>
      )}
    </section>
  );
}

function Controls({ data: { channels, currency } }: { data: Advice }) {
  const [set, setSet] = useOwnChoice('set');
  const [keeps_total, setKeeps] = useState(true);
  /** What is being moved and not asked yet. */
  const [moving, setMoving] = useState<readonly Planned[] | null>(null);
  const plan = moving ?? planOf(channels, set);
  const others = channels.filter(({ refused }) => refused !== null);
  const show = (channel: string, text: string): void => setMoving(withSpend(plan, channel, Number(text), keeps_total));
  const ask = (channel: string, text: string): void => {
    setMoving(null);
    if (text !== '') setSet(setOf(withSpend(plan, channel, Number(text), keeps_total)));
  };
  return (
    <form class="plan" aria-label="Spend of a week" onSubmit={(event) => event.preventDefault()}>
      {plan.map((one) => (
        <Control key={one.channel} one={one} currency={currency} onMove={show} onSet={ask} />
      ))}
      <p class="with-button">
        <label>
          <input
            type="checkbox"
            checked={keeps_total}
            onChange={({ currentTarget }) => setKeeps(currentTarget.checked)}
          />{' '}
          Keep the total: the other channels share the difference
        </label>
        <button
          type="button"
          onClick={() => {
            setMoving(null);
            setSet([]);
          }}
        >
          All as today
        </button>
      </p>
      <p>
        Together <strong>{decimalMoney(totalOf(plan, 'tried').toFixed(6), currency)}</strong> a week, today{' '}
        {decimalMoney(totalOf(plan, 'now').toFixed(6), currency)}.
        {others.length > 0 &&
          ` ${others.map(({ channel }) => words(channel)).join(', ')} ${others.length === 1 ? 'stays' : 'stay'} as today: too little is known of ${others.length === 1 ? 'it' : 'them'}.`}
      </p>
    </form>
  );
}

/** A slider and a field for the same amount. A slider asks when it is let go. */
function Control({
  one: { channel, now, tried, most },
  currency,
  onMove,
  onSet,
}: {
  one: Planned;
  currency: string;
  onMove: (channel: string, text: string) => void;
  onSet: (channel: string, text: string) => void;
}) {
  const name = words(channel);
  const percent = now === 0 ? 0 : Math.round(100 * (tried / now - 1));
  const amount = tried.toFixed(2);
  return (
    <fieldset class="plan-row">
      <legend>
        {name}: {percent === 0 ? 'as today' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)}\u00a0%`}
        <span class="muted"> ({decimalMoney(now.toFixed(6), currency)})</span>
      </legend>
      <input
        type="range"
        aria-label={`${name}, spend of a week`}
        aria-valuetext={decimalMoney(amount, currency)}
        min={0}
        max={most}
        step="any"
        value={tried}
        onInput={({ currentTarget }) => onMove(channel, currentTarget.value)}
        onChange={({ currentTarget }) => onSet(channel, currentTarget.value)}
      />
      <input
        type="number"
        aria-label={`${name}, ${currency} a week`}
        min={0}
        max={most.toFixed(2)}
        step="0.01"
        value={amount}
        onChange={({ currentTarget }) => onSet(channel, currentTarget.value)}
      />
    </fieldset>
  );
}

function Outcome({ view, set, plan }: { view: View; set: readonly string[]; plan: readonly Planned[] }) {
  const answer = useAdvice(view, { set });
  return (
    <div class="notice" role="status">
      <Shown answer={answer} what="what it would change">
        {({ what_if, currency }) => {
          if (what_if === null) return null;
          const more = totalOf(plan, 'tried') - totalOf(plan, 'now');
          return (
            <>
              <h3>{what_if.change_per_week === null ? 'It cannot be said' : 'Net revenue'}</h3>
              <p class="headline">{what_if.message}</p>
              {what_if.change_per_week !== null && <Changed change={what_if.change_per_week} currency={currency} />}
              <p class="muted">
                Spend changes by {signed(Math.abs(more) < 0.05 ? 0 : more, currency)} a week. Nothing is changed by
                asking.
              </p>
            </>
          );
        }}
      </Shown>
    </div>
  );
}
