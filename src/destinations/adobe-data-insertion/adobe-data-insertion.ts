/** Adobe Analytics by the Data Insertion API (developer.adobe.com/analytics-apis/docs/1.4/guides/data-insertion): XML, one hit a call. */
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import { excerpt } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import { urlsProblem } from '../../network/urls.ts';
import type { AnswerRead, Destination, DestinationOptions } from '../destination.ts';
import { formProblem, urlOf } from '../option-forms.ts';
import { byStatus, DELIVERED } from '../status.ts';
import { goalEvents, type Hit, hitTold } from './hits.ts';

/** What XML 1.0 cannot hold, not even escaped. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(NOT_XML, ' ').replace(/[&<>]/g, (sign) => ESCAPES[sign]!);

function xmlOf(hit: Hit, { options }: DestinationOptions): string {
  const tags = Object.entries({ scXmlVer: '1.0', reportSuiteID: options['report_suite_id']!, ...hit });
  const lines = tags.map(([name, text]) => `<${name}>${escaped(text)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?><request>${lines.join('')}</request>`;
}

/** A failure comes with the status 200, too. */
function readHit(answer: OutAnswer, now_ms: number): AnswerRead {
  if (answer.status !== 200) return byStatus(answer, now_ms);
  const status = /<status>\s*(\w+)\s*<\/status>/i.exec(answer.body)?.[1]?.toUpperCase();
  if (status === 'SUCCESS') return DELIVERED;
  if (status !== 'FAILURE')
    return { outcome: 'disabled', reason: 'the answer has no <status>; check options.base_url' };
  const reason = excerpt(/<reason>([^<]*)<\/reason>/i.exec(answer.body)?.[1] ?? 'FAILURE without a reason');
  return /^no account/i.test(reason)
    ? { outcome: 'disabled', reason: `${reason}; check options.report_suite_id` }
    : { outcome: 'refused', reason };
}

function goalsProblem({ options }: DestinationOptions): { option: string; problem: string } | null {
  const text = options['goal_events'];
  if (text === undefined) return null;
  const is_right = Object.entries(goalEvents(text)).every(
    ([type, event]) => (CONVERSION_TYPES as readonly string[]).includes(type) && EVENT.test(event ?? ''),
  );
  if (is_right) return null;
  return {
    option: 'options.goal_events',
    problem: 'must be conversion types with events, such as lead_generation=event10,demo_request=event11',
  };
}

const EVENT = /^event\d{1,4}$/;

export const adobeDataInsertion: Destination = {
  kind: 'adobe_data_insertion',
  title: 'Adobe Analytics (Data Insertion API)',
  options: {
    base_url: 'Your data collection server, such as https://example.sc.omtrdc.net',
    report_suite_id: 'The id of the report suite; several with commas between',
    refund_event: 'The currency event that counts refunds, such as event20; without it, refunds are not sent',
    goal_events: 'The events of goals, such as lead_generation=event10,demo_request=event11; the others are not sent',
  },
  needs: ['base_url', 'report_suite_id'],
  check: (settings) =>
    urlsProblem(settings, 'base_url') ??
    formProblem(
      settings,
      'report_suite_id',
      /^[\w.-]{1,100}(?:,[\w.-]{1,100})*$/,
      'must be the id of a report suite',
    ) ??
    formProblem(settings, 'refund_event', EVENT, 'must be a currency event, such as event20') ??
    goalsProblem(settings),
  corrections: 'difference',
  limits: { items: 1, bytes: 64_000, parallel: 8 },
  translate: (message, settings, now_ms) =>
    message.kind === 'profile'
      ? { skipped: 'Adobe Analytics takes hits, not profiles' }
      : hitTold(message, settings, now_ms),
  // Adobe counts a purchase id once. It knows no other hit again.
  repeatable: (hit) => (hit as Hit)['purchaseId'] !== undefined,
  request: ([hit], settings) => ({
    method: 'POST',
    url: `${urlOf(settings, 'base_url', '')}/b/ss//6`,
    headers: { 'content-type': 'application/xml; charset=utf-8', accept: 'application/xml' },
    body: xmlOf(hit as Hit, settings),
  }),
  read: (answer, _items, now_ms) => readHit(answer, now_ms),
  check_call: {
    url: (settings) => urlOf(settings, 'base_url', ''),
    none: 'Adobe has no call without an effect that shows if the report suite is right: look at its real-time report after the first order',
  },
};
