/** How often and when to send. */
import { Link } from 'wouter-preact';
import type { Advice } from '../../api/evidence.ts';
import { count } from '../../parts/figures.ts';
import { type View, withView } from '../../view.ts';

export function Emails({ data: { frequency, send_time }, view }: { data: Advice; view: View }) {
  return (
    <section aria-labelledby="emails">
      <h2 id="emails">Emails: how often, and when</h2>
      <div class="side-by-side">
        <article class="card">
          <h3>How often</h3>
          <p class="figure">{oftenOf(frequency)}</p>
          <p>{frequency.message}</p>
          <p class="muted">From {count(frequency.person_weeks)} weeks of people.</p>
        </article>
        <article class="card">
          <h3>When</h3>
          <p class="figure">{whenOf(send_time)}</p>
          <p>{send_time.message}</p>
          <p class="muted">From {count(send_time.delivered)} delivered emails.</p>
        </article>
      </div>
      <p class="muted">
        Neither is causal: keen people are often sent more, and other emails go out at other times. The figures are on{' '}
        <Link href={withView('/email', view)}>Email</Link>.
      </p>
    </section>
  );
}

function oftenOf({ advice, at_most_per_week }: Advice['frequency']): string {
  if (advice === 'at_most') return `At most ${at_most_per_week} a week`;
  return advice === 'leave_it' ? 'As now' : 'Not known yet';
}

function whenOf({ best_hour, best_weekday }: Advice['send_time']): string {
  const parts = [
    ...(best_weekday === null ? [] : [`on ${capital(best_weekday)}`]),
    ...(best_hour === null ? [] : [`at ${best_hour.padStart(2, '0')}:00`]),
  ];
  const text = parts.join(', ');
  return text === '' ? 'No time is surely better' : capital(text);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
