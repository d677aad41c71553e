/** The failures that every call may answer, each with an example. A test provokes them and compares what is sent. */

/** What every call can answer beside its own: status, when, and the code in the body. */
export const FAILURES: Record<number, { name: string; description: string; code: string; message: string }> = {
  400: {
    name: 'BadRequest',
    description: 'The request cannot be read, or a parameter does not fit',
    code: 'bad_request',
    message: 'start: "yesterday" is not ISO 8601; send a time with a zone, such as 2026-03-01T12:00:00Z',
  },
  401: {
    name: 'Unauthorized',
    description: 'No key, or one that is not known',
    code: 'unauthorized',
    message: 'this call needs a key; send a key in the header Authorization: Bearer KEY',
  },
  403: {
    name: 'Forbidden',
    description: 'The key has another scope or brand',
    code: 'forbidden',
    message: 'this call needs a key of scope read (or admin); the key "shop" has write',
  },
  404: {
    name: 'NotFound',
    description: 'There is nothing by that name',
    code: 'not_found',
    message: 'there is nothing at this path; GET /docs shows what there is',
  },
  409: {
    name: 'Conflict',
    description: 'It cannot be done in this state',
    code: 'model_not_fitted',
    message:
      'model: data_driven is not fitted yet for these brands. It learns from data, and no other model answers under its name. Run `tributary fit data_driven`, or use one of first_touch, last_touch, linear, time_decay, position_based',
  },
  413: {
    name: 'TooLarge',
    description: 'The body or the array is over its limit',
    code: 'too_large',
    message: 'body: is larger than 5000000 bytes, the limit of one request; send several requests',
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON in UTF-8',
    code: 'unsupported_media_type',
    message: 'content-type: is not read here; send JSON with the header Content-Type: application/json',
  },
  422: {
    name: 'Unprocessable',
    description: 'It was understood and cannot be answered',
    code: 'missing_fx_rate',
    message:
      'currency: no rate from EUR to USD on 2026-03-01 or the 6 days before; send it to /v1/fx_rates, or ask for another currency',
  },
  429: {
    name: 'RateLimited',
    description: 'The key has used up its requests of this minute',
    code: 'rate_limited',
    message: 'this key has made its 600 requests of this minute; wait 12 s',
  },
  500: {
    name: 'Internal',
    description: 'A failure of ours; the log has more under the request id',
    code: 'internal',
    message: 'something went wrong here; the log has more under this request_id',
  },
  503: {
    name: 'Unavailable',
    description: 'Not now; nothing was accepted. `Retry-After` says when to try again',
    code: 'spool_full',
    message: 'the spool is full because loading into the warehouse is behind; nothing was accepted, send again later',
  },
};
