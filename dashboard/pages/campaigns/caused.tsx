/** What the model credits to one campaign beside what its experiment says was caused. */
import { Link } from 'wouter-preact';
import { useIncrementality } from '../../api/evidence.ts';
import { CausedBar } from '../../parts/caused-bar.tsx';
import { count, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type View, withView } from '../../view.ts';

export function Caused({ view, campaign_id }: { view: View; campaign_id: string }) {
  const answer = useIncrementality(view, 'campaign_id');
  return (
    <section aria-labelledby="caused">
      <h2 id="caused">Credited, and caused</h2>
      <Shown answer={answer} what="what was caused" tall={5}>
        {({ rows }) => {
          const own = rows.filter((row) => row.campaign_id === campaign_id);
          return own.length === 0 ? (
            <p>No touch of it earned credit in this period, and no experiment about it is over.</p>
          ) : (
            <ul class="sentences">
              {own.map((row) => (
                <li key={row.experiment_id ?? ''}>
                  {row.sentence}
                  {row.incremental_orders !== null && (
                    <p>
                      <CausedBar row={row} rows={own} />{' '}
                      <span class="muted">
                        orders were caused. The dashed line is the {count(row.attributed_orders, 1)} that{' '}
                        {words(row.attribution_model)} credits.
                      </span>
                    </p>
                  )}
                  {row.experiment_id !== null && (
                    <p>
                      <Link href={withView(`/experiments/${encodeURIComponent(row.experiment_id)}`, view)}>
                        The experiment
                      </Link>
                    </p>
                  )}
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
      <p class="muted">
        Credit says who was there. Only an experiment says what would not have come otherwise; credit is never changed
        by it. <Link href={withView('/experiments', view)}>Experiments</Link> has all campaigns.
      </p>
    </section>
  );
}
