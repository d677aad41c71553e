/** The failures that any call may answer, with examples. A test provokes each failure and compares. */
import { missingRate } from '../attribution/rates.ts';

/** The failures of every call, by status: when it is sent, and an example of code and message. */
export const FAILURES: Record<number, { name: string; description: string; code: string; message: string }> = {
  400: {
    name: 'BadRequest',
    description: 'The request cannot be read, or a parameter has a wrong value',
    code: 'bad_request',
    message: 'start: "yesterday" is not ISO 8601; send a time with a zone, such as 2026-03-01T12:00:00Z',
  },
  401: {
    name: 'Unauthorized',
    description: 'The request has no key, or an unknown key',
    code: 'unauthorized',
    message: 'this call needs a key; send a key in the header Authorization: Bearer KEY',
  },
  403: {
    name: 'Forbidden',
    description: 'The key does not have the scope or the brand that the call needs',
    code: 'forbidden',
    message: 'this call needs a key of scope read (or view, partner, admin); the key "shop" has write',
  },
  404: {
    name: 'NotFound',
    description: 'Nothing has this path or name',
    code: 'not_found',
    message: 'there is nothing at this path; GET /docs lists all calls',
  },
  408: {
    name: 'RequestTimeout',
    description: 'The body arrived too slowly; nothing was accepted, and the connection is closed',
    code: 'request_timeout',
    message: 'body: arrived too slowly; nothing was accepted, send it again',
  },
  409: {
    name: 'Conflict',
    description: 'The current state does not allow it',
    code: 'model_not_fitted',
    message:
      'model: data_driven is not fitted yet for these brands (default). It learns from data, and the report does not replace it by another model. Run `tributary fit data_driven`, or use one of first_touch, last_touch, linear, time_decay, position_based',
  },
  413: {
    name: 'TooLarge',
    description: 'The body or the array is over its limit',
    code: 'too_large',
    message: 'body: is larger than 5000000 bytes, the limit of one request; send several requests',
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON in UTF-8, or packed in another way than gzip, deflate or br (Content-Encoding)',
    code: 'unsupported_media_type',
    message: 'content-type: is not supported; send JSON with the header Content-Type: application/json',
  },
  422: {
    name: 'Unprocessable',
    description: 'The request is valid and cannot be answered, for the reason given',
    code: 'missing_fx_rate',
    message: missingRate('currency', 'EUR', 'USD', '2026-03-01').message,
  },
  429: {
    name: 'RateLimited',
    description: 'The key has used up its requests of this minute, or its address sent too many wrong keys',
    code: 'rate_limited',
    message: 'this key has made its 600 requests of this minute; wait 12 s',
  },
  500: {
    name: 'Internal',
    description: 'A failure of the server; its log has the details under the request id',
    code: 'internal',
    message: 'the server failed; its log has the details under this request_id',
  },
  503: {
    name: 'Unavailable',
    description: 'The server cannot answer now; nothing was accepted. `Retry-After` says when to try again',
    code: 'spool_full',
    message: 'the spool is full because loading into the warehouse is behind; nothing was accepted, send again later',
  },
};
