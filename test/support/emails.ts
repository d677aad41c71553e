/** An engine with a world of the reference and its email events. */
import type { EmailWorld } from '../reference/emails.ts';
import { Engine } from './engine.ts';
import { eventsOf } from './worlds.ts';

export async function withEmails(
  { world, email_events }: EmailWorld,
  work: (engine: Engine) => Promise<void>,
): Promise<void> {
  const engine = await Engine.open();
  try {
    const emails = email_events.map((event) => ({ record: 'email_events' as const, event }));
    await engine.load([...eventsOf(world), ...emails], 40);
    // A brand without an order is in a report if it is configured.
    engine.reports.configured_brands = ['default', 'b2'];
    await work(engine);
  } finally {
    await engine.close();
  }
}
