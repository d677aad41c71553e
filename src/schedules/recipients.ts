/**
 * Recipients of mail, and who wants none any more. State knows a recipient by a keyed hash of schedule and address, and the token of an
 * unsubscribe link is this hash with a signature, so neither holds an address.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { formatInstant } from '../domain/time.ts';
import type { State } from '../state/port.ts';
import { secretOf } from '../state/secrets.ts';

const UNSUBSCRIBED = 'schedule_unsubscribed';
const SECRET = 'schedule_recipients';
const KEY_BYTES = 16;
const SIGNATURE_BYTES = 16;

export class Recipients {
  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /** The name of a recipient in state: 32 hex digits. */
  async keyOf(schedule_id: string, address: string): Promise<string> {
    const content = `recipient\0${schedule_id}\0${address.toLowerCase()}`;
    return (await this.signature(content)).subarray(0, KEY_BYTES).toString('hex');
  }

  /** The token of a recipient's link. It is the same in every mail of the schedule. */
  async tokenOf(key: string): Promise<string> {
    return Buffer.concat([Buffer.from(key, 'hex'), await this.proofOf(key)]).toString('base64url');
  }

  /** The recipient of a token; undefined for a token that this program did not make. */
  async find(token: string): Promise<string | undefined> {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== KEY_BYTES + SIGNATURE_BYTES) return undefined;
    const key = bytes.subarray(0, KEY_BYTES).toString('hex');
    return timingSafeEqual(bytes.subarray(KEY_BYTES), await this.proofOf(key)) ? key : undefined;
  }

  async hasUnsubscribed(key: string): Promise<boolean> {
    return (await this.state.get(UNSUBSCRIBED, key)) !== undefined;
  }

  async unsubscribe(key: string): Promise<void> {
    await this.state.transaction(async (transaction) => {
      if ((await transaction.get(UNSUBSCRIBED, key)) === undefined)
        await transaction.put(UNSUBSCRIBED, key, { at: formatInstant(this.clock()) });
    });
  }

  async subscribe(key: string): Promise<void> {
    await this.state.transaction((transaction) => transaction.delete(UNSUBSCRIBED, key));
  }

  private async proofOf(key: string): Promise<Buffer> {
    return (await this.signature(`unsubscribe\0${key}`)).subarray(0, SIGNATURE_BYTES);
  }

  private async signature(content: string): Promise<Buffer> {
    return createHmac('sha256', await secretOf(this.state, SECRET))
      .update(content)
      .digest();
  }
}
