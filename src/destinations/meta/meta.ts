/** Meta's Conversions API (developers.facebook.com/docs/marketing-api/conversions-api). */
import { excerpt, jsonOf } from '../../network/answers.ts';
import { isToken } from '../../network/graph-api.ts';
import { linkProblem, urlsProblem } from '../../network/urls.ts';
import type { Destination, DestinationOptions } from '../destination.ts';
import { formProblem, urlOf } from '../option-forms.ts';
import { readMeta } from './answers.ts';
import { eventTold, type MetaEvent } from './events.ts';

const VENDOR_URL = 'https://graph.facebook.com';
const VERSION = 'v25.0';

const datasetUrl = (settings: DestinationOptions): string =>
  `${urlOf(settings, 'base_url', VENDOR_URL)}/${VERSION}/${settings.options['dataset_id']}`;

/** Meta is told of the page; no request goes there. */
function pageProblem({ options }: DestinationOptions): { option: string; problem: string } | null {
  const url = options['event_source_url'];
  const problem = url === undefined ? null : linkProblem(url);
  return problem === null ? null : { option: 'options.event_source_url', problem };
}

export const meta: Destination = {
  kind: 'meta',
  title: 'Meta Conversions API',
  options: {
    dataset_id: 'The id of the dataset (pixel)',
    event_source_url: 'The address of your shop; with it, orders with client_user_agent are events of a website',
    test_event_code: 'A code of Test events in Events Manager; events with it are not counted',
    base_url: `Another address of the Graph API; ${VENDOR_URL} when left out`,
  },
  needs: ['dataset_id'],
  secrets: { access_token: 'An access token of the dataset' },
  needs_secrets: ['access_token'],
  check: (settings) =>
    urlsProblem(settings, 'base_url') ??
    pageProblem(settings) ??
    formProblem(settings, 'dataset_id', /^\d{1,20}$/, 'must be the number of the dataset'),
  corrections: 'listed',
  limits: { items: 1_000, bytes: 1_000_000, parallel: 4 },
  translate: (message, settings, now_ms) =>
    message.kind === 'profile' ? { skipped: 'Meta takes events, not profiles' } : eventTold(message, settings, now_ms),
  request: (items, settings) => ({
    method: 'POST',
    url: `${datasetUrl(settings)}/events`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      data: items,
      ...(settings.options['test_event_code'] ? { test_event_code: settings.options['test_event_code'] } : {}),
      access_token: settings.secrets['access_token'],
    }),
  }),
  read: (answer, items, now_ms) => readMeta(answer, items as readonly MetaEvent[], now_ms),
  check_call: {
    shows: 'the access token may read the dataset. Whether it may send events shows with the first order',
    request: (settings) => ({
      method: 'GET',
      url: `${datasetUrl(settings)}?fields=id`,
      headers: { authorization: `Bearer ${settings.secrets['access_token']}` },
      body: '',
    }),
    read: (answer) => {
      const found = jsonOf(answer.body) as { id?: unknown; error?: { message?: unknown; code?: unknown } } | undefined;
      if (answer.status === 200 && found?.id !== undefined) return null;
      const problem = `Meta says: ${excerpt(String(found?.error?.message ?? `status ${answer.status}`), 300)}`;
      if (isToken(Number(found?.error?.code)))
        return { field: 'secrets.access_token', problem, fix: 'make a new access token for the dataset' };
      return {
        field: 'options.dataset_id',
        problem,
        fix: 'correct the number of the dataset, and let the access token use it',
      };
    },
  },
};
