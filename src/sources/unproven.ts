import { TributaryError } from '../domain/errors.ts';

/** The failure of a delivery without proof. */
export class Unproven extends TributaryError {
  constructor(reason: string) {
    super('unauthorized', `source: ${reason}`);
  }
}
