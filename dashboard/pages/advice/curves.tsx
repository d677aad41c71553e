/** How the credited revenue of each channel answers to its spend: saturation, with what is usually spent marked. */
import type { Advice, AdvisedChannel } from '../../api/evidence.ts';
import { Curve } from '../../parts/curve.tsx';
import { count, decimalMoney, words } from '../../parts/figures.ts';

type Fitted = NonNullable<AdvisedChannel['curve']>;

export function Curves({ data: { channels, currency, measure } }: { data: Advice }) {
  const refused = refusedOf(channels);
  return (
    <section aria-labelledby="curves">
      <h2 id="curves">Response to spend, and saturation</h2>
      <p class="muted">
        What a week of spend is credited with ({measure} revenue), at the demand of now. Where the curve is flat, the
        channel is saturated. The band is the 90 % interval.
      </p>
      <div class="side-by-side">
        {channels.map((one) =>
          one.curve === null ? null : (
            <Curve
              key={one.channel}
              name={words(one.channel)}
              points={one.curve.points.map(numbersOf)}
              mark={{ at: Number(one.spend_per_week), name: 'a usual week' }}
              format={(value) => decimalMoney(value.toFixed(6), currency)}
            >
              {saturationText(one.curve)}
            </Curve>
          ),
        )}
      </div>
      <ul class="sentences">
        {refused.map(([reason, names]) => (
          <li key={reason}>
            <strong>{names.join(', ')}</strong>: no curve. <span class="muted">{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Channels without a curve, by the reason. */
function refusedOf(channels: readonly AdvisedChannel[]): ReadonlyArray<readonly [reason: string, names: string[]]> {
  const names = new Map<string, string[]>();
  for (const { channel, curve_refused } of channels)
    if (curve_refused !== null)
      names.set(curve_refused.reason, [...(names.get(curve_refused.reason) ?? []), words(channel)]);
  return [...names];
}

const numbersOf = ({ spend, revenue, low, high }: Fitted['points'][number]) => ({
  x: Number(spend),
  y: Number(revenue),
  low: Number(low),
  high: Number(high),
});

function saturationText({ saturation: { value, low, high }, marginal_return: next }: Fitted): string {
  return `1 % more spend brings ${count(value, 2)} % more, likely ${count(low, 2)} to ${count(high, 2)}. The next unit of spend is credited with ${count(next.value, 2)}, likely ${count(next.low, 2)} to ${count(next.high, 2)}.`;
}
