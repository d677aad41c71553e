/** How many people an experiment needs, in plain words, and the command that writes its plan down. */
import { useState } from 'preact/hooks';
import type { ExperimentSize } from '../../api/answers.d.ts';
import { useAnswer } from '../../api/ask.ts';
import { Shown } from '../../parts/states.tsx';

/** The fields in per cent, with what they begin with. */
const FIELDS = [
  ['rate', 'Of 100 people, this many order in the time of the experiment', 3],
  ['lift', 'The smallest rise that would matter, in per cent', 10],
  ['holdout', 'People who get nothing, in per cent', 20],
] as const;

type Asked = Record<(typeof FIELDS)[number][0] | 'people_a_week', string>;

export function Size() {
  const [asked, setAsked] = useState<Asked>({ rate: '0.03', lift: '0.1', holdout: '0.2', people_a_week: '' });
  const answer = useAnswer<ExperimentSize>('/v1/experiment-size', asked);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Asked;
    const parts = FIELDS.map(([name]) => [name, String(Number(given[name]) / 100)]);
    setAsked({ ...(Object.fromEntries(parts) as Asked), people_a_week: given.people_a_week });
  };
  return (
    <section aria-labelledby="size">
      <h2 id="size">How many people does the next one need?</h2>
      <form class="make" onSubmit={submit}>
        {FIELDS.map(([name, text, value]) => (
          <label key={name}>
            <span>{text}</span>
            <input name={name} type="number" min="0.01" max="99" step="any" required defaultValue={String(value)} />
          </label>
        ))}
        <label>
          <span>People who can take part in a week, if you know</span>
          <input name="people_a_week" type="number" min="1" step="1" />
        </label>
        <button type="submit">Say how many</button>
      </form>
      <Shown answer={answer} what="how many people are needed">
        {({ text, people }) => (
          <>
            {text.split('\n').map((line) => (
              <p key={line}>{line}</p>
            ))}
            <p class="muted">Then write the plan down, with your times, before anybody is assigned:</p>
            <pre class="snippet">{commandOf(asked.holdout, people)}</pre>
          </>
        )}
      </Shown>
    </section>
  );
}

function commandOf(holdout: string, people: number): string {
  const treated = Number((1 - Number(holdout)).toFixed(6));
  return [
    'tributary experiments create my-newsletter --name "Does the newsletter do anything?"',
    `  --campaign newsletter --arms holdout=${Number(holdout)},treated=${treated} --control holdout`,
    `  --starts-at 2026-03-01T00:00:00Z --ends-at 2026-05-03T00:00:00Z --planned-people ${people}`,
  ].join(' \\\n');
}
