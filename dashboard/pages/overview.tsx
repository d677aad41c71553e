/** What did email earn, against before, and which share of all sales; and why others say otherwise. */
import { Link } from 'wouter-preact';
import {
  type Attribution,
  type AttributionRow,
  type Claims,
  useAttribution,
  useCampaigns,
  useClaims,
} from '../api/reports.ts';
import { AnnotationList, useAnnotations } from '../parts/annotations.tsx';
import { CampaignTable } from '../parts/campaign-table.tsx';
import { Change } from '../parts/change.tsx';
import { money, ratioOf, roundMoney, share, words } from '../parts/figures.ts';
import type { Mark } from '../parts/marks.ts';
import { Shown } from '../parts/states.tsx';
import { Trend } from '../parts/trend.tsx';
import { useView, type View, withView } from '../view.ts';

const EMAIL = 'channel:email';
const MOST_CAMPAIGNS = 10;

export default function Overview() {
  const [view] = useView();
  const kinds = useAttribution(view, 'channel,campaign_kind');
  return (
    <div class="page">
      <h1>Overview</h1>
      <Shown answer={kinds} what="what email earned">
        {(data) => (
          <>
            <Headline data={data} />
            <Cards data={data} />
          </>
        )}
      </Shown>
      <ShopAndClaims view={view} />
      <Days view={view} />
      <TopCampaigns view={view} />
    </div>
  );
}

function Headline({ data: { summary, currency } }: { data: Attribution }) {
  const percent = summary.change_percent?.['email_attributed_revenue'] ?? null;
  const than =
    percent === null ? '' : `, ${Math.abs(Math.round(percent))} % ${percent < 0 ? 'less' : 'more'} than before`;
  return (
    <p class="headline">
      Email earned <strong>{roundMoney(summary.email_attributed_revenue_micros, currency)}</strong> of{' '}
      {roundMoney(summary.total_revenue_micros, currency)} in net sales: {share(summary.email_share_of_revenue)}
      {than}.
    </p>
  );
}

interface Sum {
  micros: bigint;
  earlier: bigint | null;
}

/** The sum of some rows. Null if the data has no row of the kind at all, so that nothing is shown as zero that was never told. */
function sumOf(rows: readonly AttributionRow[]): Sum | null {
  if (rows.length === 0) return null;
  const with_earlier = rows.every(({ previous }) => previous !== undefined);
  return {
    micros: rows.reduce((sum, row) => sum + BigInt(row.attributed_revenue_micros), 0n),
    earlier: with_earlier
      ? rows.reduce((sum, { previous }) => sum + BigInt(previous?.attributed_revenue_micros ?? 0), 0n)
      : null,
  };
}

function Cards({ data }: { data: Attribution }) {
  const { summary, channel_attribution: rows } = data;
  const of = (kind: string): Sum | null => sumOf(rows.filter((row) => row.campaign_kind === kind));
  const { previous } = summary;
  const sum = (micros: string, earlier: string | null | undefined): Sum => ({
    micros: BigInt(micros),
    earlier: earlier === null || earlier === undefined ? null : BigInt(earlier),
  });
  const total = sum(summary.total_revenue_micros, previous?.total_revenue_micros);
  const cards: ReadonlyArray<{ name: string; what: string; sum: Sum | null }> = [
    { name: 'All sales', what: 'Net of refunds, credited or not', sum: total },
    {
      name: 'Email',
      what: 'Credited to email',
      sum: sum(summary.email_attributed_revenue_micros, previous?.email_attributed_revenue_micros),
    },
    { name: 'Campaigns', what: 'Newsletters and other sends to a list', sum: of('campaign') },
    { name: 'Flows', what: 'Emails that a person sets off', sum: of('flow') },
  ];
  return (
    <ul class="cards">
      {cards.map((card) => (
        <li key={card.name} class="card">
          <h2>{card.name}</h2>
          {card.sum === null ? (
            <>
              <p class="figure unavailable">Unavailable</p>
              <p>
                No touch says that it is of this kind. Webhooks of email providers say it, or the field campaign_kind.
              </p>
            </>
          ) : (
            <>
              <p class="figure">{roundMoney(String(card.sum.micros), data.currency)}</p>
              <p>
                <Change percent={percentOf(card.sum)} /> ·{' '}
                {share(ratioOf(String(card.sum.micros), String(total.micros)))} of sales
              </p>
              <p class="muted">{card.what}</p>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function percentOf({ micros, earlier }: Sum): number | null {
  return earlier === null || earlier === 0n ? null : (100 * Number(micros - earlier)) / Math.abs(Number(earlier));
}

/** A part of a bar. */
interface Part {
  name: string;
  micros: string;
  kind: string;
}

function ShopAndClaims({ view }: { view: View }) {
  const channels = useAttribution(view, 'channel');
  const claims = useClaims(view);
  return (
    <section aria-labelledby="shop">
      <h2 id="shop">What the shop sold, and who says they earned it</h2>
      <Shown answer={channels} what="net sales">
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

function Days({ view }: { view: View }) {
  const all = useAttribution(view, 'day');
  const email = useAttribution(view, 'day', [EMAIL]);
  const noted = useAnnotations(view).data?.annotations;
  return (
    <section aria-labelledby="days">
      <h2 id="days">Day by day</h2>
      <Shown answer={all} what="the days">
        {(data) => <Lines all={data} email={email.data} noted={noted} />}
      </Shown>
      {noted && <AnnotationList annotations={noted} />}
    </section>
  );
}

const major = (micros: string | null | undefined): number | null =>
  micros === null || micros === undefined ? null : Number(micros) / 1_000_000;

function Lines({
  all,
  email,
  noted,
}: {
  all: Attribution;
  email: Attribution | undefined;
  noted: readonly Mark[] | undefined;
}) {
  const days = email?.channel_attribution.map(({ day }) => day ?? '') ?? [];
  const by_day = new Map<string, bigint>();
  for (const row of [...all.channel_attribution, ...all.unattributed]) {
    const micros = 'attributed_revenue_micros' in row ? row.attributed_revenue_micros : row.unattributed_revenue_micros;
    by_day.set(row.day ?? '', (by_day.get(row.day ?? '') ?? 0n) + BigInt(micros));
  }
  const lines = [
    { name: 'All sales', colour: 2, values: days.map((day) => major(String(by_day.get(day) ?? 0n))) },
    {
      name: 'Email',
      colour: 1,
      values: email?.channel_attribution.map((row) => major(row.attributed_revenue_micros)) ?? [],
    },
    ...(email?.comparison
      ? [
          {
            name: 'Email before',
            colour: 1,
            earlier: true,
            values: email.channel_attribution.map(({ previous }) => major(previous?.attributed_revenue_micros)),
          },
        ]
      : []),
  ];
  const { currency } = all;
  return (
    <Trend
      caption="Net sales and what email earned of them"
      days={days}
      lines={lines}
      format={(value) => roundMoney(String(Math.round(value * 1_000_000)), currency)}
      {...(noted ? { annotations: noted } : {})}
    />
  );
}

function TopCampaigns({ view }: { view: View }) {
  const campaigns = useCampaigns({ ...view, filter: [...view.filter, EMAIL] });
  return (
    <section aria-labelledby="campaigns">
      <h2 id="campaigns">Campaigns and flows</h2>
      <Shown answer={campaigns} what="the campaigns">
        {(data) => <CampaignTable data={{ ...data, campaigns: data.campaigns.slice(0, MOST_CAMPAIGNS) }} />}
      </Shown>
      <p>
        <Link href={withView('/campaigns', view)}>All campaigns</Link>
      </p>
    </section>
  );
}
