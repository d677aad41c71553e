/** Net sales and what email earned, day by day, with the interval of the latter. */
import { useCallback, useMemo, useState } from 'preact/hooks';
import { type Attribution, attributionQuestion, useAttribution } from '../../api/reports.ts';
import { AnnotationList, useAnnotations } from '../../parts/annotations.tsx';
import { roundMoney } from '../../parts/figures.ts';
import type { Mark } from '../../parts/marks.ts';
import { sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { type Line, Trend } from '../../parts/trend.tsx';
import type { View } from '../../view.ts';
import { EMAIL } from './email.ts';

const OF_EMAIL = { filter: [EMAIL], intervals: true } as const;
const STEPS = ['day', 'week', 'month'] as const;
type Step = (typeof STEPS)[number];

export function Days({ view, ready }: { view: View; ready: boolean }) {
  const [step, setStep] = useState<Step>('day');
  const all = useAttribution(view, step, {}, ready);
  const email = useAttribution(view, step, OF_EMAIL, ready);
  const noted = useAnnotations(view).data?.annotations;
  return (
    <section aria-labelledby="days">
      <div class="titled">
        <h2 id="days">Over time</h2>
        <label class="choice">
          <span>By</span>
          <select value={step} onChange={({ currentTarget: { value } }) => setStep(value as Step)}>
            {STEPS.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Shown answer={all} what="the days" tall={23}>
        {(data) => <Lines all={data} email={email.data} view={view} step={step} noted={noted} />}
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
  view,
  step,
  noted,
}: {
  all: Attribution;
  email: Attribution | undefined;
  view: View;
  step: Step;
  noted: readonly Mark[] | undefined;
}) {
  const { currency } = all;
  const shown = useMemo(() => linesOf(all, email), [all, email]);
  const format = useCallback(
    (value: number): string => roundMoney(String(Math.round(value * 1_000_000)), currency),
    [currency],
  );
  const { days, lines, is_sure } = shown;
  return (
    <>
      <Trend
        caption="Net sales and what email earned of them"
        period={`${all.report_period.start} to ${all.report_period.end}`}
        days={days}
        lines={lines}
        format={format}
        {...(noted ? { annotations: noted } : {})}
        from={email && sourceOf(attributionQuestion(view, step, OF_EMAIL), email)}
      />
      {email !== undefined && !is_sure && (
        <p class="muted">
          No {step} has the 30 people with an order after an email that an interval needs, so no band is drawn.
        </p>
      )}
    </>
  );
}

type Timed = Partial<Record<Step, string | null>>;
/** The step of an answer. While another one is fetched, the last one is shown. */
const stepOf = (row: Timed | undefined): Step => STEPS.find((step) => row?.[step] !== undefined) ?? 'day';
const timeOf = (row: Timed): string => row[stepOf(row)] ?? '';

function linesOf(
  all: Attribution,
  email: Attribution | undefined,
): { days: string[]; lines: Line[]; is_sure: boolean } {
  const rows = email?.channel_attribution ?? [];
  const by_day = new Map<string, bigint>();
  for (const row of [...all.channel_attribution, ...all.unattributed]) {
    const micros = 'attributed_revenue_micros' in row ? row.attributed_revenue_micros : row.unattributed_revenue_micros;
    const time = timeOf(row);
    by_day.set(time, (by_day.get(time) ?? 0n) + BigInt(micros));
  }
  const days = rows.map(timeOf);
  const bound = (name: 'low' | 'high') =>
    rows.map(({ attributed_revenue_interval: own }) => (own ? Number(own[name]) : null));
  const is_sure = rows.some(({ attributed_revenue_interval: own }) => own);
  const lines: Line[] = [
    { name: 'All sales', colour: 2, values: days.map((day) => major(String(by_day.get(day) ?? 0n))) },
    {
      name: 'Email',
      colour: 1,
      values: rows.map((row) => major(row.attributed_revenue_micros)),
      ...(is_sure ? { band: { low: bound('low'), high: bound('high') } } : {}),
      told: { field: 'attributed_revenue', rows, filterOf: (time) => [EMAIL, `${stepOf(rows[0])}:${time}`] },
    },
  ];
  if (email?.comparison)
    lines.push({
      name: 'Email before',
      colour: 1,
      earlier: true,
      values: rows.map(({ previous }) => major(previous?.attributed_revenue_micros)),
    });
  return { days, lines, is_sure };
}
