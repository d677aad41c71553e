/** How sure the revenue per recipient of one campaign is. */
import { useCampaigns } from '../../api/reports.ts';
import { Dots } from '../../parts/dots.tsx';
import { decimalMoney } from '../../parts/figures.ts';
import { chanceText } from '../../parts/per-recipient.tsx';
import { Shown } from '../../parts/states.tsx';
import type { View } from '../../view.ts';

export function Sure({ view, campaign_id }: { view: View; campaign_id: string }) {
  const campaigns = useCampaigns({ ...view, filter: [] });
  return (
    <section aria-labelledby="sure">
      <h2 id="sure">How sure the revenue per recipient is</h2>
      <Shown answer={campaigns} what="the resamples">
        {({ campaigns: rows, average_revenue_per_recipient: average, currency }) => {
          const row = rows.find((one) => one.campaign_id === campaign_id);
          const quantiles = row?.revenue_per_recipient_quantiles ?? null;
          if (row === undefined || quantiles === null)
            return (
              <p>
                Too little data to say
                {row?.revenue_per_recipient_withheld ? `: it ${row.revenue_per_recipient_withheld}` : ''}.
              </p>
            );
          const interval = row.revenue_per_recipient_interval!;
          const chance = chanceText(row);
          return (
            <>
              <p>
                Likely {decimalMoney(interval.low, currency)} to {decimalMoney(interval.high, currency)} per recipient
                (90 %){chance === '' ? '' : `; ${chance}`}. {row.revenue_per_recipient_support} people had an order that
                it touched.
              </p>
              <Dots
                caption="Each dot is as likely as the others."
                values={quantiles.map(Number)}
                mark={average === null ? null : { value: Number(average), name: 'the average of all campaigns' }}
                format={(value) => decimalMoney(value.toFixed(6), currency)}
              />
            </>
          );
        }}
      </Shown>
    </section>
  );
}
