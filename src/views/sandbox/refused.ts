/** A statement or a result that the sandbox refuses. */
export class Refused extends Error {
  constructor(
    readonly why: 'statement' | 'limit',
    message: string,
  ) {
    super(message);
  }
}

const EMPTY =
  'holds no statement; send one such as: select channel, sum(attributed_revenue) from credits group by channel';

/** What the engine says of a statement. */
export function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const message = error instanceof Error ? error.message : String(error);
  // The client of the engine says only this of a text without a statement.
  if (message === 'Error in native callback') return new Refused('statement', EMPTY);
  return new Refused('statement', message.replace(/^Failed to [a-z ]+: /, ''));
}
