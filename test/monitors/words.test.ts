/** What an alert says in Slack: names from outside stay names. */
import { expect, test } from 'vitest';
import type { AlertMessage } from '../../src/monitors/alerts/outbox.ts';
import { slackBody } from '../../src/monitors/alerts/words.ts';

test.each(['<!channel> <https://evil.example|sale>', 'https://evil.example/x', '#general @here & co'])(
  'a campaign that is called %s makes no link and no mention',
  (name) => {
    const incident = {
      incident_id: 'inc_1',
      summary: `Clicks of ${name} fell.`,
      since_ms: 0,
      over_ms: null,
      next_step: `Look at ${name}.`,
    };
    const message = { message_id: 'm', brand_id: 'shop', made_ms: 0, items: [{ event: 'opened', incident }] };
    const { blocks } = slackBody(message as unknown as AlertMessage) as {
      blocks: Array<{ type: string; text: { type: string; text: string; verbatim?: boolean } }>;
    };
    const said = blocks.filter(({ text }) => text.type === 'mrkdwn');
    expect(said).toHaveLength(1);
    for (const { text } of said) {
      expect(text.text).not.toMatch(/[<>]/);
      // Without it, Slack makes links of addresses, channels and names by itself.
      expect(text.verbatim).toBe(true);
    }
  },
);
