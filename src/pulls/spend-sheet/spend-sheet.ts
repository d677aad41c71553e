/** A csv file at a URL, such as a sheet of Google that is shared by its link. Its columns are read as those of an import. */

import { retryAfterMs } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import { urlProblem } from '../../network/urls.ts';
import { lastDays } from '../days.ts';
import {
  type Asking,
  later,
  type PullOptions,
  type PullSource,
  type Reading,
  type ReadingContext,
  stopped,
} from '../pull.ts';
import { linesOf } from './lines.ts';

/** Google answers with a redirect to the server that has the file. */
const MAX_REDIRECTS = 4;

export const SPEND_SHEET: PullSource = {
  kind: 'spend_sheet',
  title: 'Sheet or csv file',
  options: {
    preset: 'google_ads_cost or meta_ads_cost, for exports of those; found by the columns when left out',
    time_zone: 'the zone of its days, for what today is; UTC when left out',
    source: 'the name of who says so, kept with each line; sheet when left out',
  },
  needs: [],
  secrets: {
    url: 'where the file is; a link that others could open is a secret',
    authorization: 'the header Authorization, where the server asks for one',
  },
  needs_secrets: ['url'],
  takes_plan: true,
  check: ({ secrets, private_network }) => {
    const problem = urlProblem(csvUrl(secrets['url']!), private_network);
    return problem === null ? null : { option: 'secrets.url', problem };
  },
  read: readSheet,
};

async function* readSheet(settings: PullOptions, { clock, days }: ReadingContext): Reading {
  const { url = '', authorization } = settings.secrets;
  const answer = yield* fetched(csvUrl(url), authorization, clock);
  const time_zone = settings.options['time_zone'] ?? 'UTC';
  const range = lastDays(time_zone, clock(), days);
  const all = await linesOf(answer.bytes ?? Buffer.from(answer.body), settings);
  const lines = all.filter(({ date }) => date >= range.first_date && date <= range.last_date);
  return { lines, ...range, time_zone };
}

/** The csv file of a sheet of Google, when the link is that of its page. */
export function csvUrl(url: string): string {
  const sheet = /^https:\/\/docs\.google\.com\/spreadsheets\/d\/([\w-]+)\/(?:edit|view)?(?:[?#].*)?$/.exec(url);
  if (sheet === null) return url;
  const gid = /[?#&]gid=(\d+)/.exec(url)?.[1] ?? '0';
  return `https://docs.google.com/spreadsheets/d/${sheet[1]}/export?format=csv&gid=${gid}`;
}

/** Fetches a file. Each redirect is a request of its own, so the network checks where it leads. Another host gets no header. */
async function* fetched(url: string, authorization: string | undefined, clock: () => number): Asking<OutAnswer> {
  let at = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const is_own = originOf(at) === originOf(url);
    const headers: Record<string, string> = { accept: 'text/csv, text/plain;q=0.9, */*;q=0.1' };
    if (is_own && authorization !== undefined) headers['authorization'] = authorization;
    const answer = yield { request: { method: 'GET', url: at, headers, body: '' } };
    const { status } = answer;
    const { location } = answer.headers;
    if (status === 200) return answer;
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
      if (!URL.canParse(location, at)) throw stopped('the file leads to an address that cannot be read');
      at = String(new URL(location, at));
    } else if (status === 429 || status === 408 || status >= 500)
      throw later(`the file answered ${status}`, retryAfterMs(answer, clock()));
    else
      throw stopped(`the file answered ${status}; check secrets.url, and that whoever has the link may read the sheet`);
  }
  throw stopped(`the file leads on more than ${MAX_REDIRECTS} times`);
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');
