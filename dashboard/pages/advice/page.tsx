/** Advice: how to split the budget, what other spend would change, how often and when to send, and the rules. It changes nothing. */
import { Link } from 'wouter-preact';
import { useAdvice } from '../../api/evidence.ts';
import { useBrands } from '../../parts/brands.tsx';
import { Loading, Notice, Shown } from '../../parts/states.tsx';
import { useOwnChoice, useView, type View, withView } from '../../view.ts';
import { Budget } from './budget.tsx';
import { Curves } from './curves.tsx';
import { Emails } from './emails.tsx';
import { Rules } from './rules.tsx';
import { WhatIf } from './what-if.tsx';

export default function AdvicePage() {
  const [view] = useView();
  const { brand_ids, isPending } = useBrands();
  // Rules are those of one brand. Where there is one only, it need not be chosen.
  const brand_id = view.brand_id === '' && brand_ids.length === 1 ? brand_ids[0]! : view.brand_id;
  return (
    <div class="page">
      <h1>Advice</h1>
      <p class="muted">
        It never changes credit, and it spends nothing. What to look at first is in{' '}
        <Link href={withView('/', view)}>three things today</Link>.
      </p>
      {isPending ? <Loading what="the brands" /> : <Parts view={{ ...view, brand_id }} />}
    </div>
  );
}

function Parts({ view }: { view: View }) {
  const [[budget = ''], setBudget] = useOwnChoice('budget');
  const answer = useAdvice(view, { budget });
  return (
    <>
      {budget !== '' && answer.error !== null && (
        <button type="button" onClick={() => setBudget([])}>
          Ask for what is spent now
        </button>
      )}
      <Shown answer={answer} what="the advice" tall={40}>
        {(data) => (
          <div class="parts">
            {data.channels.length === 0 ? (
              <NoSpend />
            ) : (
              <>
                <Budget data={data} view={view} budget={budget} setBudget={setBudget} />
                <WhatIf data={data} view={view} />
                <Curves data={data} />
              </>
            )}
            <Emails data={data} view={view} />
            <Rules data={data} view={view} />
          </div>
        )}
      </Shown>
    </>
  );
}

function NoSpend() {
  return (
    <Notice title="No spend is known, so there is no advice on the budget">
      Import what each channel costs a day: <code>tributary import spend costs.csv</code> reads a table with date,
      channel, amount and currency, and knows the exports of ad accounts. Programs send it to{' '}
      <code>POST /v1/spend</code> (<a href="/docs">API reference</a>). Advice needs 26 whole weeks of spend and orders.
    </Notice>
  );
}
