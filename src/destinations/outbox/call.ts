/** Calls one destination, with the token that it asks for. */
import { Forbidden, LostAnswer, type OutNetwork } from '../../network/network.ts';
import type { OutAnswer, OutRequest } from '../../network/request.ts';
import { withoutSecrets } from '../../network/secrets.ts';
import type { AnswerRead, Outcome, RequestContext } from '../destination.ts';
import type { DestinationSettings } from '../settings.ts';

const MAX_TOKEN_STEPS = 4;
/** A token is fetched anew so long before its end. */
const TOKEN_MARGIN_MS = 60_000;
const NO_TOKEN = { value: '', base_url: '', until_ms: Number.POSITIVE_INFINITY };

export class Caller {
  private kept: typeof NO_TOKEN | null = null;

  constructor(
    private readonly settings: DestinationSettings,
    private readonly network: Pick<OutNetwork, 'send'>,
    private readonly clock: () => number,
  ) {}

  /** The answer to a request, or why there is none. */
  async answerTo(request: OutRequest, signal: AbortSignal): Promise<OutAnswer | Outcome> {
    try {
      return await this.network.send(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      const reason = (error as Error).message;
      if (error instanceof Forbidden) return { outcome: 'disabled', reason };
      return { outcome: 'retry', reason, ...(error instanceof LostAnswer ? { is_lost: true } : {}) };
    }
  }

  async token(signal: AbortSignal): Promise<RequestContext['token'] | { failed: Outcome }> {
    const { token } = this.settings.destination;
    if (token === undefined) return NO_TOKEN;
    if (this.kept !== null && this.kept.until_ms - TOKEN_MARGIN_MS > this.clock()) return this.kept;
    const answers: OutAnswer[] = [];
    for (let step = 0; step < MAX_TOKEN_STEPS; step++) {
      const made = token(this.settings, answers, this.clock());
      if ('failed' in made) return { failed: this.hidden(made.failed) };
      if ('value' in made) {
        this.kept = made;
        return made;
      }
      const answer = await this.answerTo(made.request, signal);
      if ('outcome' in answer) return { failed: answer };
      answers.push(answer);
    }
    return { failed: { outcome: 'disabled', reason: `no token after ${MAX_TOKEN_STEPS} requests` } };
  }

  forgetToken(): void {
    this.kept = null;
  }

  /** What an answer says, without secrets: a server may repeat what it was sent, and reasons hold parts of answers. */
  hidden<T extends AnswerRead>(read: T): T {
    if ('each' in read) return { ...read, each: read.each.map((one) => this.hidden(one)) };
    if ('split' in read) return { ...read, split: this.hiddenText(read.split) };
    return 'reason' in read ? { ...read, reason: this.hiddenText(read.reason) } : read;
  }

  hiddenText(text: string): string {
    return withoutSecrets(text, [...Object.values(this.settings.secrets), this.kept?.value ?? '']);
  }
}
