/** An alert in words: for Slack, for a mail, and as the body of a webhook. */

import { clip, escapeSlack } from '../../domain/text.ts';
import { formatInstant } from '../../domain/time.ts';
import { BRAND_OF_INSTALLATION } from '../incidents.ts';
import { shownIncident } from '../show.ts';
import type { AlertEvent, AlertItem, AlertMessage } from './outbox.ts';

/** Incidents that a text names; the others are counted. */
const MOST_TOLD = 20;
const MOST_SUBJECT = 150;
const MOST_LINE = 1_000;
const EVENTS: Readonly<Record<AlertEvent, string>> = { opened: 'New', still_open: 'Still open', over: 'Over' };

const ofBrand = (brand_id: string): string => (brand_id === BRAND_OF_INSTALLATION ? 'Tributary' : brand_id);

/** One line: `shop: 2 new incidents, 1 over`. */
export function headline({ brand_id, items }: AlertMessage): string {
  const count = (event: AlertEvent): number => items.filter((item) => item.event === event).length;
  const parts = [
    [count('opened'), 'new'],
    [count('still_open'), 'still open'],
    [count('over'), 'over'],
  ].filter(([n]) => n !== 0);
  const said = parts.map(([n, what]) => `${n} ${what}`).join(', ');
  return clip(`${ofBrand(brand_id)}: ${items.length === 1 ? 'incident' : 'incidents'}: ${said}`, MOST_SUBJECT);
}

function lineOf({ event, incident }: AlertItem): string {
  const over = incident.over_ms === null ? '' : ` Over since ${formatInstant(incident.over_ms)}.`;
  return `${EVENTS[event]}: ${incident.summary}${over}`;
}

/** Plain text. */
export function textOf(message: AlertMessage): string {
  const told = message.items.slice(0, MOST_TOLD).map((item) => {
    const { incident_id, since_ms, next_step } = item.incident;
    const next = item.event === 'over' ? '' : `\n  Next step: ${next_step}`;
    return `${lineOf(item)}\n  Since ${formatInstant(since_ms)} (${incident_id})${next}`;
  });
  const more = message.items.length - told.length;
  return `${headline(message)}\n\n${told.join('\n\n')}\n${more > 0 ? `\n${more} more: tributary incidents\n` : ''}`;
}

/** The body of Slack's incoming webhooks. Text from outside cannot make links or mention people. */
export function slackBody(message: AlertMessage): object {
  const blocks = message.items.slice(0, MOST_TOLD).map((item) => ({
    type: 'section',
    text: {
      type: 'mrkdwn',
      // Otherwise Slack makes links of addresses, channels and names by itself.
      verbatim: true,
      text: escapeSlack(
        [
          clip(lineOf(item), MOST_LINE),
          ...(item.event === 'over' ? [] : [`Next step: ${item.incident.next_step}`]),
        ].join('\n'),
      ),
    },
  }));
  const head = { type: 'header', text: { type: 'plain_text', text: headline(message) } };
  return { text: escapeSlack(headline(message)), blocks: [head, ...blocks] };
}

/** The body of a webhook; docs/monitors.md describes it. */
export function webhookBody({ message_id, brand_id, made_ms, items }: AlertMessage): object {
  return {
    type: 'incidents.changed',
    version: 1,
    timestamp: formatInstant(made_ms),
    data: {
      message_id,
      brand_id,
      items: items.map(({ event, incident }) => ({ event, incident: shownIncident(incident) })),
    },
  };
}
