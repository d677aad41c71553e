/** Three things today: what the data is sure about, with the evidence and where to look. */
import { Link } from 'wouter-preact';
import { type Today, useToday } from '../../api/reports.ts';
import { decimalMoney, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type View, withView } from '../../view.ts';

type Thing = Today['things'][number];

const TITLES: Readonly<Record<string, string>> = {
  spend_above_revenue: 'Costs more than it earns',
  above_others: 'Earns more than the others',
  moved: 'Changed by more than chance',
  complaints_high: 'Too many complaints',
  records_silent: 'Records stopped coming',
  opens_by_machines: 'Most opens are machines',
};

export function Things({ view, ready }: { view: View; ready: boolean }) {
  const today = useToday(view, ready);
  return (
    <section aria-labelledby="things">
      <h2 id="things">Three things today</h2>
      <Shown answer={today} what="what is worth a look" tall={9}>
        {({ things, further_things, currency }) =>
          things.length === 0 ? (
            <p>Nothing that the data is sure about.</p>
          ) : (
            <>
              <ol class="things">
                {things.map((thing) => (
                  <li key={`${thing.code} ${JSON.stringify(thing.keys)}`}>
                    <h3>{TITLES[thing.code] ?? words(thing.code)}</h3>
                    <p>{thing.message}</p>
                    <p class="muted">
                      {thing.at_stake !== null && <>At stake: {decimalMoney(thing.at_stake, currency)} · </>}
                      <Link href={placeOf(thing, view)}>Look at it</Link>
                    </p>
                  </li>
                ))}
              </ol>
              {further_things > 0 && (
                <p class="muted">
                  {further_things} more {further_things === 1 ? 'finding is' : 'findings are'} as sure.
                </p>
              )}
            </>
          )
        }
      </Shown>
    </section>
  );
}

/** The page that shows what a finding is about. */
function placeOf({ code, keys }: Thing, view: View): string {
  const { campaign_id, channel } = keys as Record<string, string | undefined>;
  if (campaign_id !== undefined) return withView(`/campaigns/${encodeURIComponent(campaign_id)}`, view);
  if (channel !== undefined) return withView('/channels', { ...view, filter: [`channel:${channel}`] });
  return withView(code === 'complaints_high' ? '/campaigns' : '/quality', view);
}
