/** Meta's Insights API as far as spend is read from it: the account, pages of rows, and reports in the background. */
import { type FakeReply, type FakeRequest, type FakeServer, startFake } from '../../destinations/fakes/server.ts';

export interface MetaSpend {
  date: string;
  campaign_id: string;
  spend: string;
  /** Left out of answers unless they are asked for by status. */
  is_deleted?: boolean;
}

export class FakeMetaAds {
  costs: MetaSpend[] = [];
  currency = 'USD';
  page_rows = 2;
  headers: Record<string, string> = {};
  /** Days in one question; more are refused as too much, unless in the background. */
  most_days = 100;
  readonly instead: FakeReply[] = [];
  private polls = 0;
  private report: URLSearchParams | null = null;

  private constructor(readonly server: FakeServer) {}

  static async start(): Promise<FakeMetaAds> {
    let fake: FakeMetaAds | undefined;
    fake = new FakeMetaAds(await startFake((request) => fake!.answer(request)));
    return fake;
  }

  get file(): object {
    return {
      kind: 'meta_ads',
      days: 40,
      options: { account_id: 'act_42', base_url: this.server.url },
      secrets: { access_token: 'EAAB-token' },
    };
  }

  private answer({ method, path, query, headers, body }: FakeRequest): FakeReply {
    if (headers.authorization !== 'Bearer EAAB-token') return metaError(400, 190, 'Invalid OAuth access token.');
    if (path === '/v25.0/act_42')
      return { status: 200, body: { id: 'act_42', currency: this.currency, timezone_name: 'Europe/Berlin' } };
    if (path === '/v25.0/77') {
      this.polls += 1;
      const is_done = this.polls >= 3;
      return {
        status: 200,
        body: {
          id: '77',
          async_status: is_done ? 'Job Completed' : 'Job Running',
          async_percent_completion: is_done ? 100 : 40,
        },
      };
    }
    const instead = this.instead.shift();
    if (instead !== undefined) return instead;
    if (path === '/v25.0/act_42/insights' && method === 'POST') {
      this.report = new URLSearchParams(body);
      return { status: 200, body: { report_run_id: '77' } };
    }
    if (path === '/v25.0/77/insights') return this.page(this.report!, query.get('after'), path);
    if (path !== '/v25.0/act_42/insights') return metaError(404, 803, 'Some of the aliases you requested do not exist');
    const { since, until } = JSON.parse(query.get('time_range')!) as { since: string; until: string };
    if ((Date.parse(until) - Date.parse(since)) / 86_400_000 + 1 > this.most_days)
      return metaError(500, 1, "Please reduce the amount of data you're asking for, then retry your request");
    return this.page(query, query.get('after'), path);
  }

  private page(asked: URLSearchParams, after: string | null, path: string): FakeReply {
    const { since, until } = JSON.parse(asked.get('time_range')!) as { since: string; until: string };
    const statuses = (JSON.parse(asked.get('filtering') ?? '[]') as Array<{ value: string[] }>).flatMap(
      ({ value }) => value,
    );
    const rows = this.costs
      .filter(({ date, is_deleted }) => date >= since && date <= until && (!is_deleted || statuses.includes('DELETED')))
      .map(({ date, campaign_id, spend }) => ({
        campaign_id,
        spend,
        account_currency: this.currency,
        date_start: date,
        date_stop: date,
      }));
    const from = Number(after ?? 0);
    const to = from + this.page_rows;
    const next =
      to < rows.length ? { next: `https://graph.facebook.com${path}?access_token=EAAB-token&after=${to}` } : {};
    return {
      status: 200,
      headers: this.headers,
      body: { data: rows.slice(from, to), paging: { cursors: { before: `${from}`, after: `${to}` }, ...next } },
    };
  }
}

export function metaError(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): FakeReply {
  return { status, headers, body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'A' } } };
}
