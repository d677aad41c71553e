/** What sends brought: every blast of the period beside people who were eligible and not sent. */
import { Link } from 'wouter-preact';
import { type SendEffects as Answer, sendEffectsQuestion, useSendEffects } from '../../api/evidence.ts';
import { useAskedSends } from '../../parts/asked-sends.tsx';
import { conclusionText, EffectCard } from '../../parts/effect-card.tsx';
import { count, instant } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';
import { sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';

type Blast = Answer['blasts'][number];

const PER = 100;
const MOST = 20;

export function Sends({ view }: { view: View }) {
  const [hours, control] = useAskedSends();
  const answer = useSendEffects(view, '', hours);
  return (
    <section aria-labelledby="sends">
      <h2 id="sends">What sends brought</h2>
      <p class="muted">
        Those who were sent an email, beside those who were on the list and were not sent it until then. Opens never
        enter.
      </p>
      <div class="own-controls">{control}</div>
      {hours !== '' && (
        <Shown answer={answer} what="what sends brought" tall={20}>
          {(data) => <Parts data={data} view={view} hours={hours} />}
        </Shown>
      )}
    </section>
  );
}

function Parts({ data, view, hours }: { data: Answer; view: View; hours: string }) {
  const { blasts, together, currency, confidence } = data;
  if (blasts.length === 0)
    return <p>No email went to a part of the list at one time in this period, so nobody can be compared.</p>;
  return (
    <>
      {together.map((all) => (
        <EffectCard
          key={all.basis}
          title={
            all.basis === 'random_order'
              ? `${count(all.blasts)} sends together, where chance decided`
              : `${count(all.blasts)} sends together, where whoever sent chose the people`
          }
          effect={all}
          currency={currency}
          confidence={confidence}
        />
      ))}
      <Table
        caption="Each send, the newest first"
        columns={columnsOf(blasts, view)}
        rows={blasts}
        keyOf={({ campaign_id, email_id, first_sent_at }) => `${campaign_id} ${email_id} ${first_sent_at}`}
        from={sourceOf(sendEffectsQuestion(view, '', hours), data)}
        nameOf={({ email_id, campaign_id }) => email_id ?? campaign_id}
        most={MOST}
      />
    </>
  );
}

function columnsOf(blasts: readonly Blast[], view: View): ReadonlyArray<Column<Blast>> {
  const bounds = blasts.flatMap(({ orders_low, orders_high }) => [
    Math.abs(orders_low ?? 0),
    Math.abs(orders_high ?? 0),
  ]);
  const most = PER * Math.max(...bounds) || 1;
  return [
    {
      name: 'Email',
      cell: ({ campaign_id, email_id }) => (
        <Link href={withView(`/campaigns/${encodeURIComponent(campaign_id)}`, view)}>{email_id ?? campaign_id}</Link>
      ),
      by: ({ email_id, campaign_id }) => email_id ?? campaign_id,
    },
    { name: 'Sent', cell: (row) => instant(row.first_sent_at), by: (row) => row.first_sent_at },
    {
      name: 'People sent',
      field: 'sent_people',
      right: true,
      cell: (row) => count(row.sent_people),
      by: (row) => row.sent_people,
    },
    {
      name: 'People not sent',
      field: 'compared_others',
      right: true,
      cell: (row) => count(row.compared_others),
      by: (row) => row.compared_others,
    },
    {
      name: `More orders per ${PER} people`,
      field: 'orders_difference',
      meaning: 'Sent less not sent, with its interval. The dashed line is no difference',
      cell: (row) => <Difference row={row} most={most} />,
      by: (row) => row.orders_difference,
    },
    { name: 'So', cell: conclusionText, by: conclusionText },
  ];
}

function Difference({ row, most }: { row: Blast; most: number }) {
  const { orders_difference: value, orders_low: low, orders_high: high } = row;
  if (value === null || low === null || high === null) return <span class="muted">too few</span>;
  return (
    <IntervalBar low={PER * low} high={PER * high} value={PER * value} scale={[-most, most]} mark={0}>
      {signed(value)}, from {signed(low)} to {signed(high)}
    </IntervalBar>
  );
}

const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${count(PER * Math.abs(value), 2)}`;
