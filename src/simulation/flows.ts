import type { Person } from './person.ts';
import type { FlowEmail } from './plan.ts';

/** Starts an email flow; each email goes out only if `wanted` still holds when its time has come. */
export function startFlow(person: Person, flow: FlowEmail[], at_ms: number, wanted: () => boolean = () => true): void {
  for (const email of flow) {
    person.at(at_ms + email.delay_ms, (at) => {
      if (wanted()) person.send(person, email, at);
    });
  }
}
