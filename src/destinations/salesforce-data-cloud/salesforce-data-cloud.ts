/** Salesforce Data Cloud by the streaming Ingestion API (developer.salesforce.com/docs/data/data-cloud-int). */
import { excerpt, jsonOf, retry } from '../../network/answers.ts';
import type { OutAnswer, OutRequest } from '../../network/request.ts';
import { urlsProblem } from '../../network/urls.ts';
import type { AnswerRead, Destination, DestinationOptions, OutItem, RequestContext } from '../destination.ts';
import { formProblem } from '../option-forms.ts';
import { SAMPLE_ORDER } from '../sample.ts';
import { byStatus } from '../status.ts';
import { type RecordItem, recordItem } from './records.ts';
import { dataCloudToken, keyProblem, LOGIN_URL } from './token.ts';

/** A body has less than 200 kB. */
const MAX_BODY_BYTES = 199_000;
const ENVELOPE_BYTES = '{"data":[]}'.length;

export const salesforceDataCloud: Destination = {
  kind: 'salesforce_data_cloud',
  title: 'Salesforce Data Cloud',
  options: {
    connector: 'The name of the Ingestion API connector, as its endpoints have it',
    client_id: 'The consumer key of the connected app',
    username: 'The user as whom the connected app signs in',
    audience: `https://test.salesforce.com for a sandbox; ${LOGIN_URL} when left out`,
    base_url: 'Where to sign in, such as https://example.my.salesforce.com; the audience when left out',
  },
  needs: ['connector', 'client_id', 'username'],
  secrets: { private_key: 'The RSA key in PEM whose certificate the connected app has' },
  needs_secrets: ['private_key'],
  check,
  corrections: 'state',
  limits: { items: 1_000, bytes: MAX_BODY_BYTES, parallel: 4 },
  translate: (message) => {
    const item = recordItem(message);
    const bytes = Buffer.byteLength(JSON.stringify(item.record)) + ENVELOPE_BYTES;
    if (bytes <= MAX_BODY_BYTES) return { items: [item] };
    return { refused: `the record has ${bytes} bytes, and at most ${MAX_BODY_BYTES} are taken; send shorter ids` };
  },
  groupOf: (item) => (item as RecordItem).object,
  request: (items, settings, context) => post(items as readonly RecordItem[], settings, context, ''),
  read,
  token: dataCloudToken,
  check_call: {
    shows: 'Salesforce takes a sample record by the schema of the connector, and keeps nothing',
    request: (settings, context) => post([SAMPLE], settings, context, '/actions/test'),
    read: ({ status, body }) => {
      if (status >= 200 && status < 300) return null;
      const { message, validationReport } = (jsonOf(body) ?? {}) as Record<string, unknown>;
      const said = [message, JSON.stringify(validationReport)].filter((one) => typeof one === 'string').join(' ');
      return {
        field: 'options.connector',
        problem: `Salesforce answers ${status}: ${excerpt(said === '' ? body : said, 500)}`,
        fix: 'correct the name of the connector, and give it the schema of docs/destinations/salesforce_data_cloud.yaml',
      };
    },
  },
};

/** The record of an order that does not exist. It goes to the check of records, which keeps nothing. */
const SAMPLE: RecordItem = recordItem(SAMPLE_ORDER);

function check(settings: DestinationOptions): { option: string; problem: string } | null {
  const key = keyProblem(settings.secrets['private_key']!);
  return (
    urlsProblem(settings, 'audience', 'base_url') ??
    formProblem(settings, 'connector', /^[\w-]{1,80}$/, 'must be the name of the connector, without spaces') ??
    (key === null ? null : { option: 'secrets.private_key', problem: key })
  );
}

function post(
  items: readonly RecordItem[],
  { options }: DestinationOptions,
  { token }: RequestContext,
  action: string,
): OutRequest {
  return {
    method: 'POST',
    url: `${token.base_url}/api/v1/ingest/sources/${options['connector']}/${items[0]!.object}${action}`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token.value}` },
    body: JSON.stringify({ data: items.map(({ record }) => record) }),
  };
}

/** 202 says that records were taken; they are there some minutes later. 400 does not say which record is wrong. */
function read(answer: OutAnswer, _items: readonly OutItem[], now_ms: number): AnswerRead {
  if (answer.status === 401) return { outcome: 'expired', reason: 'answered 401: the token has ended' };
  if (answer.status === 409) return retry(answer, `answered 409: ${excerpt(answer.body)}`, now_ms);
  return byStatus(answer, now_ms);
}
