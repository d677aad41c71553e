/** When emails were delivered, and how they were answered. */
import { type SendTimes as Answer, useSendTimes } from '../../api/insights.ts';
import { duration } from '../../parts/duration.ts';
import { count, decimalMoney, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import type { View } from '../../view.ts';
import { mostOf, Rate } from './rate.tsx';

type Slot = Omit<Answer['by_hour'][number], 'hour'>;
type Times = Answer['answer_times'][number];

const HOURS_PER_DAY = 24;

export function SendTimes({ view, kind }: { view: View; kind: string }) {
  const times = useSendTimes(view, kind);
  return (
    <section aria-labelledby="times">
      <h2 id="times">Times of sending</h2>
      <Shown answer={times} what="the times">
        {(data) => <Parts data={data} />}
      </Shown>
    </section>
  );
}

const hourText = (hour: number | string): string => `${String(hour).padStart(2, '0')}:00`;

function Parts({ data }: { data: Answer }) {
  const { best_hour, best_weekday, currency, time_zones } = data;
  return (
    <>
      <ul class="sentences">
        <li>
          {best_weekday.best === null
            ? `No weekday is best by more than chance: ${best_weekday.reason}.`
            : `Most emails are clicked on ${best_weekday.best}: ${best_weekday.reason}.`}
        </li>
        <li>
          {best_hour.best === null
            ? `No hour is best by more than chance: ${best_hour.reason}.`
            : `Most emails are clicked at ${hourText(best_hour.best)}: ${best_hour.reason}.`}
        </li>
      </ul>
      <Table
        caption="By weekday of the delivery"
        columns={slotColumns(data.by_weekday, 'Weekday', (row) => words(row.weekday), currency)}
        rows={data.by_weekday}
        keyOf={(row) => row.weekday}
      />
      <Table
        caption={`By hour of the delivery, ${time_zones.join(', ')}`}
        columns={slotColumns(data.by_hour, 'Hour', (row) => hourText(row.hour), currency)}
        rows={data.by_hour.filter(({ delivered }) => delivered > 0)}
        keyOf={(row) => String(row.hour)}
      />
      <Table
        caption="How long people take to open or click, from the delivery"
        columns={TIMES}
        rows={data.answer_times.filter(({ answered }) => answered > 0)}
        keyOf={(row) => `${row.campaign_kind ?? ''} ${row.answer}`}
      />
      <p class="muted">
        Other emails go to other people at other times, so it does not say what another hour would do to one of them.
      </p>
    </>
  );
}

function slotColumns<R extends Slot>(
  rows: readonly R[],
  name: string,
  nameOf: (row: R) => string,
  currency: string,
): ReadonlyArray<Column<R>> {
  const [opened, clicked] = [mostOf(rows.map((row) => row.opened)), mostOf(rows.map((row) => row.clicked))];
  return [
    { name, cell: nameOf },
    { name: 'Delivered', right: true, cell: (row) => count(row.delivered), by: (row) => row.delivered },
    {
      name: 'Emails opened',
      meaning: 'Of the delivered, without machines',
      cell: (row) => <Rate of={row.opened} most={opened} />,
      by: (row) => row.opened.rate,
    },
    {
      name: 'Emails clicked',
      meaning: 'Of the delivered, without machines',
      cell: (row) => <Rate of={row.clicked} most={clicked} />,
      by: (row) => row.clicked.rate,
    },
    {
      name: 'Influenced orders',
      right: true,
      cell: (row) => count(row.influenced_orders),
      by: (row) => row.influenced_orders,
    },
    {
      name: 'Revenue credited',
      right: true,
      cell: (row) => decimalMoney(row.attributed_revenue, currency),
      by: (row) => Number(row.attributed_revenue),
    },
  ];
}

const within = (name: string, field: 'p25_hours' | 'p50_hours' | 'p75_hours' | 'p90_hours'): Column<Times> => ({
  name,
  right: true,
  cell: (row) => duration(row[field] === null ? null : row[field] / HOURS_PER_DAY),
  by: (row) => row[field],
});

const TIMES: ReadonlyArray<Column<Times>> = [
  { name: 'Emails', cell: (row) => words(row.campaign_kind ?? 'of no kind'), by: (row) => row.campaign_kind },
  { name: 'Answer', cell: (row) => row.answer, by: (row) => row.answer },
  {
    name: 'Answered',
    right: true,
    cell: (row) => `${count(row.answered)} of ${count(row.delivered)}`,
    by: (row) => row.answered,
  },
  within('A quarter within', 'p25_hours'),
  within('Half within', 'p50_hours'),
  within('Three quarters within', 'p75_hours'),
  within('90 % within', 'p90_hours'),
];
