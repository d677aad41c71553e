/** The reconciliation bar: the net sales of the shop by who earned them, beside what each provider claims, and why they differ. */
import { type Attribution, type Claims, type useAttribution, useClaims } from '../../api/reports.ts';
import { money, roundMoney, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import type { View } from '../../view.ts';

/** A part of a bar. */
interface Part {
  name: string;
  micros: string;
  kind: string;
}

/** @param channels the answer by channel. */
export function ShopAndClaims({
  view,
  channels,
  ready,
}: {
  view: View;
  channels: ReturnType<typeof useAttribution>;
  ready: boolean;
}) {
  const claims = useClaims(view, ready);
  return (
    <section aria-labelledby="shop">
      <h2 id="shop">What the shop sold, and who says they earned it</h2>
      <Shown answer={channels} what="net sales" tall={15}>
        {(data) => {
          const claimed = claims.data?.claims ?? [];
          const own = claims.data?.currency === data.currency ? claimed : [];
          const widest = Math.max(
            Number(data.summary.total_revenue_micros),
            ...own.map(({ claimed_revenue_micros }) => Number(claimed_revenue_micros)),
          );
          return (
            <>
              <Bar name="Your shop’s net sales" parts={partsOf(data)} widest={widest} currency={data.currency} />
              {own.map(({ claimant, claimed_revenue_micros }) => (
                <Bar
                  key={claimant}
                  name={`${words(claimant ?? 'someone')} claims`}
                  parts={[{ name: 'claimed', micros: claimed_revenue_micros, kind: 'claim' }]}
                  widest={widest}
                  currency={data.currency}
                />
              ))}
            </>
          );
        }}
      </Shown>
      {claims.data && <Why claims={claims.data} />}
    </section>
  );
}

function partsOf({ summary, channel_attribution, unattributed }: Attribution): Part[] {
  const email = summary.email_attributed_revenue_micros;
  const others =
    channel_attribution.reduce((sum, row) => sum + BigInt(row.attributed_revenue_micros), 0n) - BigInt(email);
  return [
    { name: 'email', micros: email, kind: 'email' },
    { name: 'other channels', micros: String(others), kind: 'others' },
    ...unattributed.map(({ reason, unattributed_revenue_micros }) => ({
      name: words(reason ?? 'unattributed'),
      micros: unattributed_revenue_micros,
      kind: 'rest',
    })),
  ].filter(({ micros }) => micros !== '0');
}

/** A bar whose parts add up to a sum. Its list says every figure. */
function Bar({
  name,
  parts,
  widest,
  currency,
}: {
  name: string;
  parts: readonly Part[];
  widest: number;
  currency: string;
}) {
  const whole = parts.reduce((sum, { micros }) => sum + BigInt(micros), 0n);
  const width = (micros: string): string => `${widest <= 0 ? 0 : Math.max(0, (100 * Number(micros)) / widest)}%`;
  return (
    <div class="bar-row">
      <p>
        {name} <strong>{roundMoney(String(whole), currency)}</strong>
      </p>
      <div class="bar" aria-hidden="true">
        {parts.map((part) => (
          <span
            key={part.name}
            class={`part ${part.kind}`}
            style={{ width: width(part.micros) }}
            title={`${part.name}: ${money(part.micros, currency)}`}
          />
        ))}
      </div>
      {parts.length > 1 && (
        <ul class="legend">
          {parts.map((part) => (
            <li key={part.name}>
              <span class={`swatch ${part.kind}`} aria-hidden="true" />
              {part.name} {money(part.micros, currency)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Why({ claims: { reasons } }: { claims: Claims }) {
  if (reasons.length === 0) return null;
  return (
    <details class="why">
      <summary>Why they differ</summary>
      <ul>
        {reasons.map(({ code, claimant, message }) => (
          <li key={`${code} ${claimant}`}>{message}.</li>
        ))}
      </ul>
    </details>
  );
}
