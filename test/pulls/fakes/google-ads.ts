/** Google Ads' REST interface as far as spend is read from it: tokens, the account, and cost by day and campaign. */
import { type FakeReply, type FakeRequest, type FakeServer, startFake } from '../../destinations/fakes/server.ts';

export interface GoogleCost {
  date: string;
  campaign_id: string;
  cost_micros: string;
}

export class FakeGoogleAds {
  costs: GoogleCost[] = [];
  currency = 'USD';
  time_zone = 'America/New_York';
  /** What the next searches answer in place of rows. */
  readonly instead: FakeReply[] = [];

  private constructor(readonly server: FakeServer) {}

  static async start(): Promise<FakeGoogleAds> {
    let fake: FakeGoogleAds | undefined;
    fake = new FakeGoogleAds(await startFake((request) => fake!.answer(request)));
    return fake;
  }

  get file(): object {
    return {
      kind: 'google_ads',
      days: 40,
      options: {
        customer_id: '123-456-7890',
        login_customer_id: '999-000-1111',
        base_url: this.server.url,
        token_url: `${this.server.url}/token`,
      },
      secrets: {
        developer_token: 'dev-token-1',
        client_id: 'client-1',
        client_secret: 'secret-1',
        refresh_token: 'refresh-1',
      },
    };
  }

  private answer({ method, path, headers, body }: FakeRequest): FakeReply {
    if (path === '/token') {
      const form = new URLSearchParams(body);
      if (form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== 'refresh-1')
        return {
          status: 400,
          body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
        };
      return { status: 200, body: { access_token: 'access-1', expires_in: 3599, token_type: 'Bearer' } };
    }
    if (method !== 'POST' || path !== '/v23/customers/1234567890/googleAds:searchStream')
      return { status: 404, body: '<html>404' };
    if (headers.authorization !== 'Bearer access-1')
      return googleError(401, 'UNAUTHENTICATED', 'authenticationError', 'OAUTH_TOKEN_INVALID');
    if (headers['developer-token'] !== 'dev-token-1' || headers['login-customer-id'] !== '9990001111')
      return googleError(403, 'PERMISSION_DENIED', 'authorizationError', 'USER_PERMISSION_DENIED');
    const { query } = JSON.parse(body) as { query: string };
    const customer = { resourceName: 'customers/1234567890', currencyCode: this.currency, timeZone: this.time_zone };
    if (query.includes('FROM customer')) return { status: 200, body: [{ results: [{ customer }], requestId: 'r' }] };
    const instead = this.instead.shift();
    if (instead !== undefined) return instead;
    const [, first, last] = /BETWEEN '(.{10})' AND '(.{10})'$/.exec(query)!;
    const rows = this.rows(first!, last!);
    // The stream comes in parts; without any row there is no part.
    const parts = [rows.slice(0, 2), rows.slice(2)].filter((part) => part.length > 0);
    return {
      status: 200,
      body: parts.map((results) => ({
        results,
        fieldMask: 'segments.date,campaign.id,metrics.costMicros',
        requestId: 'r',
      })),
    };
  }

  private rows(first: string, last: string): object[] {
    return this.costs
      .filter(({ date }) => date >= first && date <= last)
      .map(({ date, campaign_id, cost_micros }) => ({
        campaign: { resourceName: `customers/1234567890/campaigns/${campaign_id}`, id: campaign_id },
        metrics: cost_micros === '0' ? {} : { costMicros: cost_micros },
        segments: { date },
      }));
  }
}

/** An error in Google's form; `searchStream` puts it into a list. */
export function googleError(status: number, name: string, kind: string, code: string, details: object = {}): FakeReply {
  const failure = {
    '@type': 'type.googleapis.com/google.ads.googleads.v23.errors.GoogleAdsFailure',
    errors: [{ errorCode: { [kind]: code }, message: `The reason is ${code}.`, details }],
    requestId: 'r',
  };
  return { status, body: [{ error: { code: status, message: 'Request failed.', status: name, details: [failure] } }] };
}
