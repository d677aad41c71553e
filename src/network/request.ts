/** Requests to the servers of others, and their answers. */

/** A request, ready to be sent. */
export interface OutRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** May hold a secret in its query, where the destination wants it so; it is never logged. */
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** A request whose body may be bytes. */
export type SentRequest = Omit<OutRequest, 'body'> & { body: string | Buffer };

/** The answer to a request. */
export interface OutAnswer {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
  /** At most 64 kB of it, unless the network reads whole answers. */
  body: string;
  /** The same as bytes, where whole answers are read. */
  bytes?: Buffer;
}

/** Why nothing came of a request. `retry`: again later, not before `after_ms`. `disabled`: not until a person changes something. Reasons hold no secret. */
export type Failure = { outcome: 'retry'; reason: string; after_ms?: number } | { outcome: 'disabled'; reason: string };
