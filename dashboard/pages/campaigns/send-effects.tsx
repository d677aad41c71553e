/** What the sends of one campaign brought: those who were sent beside those who were eligible and not sent, with the controls. */
import { type SendEffects as Answer, useSendEffects } from '../../api/evidence.ts';
import { useAskedSends } from '../../parts/asked-sends.tsx';
import { conclusionText, EffectCard } from '../../parts/effect-card.tsx';
import { count, instant } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import type { View } from '../../view.ts';

type Blast = Answer['blasts'][number];

/** So many blasts are shown at first. */
const MOST = 5;

export function SendEffects({ view, campaign_id }: { view: View; campaign_id: string }) {
  const [hours, control] = useAskedSends();
  const answer = useSendEffects(view, campaign_id, hours);
  return (
    <section aria-labelledby="send-effects">
      <h2 id="send-effects">What the sends brought, beside people who were not sent</h2>
      <p class="muted">
        People who were sent an email of it beside those who were on the list and were not sent it until then. Opens
        never enter.
      </p>
      <div class="own-controls">{control}</div>
      {hours !== '' && (
        <Shown answer={answer} what="the effects of the sends" tall={20}>
          {(data) => <Cards data={data} />}
        </Shown>
      )}
    </section>
  );
}

function Cards({ data: { blasts, together, currency, warnings, confidence } }: { data: Answer }) {
  if (blasts.length === 0)
    return (
      <p>
        No email of this campaign was sent in this period to people who were on the list before. Flows send one person
        at a time, so there is nobody to compare with.
      </p>
    );
  const compared = blasts.filter(({ conclusion }) => conclusion !== 'too_few');
  const others = blasts.filter(({ conclusion }) => conclusion === 'too_few');
  const known_together = blasts.length === 1 ? [] : together.filter(({ conclusion }) => conclusion !== 'too_few');
  return (
    <>
      {compared.length !== 1 &&
        known_together.map((all) => (
          <EffectCard
            key={all.basis}
            title={`All ${count(all.blasts)} sends together`}
            effect={all}
            currency={currency}
            confidence={confidence}
          />
        ))}
      {compared.slice(0, MOST).map((blast) => (
        <EffectCard
          key={`${blast.email_id ?? ''} ${blast.first_sent_at}`}
          title={titleOf(blast)}
          effect={blast}
          currency={currency}
          confidence={confidence}
        />
      ))}
      {compared.length > MOST && (
        <p class="muted">
          The newest {count(MOST)} of {count(compared.length)} are shown.
        </p>
      )}
      {others.length > 0 && <TooFew blasts={others} is_all={known_together.length === 0 && compared.length === 0} />}
      {warnings.map(({ code, message, count: n }) => (
        <p key={code} class="muted">
          {count(n)} {message}.
        </p>
      ))}
    </>
  );
}

/** All of them have the same reason. */
function TooFew({ blasts, is_all }: { blasts: readonly Blast[]; is_all: boolean }) {
  const [first] = blasts as [Blast];
  return (
    <article class="card effect">
      <h3>
        {blasts.length === 1 ? 'One send' : `${count(blasts.length)} sends`} alone
        {is_all && blasts.length > 1 && ', and together'}
      </h3>
      <p class="effect-title">{conclusionText(first)}</p>
      <p>{first.sentence}</p>
      <ul class="sentences">
        {blasts.slice(0, MOST).map((blast) => (
          <li key={`${blast.email_id ?? ''} ${blast.first_sent_at}`}>
            {titleOf(blast)}:{' '}
            <span class="muted">
              {count(blast.compared_people)} who were sent beside {count(blast.compared_others)} who were not
            </span>
          </li>
        ))}
        {blasts.length > MOST && <li>and {count(blasts.length - MOST)} more</li>}
      </ul>
    </article>
  );
}

function titleOf({ email_id, first_sent_at, sent_people }: Blast): string {
  return `${email_id ?? 'An email without an id'}, ${instant(first_sent_at)}, to ${count(sent_people)} people`;
}
