/** Touchpoints for a hazard, from histories in memory. They are those of {@link ./touches-in-sql.ts}. */
import { refusedTraits, uncountedTraits } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import { hidingOf } from '../../histories/consents/hiding.ts';
import type { Histories } from '../../histories/histories.ts';
import { factsOf } from '../../histories/label-facts.ts';
import { Visits } from '../../histories/visits.ts';
import { Walk } from '../../histories/walk.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { FitPeople } from '../fit-people.ts';
import type { PeopleSubjects } from '../people-subjects.ts';
import { emptyTouches, resize, type TouchSource } from './touch-source.ts';

export function touchesInMemory(
  histories: Histories,
  plan: Plan,
  { brand_no }: FitPeople,
  subjects: PeopleSubjects,
): TouchSource {
  const { labels } = histories;
  const facts = factsOf(labels);
  const refused = refusedTraits(plan);
  const hiding = hidingOf(plan, labels);
  return {
    kinds: labels,
    visit: async (take) => {
      const walk = new Walk(histories, plan.positions.touchpoints, hiding);
      const visits = new Visits(histories, facts, uncountedTraits(plan));
      const touches = emptyTouches();
      const turns = new WorkTurns();
      for (let person = 0; person < brand_no.length; person++) {
        if (turns.ends(32)) await turns.next();
        const own = brand_no[person]!;
        walk.take(subjects, person, { brand_no: own, last_ms: plan.brands[own]!.end_ms - 1 });
        if (walk.length === 0) continue;
        const { places } = walk;
        const { label, at_ms, session } = histories;
        const continues = visits.mark(walk) ? visits.continues : null;
        resize(touches, walk.length);
        let length = 0;
        for (let i = 0; i < walk.length; i++) {
          const place = places[i]!;
          const kind = label[place]!;
          if ((facts.traits[kind]! & refused) !== 0 || (continues !== null && continues[i] === 1)) continue;
          touches.at_ms[length] = at_ms[place]!;
          touches.kind[length] = kind;
          touches.session[length++] = session[place]!;
        }
        touches.length = length;
        if (length > 0) take(person, touches);
      }
    },
  };
}
