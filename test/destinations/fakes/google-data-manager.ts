/**
 * A fake of Google's token server and of the Data Manager API. It fails fast: one event that breaks a rule fails the request, and nothing
 * of it is taken. An event with a transaction id that it knows takes the place of the value before.
 */
import { createPublicKey, verify } from 'node:crypto';
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

interface GoogleEvent {
  transactionId: string;
  eventTimestamp: string;
  eventSource: string;
  currency: string;
  conversionValue: number;
  adIdentifiers?: { gclid?: string };
  userData?: { userIdentifiers?: Array<{ emailAddress?: string; phoneNumber?: string }> };
}

const SOURCES = ['WEB', 'APP', 'IN_STORE', 'PHONE', 'MESSAGE', 'OTHER'];
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** An error in Google's common form. */
export function googleError(
  status: number,
  code: string,
  violations: Array<{ field: string; description: string }> = [],
) {
  const reason = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code,
    domain: 'datamanager.googleapis.com',
  };
  const details = [reason, ...(violations.length === 0 ? [] : [{ '@type': BAD_REQUEST, fieldViolations: violations }])];
  return {
    status,
    body: { error: { code: status, message: 'There was a problem with the request.', status: code, details } },
  };
}

/** @param public_key of the service account `robot@project.iam.gserviceaccount.com`. */
export async function startGoogleDataManager(clock: () => number, public_key: string) {
  const accepted: GoogleEvent[] = [];
  let validated = 0;
  let issued = 0;
  let valid = '';
  const token = ({ body }: FakeRequest): FakeReply => {
    const form = new URLSearchParams(body);
    const refused = (error: string) => ({ status: 400, body: { error, error_description: `${error} of the request` } });
    if (form.get('grant_type') === 'refresh_token') {
      if (form.get('client_secret') !== 'right') return { status: 401, body: { error: 'invalid_client' } };
      if (form.get('refresh_token') !== 'right') return refused('invalid_grant');
    } else if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      return refused('unsupported_grant_type');
    } else if (!isAssertion(form.get('assertion') ?? '', public_key, `${server.url}/token`, clock())) {
      return refused('invalid_grant');
    }
    valid = `token-${++issued}`;
    return { status: 200, body: { access_token: valid, expires_in: 3_599, token_type: 'Bearer' } };
  };
  const ingest = ({ headers, body }: FakeRequest): FakeReply => {
    if (valid === '' || headers.authorization !== `Bearer ${valid}`) return googleError(401, 'UNAUTHENTICATED');
    const content = JSON.parse(body);
    const [destination] = content.destinations;
    if (destination.operatingAccount.accountType !== 'GOOGLE_ADS') return googleError(400, 'INVALID_ARGUMENT');
    if (destination.operatingAccount.accountId !== '111') return googleError(403, 'PERMISSION_DENIED');
    if (destination.productDestinationId !== '222')
      return googleError(400, 'INVALID_ARGUMENT', [{ field: 'destinations[0]', description: 'is invalid' }]);
    const events = content.events as GoogleEvent[];
    if (events.length > 2_000) return googleError(400, 'INVALID_ARGUMENT');
    const violations = events.flatMap((event, i) => {
      const problem = problemOf(event, content.encoding);
      return problem === undefined ? [] : [{ field: `events.events[${i}].${problem}`, description: 'is invalid' }];
    });
    if (violations.length > 0) return googleError(400, 'INVALID_ARGUMENT', violations);
    if (content.validateOnly) validated += events.length;
    else accepted.push(...events);
    return { status: 200, body: { requestId: `request-${accepted.length}` } };
  };
  const server = await startFake((request) => {
    if (request.path === '/token') return token(request);
    return request.path === '/v1/events:ingest' ? ingest(request) : googleError(404, 'NOT_FOUND');
  });
  return {
    ...server,
    accepted,
    validated: () => validated,
    issued: () => issued,
    /** Tokens that were given are no longer taken. */
    expireTokens: () => {
      valid = '';
    },
    stateByOrder: () => new Map(accepted.map(({ transactionId, conversionValue }) => [transactionId, conversionValue])),
  };
}

function isAssertion(assertion: string, public_key: string, audience: string, now_ms: number): boolean {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('RSA-SHA256', signed, createPublicKey(public_key), Buffer.from(signature, 'base64url'))) return false;
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { iss, scope, aud, iat, exp } = parse(claims);
  return (
    parse(header).alg === 'RS256' &&
    iss === 'robot@project.iam.gserviceaccount.com' &&
    scope === 'https://www.googleapis.com/auth/datamanager' &&
    aud === audience &&
    Math.abs(iat - now_ms / 1_000) < 300 &&
    exp - iat <= 3_600
  );
}

function problemOf(event: GoogleEvent, encoding: unknown): string | undefined {
  const { transactionId, eventTimestamp, eventSource, currency, conversionValue, adIdentifiers, userData } = event;
  if (!transactionId || transactionId.length > 64) return 'transaction_id';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(eventTimestamp)) return 'event_timestamp';
  if (!SOURCES.includes(eventSource)) return 'event_source';
  if (!/^[A-Z]{3}$/.test(currency)) return 'currency';
  if (!Number.isFinite(conversionValue) || conversionValue < 0) return 'conversion_value';
  const hashes = (userData?.userIdentifiers ?? []).map(
    ({ emailAddress, phoneNumber }) => emailAddress ?? phoneNumber ?? '',
  );
  if (hashes.length > 0 && encoding !== 'HEX') return 'encoding';
  if (!hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) return 'user_data.user_identifiers[0]';
  return adIdentifiers?.gclid || hashes.length > 0 ? undefined : 'ad_identifiers';
}
