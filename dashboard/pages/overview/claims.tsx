/** The reconciliation bar: the net sales of the shop by who earned them, beside what each provider claims, and why they differ. */
import type { ComponentChildren } from 'preact';
import { type Attribution, type Claims, claimsQuestion, type useAttribution, useClaims } from '../../api/reports.ts';
import { money, roundMoney, words } from '../../parts/figures.ts';
import { sourceOf } from '../../parts/source.ts';
import { Loading, Shown } from '../../parts/states.tsx';
import { CsvLink } from '../../parts/table.tsx';
import { Why } from '../../parts/why.tsx';
import type { View } from '../../view.ts';

/** A part of a bar. */
interface Part {
  name: string;
  micros: string;
  kind: string;
}

type Claim = Claims['claims'][number];

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
          const own = claims.data?.currency === data.currency ? claims.data.claims : [];
          const widest = Math.max(
            Number(data.summary.total_revenue_micros),
            ...own.map(({ claimed_revenue_micros }) => Number(claimed_revenue_micros)),
          );
          return (
            <>
              <Bar name="Your shop’s net sales" parts={partsOf(data)} widest={widest} currency={data.currency} />
              {own.map((claim) => (
                <ClaimBar key={claim.claimant} claim={claim} claims={claims.data!} view={view} widest={widest} />
              ))}
            </>
          );
        }}
      </Shown>
      {ready && claims.isPending && <Loading what="what others claim" />}
      {claims.data && <WhyTheyDiffer claims={claims.data} view={view} />}
    </section>
  );
}

/** What one claims, beside what the model gives to all orders that it touched. */
function ClaimBar({ claim, claims, view, widest }: { claim: Claim; claims: Claims; view: View; widest: number }) {
  const { currency } = claims;
  const name = words(claim.claimant ?? 'someone');
  const [[model, credited] = []] = Object.entries(claim.models ?? {});
  return (
    <Bar
      name={`${name} claims`}
      parts={[{ name: 'claimed', micros: claim.claimed_revenue_micros, kind: 'claim' }]}
      widest={widest}
      currency={currency}
      figure={(text) => (
        <Why
          name={`What ${name} claims`}
          part="claims"
          field="claimed_revenue"
          row={claim}
          from={sourceOf(claimsQuestion(view), claims)}
        >
          {text}
        </Why>
      )}
    >
      {model !== undefined && credited && (
        <span class="muted">
          {' '}
          · {words(model)} credits its touches with {roundMoney(credited.attributed_revenue_micros, currency)}
        </span>
      )}
    </Bar>
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
  figure = (text) => text,
  children,
}: {
  name: string;
  parts: readonly Part[];
  widest: number;
  currency: string;
  /** What stands for the sum, given its text. */
  figure?: (text: string) => ComponentChildren;
  children?: ComponentChildren;
}) {
  const whole = parts.reduce((sum, { micros }) => sum + BigInt(micros), 0n);
  const width = (micros: string): string => `${widest <= 0 ? 0 : Math.max(0, (100 * Number(micros)) / widest)}%`;
  return (
    <div class="bar-row">
      <p>
        {name} <strong>{figure(roundMoney(String(whole), currency))}</strong>
        {children}
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

/** The reasons, those about all claims first, then those of each claimant. */
function WhyTheyDiffer({ claims, view }: { claims: Claims; view: View }) {
  const { reasons } = claims;
  if (reasons.length === 0) return null;
  const claimants = [...new Set(reasons.map(({ claimant }) => claimant))].sort((a, b) =>
    a === null ? -1 : b === null ? 1 : 0,
  );
  return (
    <details class="why">
      <summary>Why they say something else</summary>
      {claimants.map((claimant) => (
        <div key={claimant}>
          <h3>{claimant === null ? 'All claims' : words(claimant)}</h3>
          <ul>
            {reasons
              .filter((reason) => reason.claimant === claimant)
              .map(({ code, message }) => (
                <li key={code}>{message}.</li>
              ))}
          </ul>
        </div>
      ))}
      <CsvLink caption="Claims beside credit" from={sourceOf(claimsQuestion(view), claims)} />
    </details>
  );
}
