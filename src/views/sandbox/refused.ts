/** A statement or a result that the sandbox refuses. */
export class Refused extends Error {
  constructor(
    readonly why: 'statement' | 'limit',
    message: string,
  ) {
    super(message);
  }
}

/** What the engine says of a statement. */
export function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Refused('statement', message.replace(/^Failed to [a-z ]+: /, ''));
}
