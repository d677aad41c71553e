/** The rules of the brand on what channels and emails must bring, how each stands, and their incidents. */
import { Link } from 'wouter-preact';
import type { Incidents } from '../../api/answers.d.ts';
import { useAnswer } from '../../api/ask.ts';
import type { Advice } from '../../api/evidence.ts';
import { count, instant, NOTHING, share, words } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';

type Rule = Advice['rules'][number];
type Incident = Incidents['incidents'][number];

const STATES = { fires: 'broken', holds: 'kept', unsure: 'not sure', too_few_cases: 'too few cases' } as const;

const EXAMPLE = `"brands": {"shop": {"advice": {
  "return_on_ad_spend": {"below": 3},
  "conversion_rate": {"below": 0.02, "least_cases": 500},
  "attributed_share": {"below": 0.8}
}}}`;

export function Rules({ data: { rules }, view }: { data: Advice; view: View }) {
  const { data } = useAnswer<Incidents>('/v1/incidents', { status: 'open', brand_id: view.brand_id });
  const incidents = (data?.incidents ?? []).filter(({ check }) => check === 'advice_rule');
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules</h2>
      {rules.length === 0 ? (
        <NoRules view={view} />
      ) : (
        <>
          <p>{summaryOf(rules)}</p>
          <Table
            caption="Thresholds, and how they stand"
            columns={columnsOf(incidents, view)}
            rows={rules}
            keyOf={({ rule, subject }) => `${rule} ${subject}`}
          />
        </>
      )}
      <p class="muted">
        A rule is broken only if its whole 90 % interval lies below, with orders that have not come yet counted for. It
        then opens an <Link href={withView('/incidents', view)}>incident</Link>.
      </p>
    </section>
  );
}

function NoRules({ view: { brand_id } }: { view: View }) {
  if (brand_id === '') return <p>Each brand has rules of its own: choose a brand above.</p>;
  return (
    <>
      <p>
        No rule is set for {brand_id}, or there is nothing yet that it is about. A rule is a line of the configuration,
        for example:
      </p>
      <pre class="snippet">{EXAMPLE.replace('shop', brand_id)}</pre>
    </>
  );
}

function summaryOf(rules: readonly Rule[]): string {
  const number = (state: Rule['state']): number => rules.filter((rule) => rule.state === state).length;
  const parts = (['fires', 'unsure', 'holds', 'too_few_cases'] as const).flatMap((state) =>
    number(state) === 0 ? [] : [`${count(number(state))} ${state === 'too_few_cases' ? 'with ' : ''}${STATES[state]}`],
  );
  return `${parts.join(', ')}.`;
}

/** A return is a factor, other figures are shares. */
const shownOf = ({ rule }: Rule, value: number): string =>
  rule === 'return_on_ad_spend' ? `${count(value, 2)} ×` : share(value, 1);

const thresholdOf = (one: Rule): string =>
  one.rule === 'return_on_ad_spend' ? `${one.below} ×` : shownOf(one, one.below);

function columnsOf(incidents: readonly Incident[], view: View): ReadonlyArray<Column<Rule>> {
  return [
    {
      name: 'About',
      cell: ({ rule, subject }) => (rule === 'return_on_ad_spend' ? words(subject) : subject),
      by: ({ subject }) => subject,
    },
    {
      name: 'Rule',
      cell: (one) => `${words(one.rule)} of at least ${thresholdOf(one)}`,
      by: ({ rule }) => rule,
    },
    {
      name: 'State',
      meaning: 'broken: the whole interval lies below the threshold; not sure: the threshold lies within it',
      cell: ({ state }) => <span class={state === 'fires' ? 'fault' : ''}>{STATES[state]}</span>,
      by: ({ state }) => state,
    },
    {
      name: 'Figure',
      meaning: 'With its 90 % interval. The dashed line is the threshold',
      cell: (one) => <Figure of={one} />,
      by: ({ value }) => value,
    },
    {
      name: 'Cases',
      meaning: 'Orders or people that the figure is made of, and the fewest that the rule needs',
      right: true,
      cell: ({ cases, least_cases, interval }) =>
        cases >= least_cases && interval === null
          ? `${count(cases)}, which tell too little`
          : `${count(cases)} of ${count(least_cases)} needed`,
      by: ({ cases }) => cases,
    },
    {
      name: 'Incident',
      cell: ({ rule, subject }) => {
        const open = incidents.find((one) => one.subject === `${rule} ${subject}`);
        return open === undefined ? (
          NOTHING
        ) : (
          <Link href={withView('/incidents', view)}>open since {instant(open.opened_at)}</Link>
        );
      },
    },
  ];
}

function Figure({ of: one }: { of: Rule }) {
  const { value, interval, below } = one;
  if (value === null || interval === null) return <>{NOTHING}</>;
  const scale = [0, Math.max(interval.high, below) * 1.1] as const;
  return (
    <IntervalBar low={interval.low} high={interval.high} value={value} scale={scale} mark={below}>
      {shownOf(one, value)}, likely {shownOf(one, interval.low)} to {shownOf(one, interval.high)}
    </IntervalBar>
  );
}
