/**
 * Tells Segment that people are erased: a regulation of its Public API, which deletes what it holds of a user, asks its own destinations to do
 * so, and takes no more of the user until a person ends the suppression there.
 */
import { excerpt } from '../../network/answers.ts';
import type { Destination, DestinationOptions } from '../destination.ts';
import { urlOf } from '../option-forms.ts';

const PUBLIC_API = { us: 'https://api.segmentapis.com', eu: 'https://eu1.api.segmentapis.com' };
/** https://docs.segmentapis.com: the most ids of one regulation. */
const MOST_IDS = 5_000;

export const ERASURE_TOKEN =
  'A token of the Public API (Settings, Access Management, Tokens), so that Segment is told when a person is erased';
export const ERASURE_URL = 'Another address of the Public API; that of the region of base_url when left out';

const apiOf = (options: DestinationOptions): string =>
  urlOf(options, 'erasure_url', /\beu1\b/.test(options.options['base_url'] ?? '') ? PUBLIC_API.eu : PUBLIC_API.us);

export const eraseAtSegment: NonNullable<Destination['erase']> = {
  needs: ['erasure_token'],
  most_ids: MOST_IDS,
  request: (ids, options) => ({
    method: 'POST',
    url: `${apiOf(options)}/regulations`,
    headers: {
      'content-type': 'application/vnd.segment.v1+json',
      authorization: `Bearer ${options.secrets['erasure_token']}`,
    },
    body: JSON.stringify({ regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: ids }),
  }),
  read: ({ status, body }) =>
    status >= 200 && status < 300 ? null : `the regulation was answered ${status}: ${excerpt(body)}`,
};
