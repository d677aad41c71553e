/** The days of one campaign. */
import { useMemo } from 'preact/hooks';
import { type Attribution, attributionQuestion, useAttribution } from '../../api/reports.ts';
import { decimalMoney } from '../../parts/figures.ts';
import { type Source, sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { Trend } from '../../parts/trend.tsx';
import type { View } from '../../view.ts';

export function ByDay({ view, campaign_id }: { view: View; campaign_id: string }) {
  const own = { ...view, filter: [] };
  const only = { filter: [`campaign_id:"${campaign_id}"`] };
  const days = useAttribution(own, 'day', only);
  return (
    <section aria-labelledby="by-day">
      <h2 id="by-day">Day by day</h2>
      <Shown answer={days} what="the days">
        {(data) => <Lines data={data} from={sourceOf(attributionQuestion(own, 'day', only), data)} />}
      </Shown>
    </section>
  );
}

function Lines({ data, from }: { data: Attribution; from: Source }) {
  const { channel_attribution: rows, currency } = data;
  const shown = useMemo(
    () => ({
      days: rows.map(({ day }) => day ?? ''),
      lines: [
        { name: 'Revenue', colour: 1, values: rows.map(({ attributed_revenue }) => Number(attributed_revenue)) },
        ...(data.comparison
          ? [
              {
                name: 'Before',
                colour: 1,
                earlier: true,
                values: rows.map(({ previous }) => Number(previous?.attributed_revenue ?? 0)),
              },
            ]
          : []),
      ],
      format: (value: number) => decimalMoney(value.toFixed(6), currency),
    }),
    [rows, currency, data.comparison],
  );
  const { start, end } = data.report_period;
  return <Trend caption="Revenue that the model credits to it" period={`${start} to ${end}`} from={from} {...shown} />;
}
