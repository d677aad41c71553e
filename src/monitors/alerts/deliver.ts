/** Delivers the alerts of one receiver: each at least once, with the same id in each try. What fails waits for its next try. */
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import type { Fenced, TimedFollower } from '../../log/follower.ts';
import type { MailSettings } from '../../mail/settings.ts';
import { MailTransport } from '../../mail/transport.ts';
import { excerpt } from '../../network/answers.ts';
import { OutNetwork } from '../../network/network.ts';
import type { OutRequest } from '../../network/request.ts';
import { withoutSecrets } from '../../network/secrets.ts';
import { signedHeaders } from '../../network/webhook-signature.ts';
import type { State } from '../../state/port.ts';
import type { AlertSettings } from '../settings.ts';
import {
  type AlertMessage,
  dropWaiting,
  putWaiting,
  readAlertStanding,
  readWaiting,
  type WaitingAlert,
  writeAlertStanding,
} from './outbox.ts';
import { headline, slackBody, textOf, webhookBody } from './words.ts';

const EVERY_MS = 5_000;
/** Alerts that one run looks at. */
const TOGETHER = 50;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = MS_PER_HOUR;
/** An alert that fails so long is given up: it is old news. */
const GIVE_UP_MS = 3 * MS_PER_DAY;
const LONGEST_ERROR = 500;

export interface DeliveryParts {
  state: State;
  clock: () => number;
  mail: MailSettings | null;
  /** The network of this machine when left out. */
  network?: Pick<OutNetwork, 'send'>;
  transport?: Pick<MailTransport, 'send'>;
}

/** The follower that sends what waits for one receiver. */
export function deliverAlerts(settings: AlertSettings, parts: DeliveryParts): TimedFollower {
  const delivery = new AlertDelivery(settings, parts);
  return {
    name: `alert_${settings.id}`,
    every_ms: EVERY_MS,
    run: (state, signal) => delivery.run(state, signal),
  };
}

export class AlertDelivery {
  private readonly network: Pick<OutNetwork, 'send'>;
  private readonly transport: Pick<MailTransport, 'send'> | null;

  constructor(
    private readonly settings: AlertSettings,
    private readonly parts: DeliveryParts,
  ) {
    this.network = parts.network ?? new OutNetwork(settings.private_network);
    this.transport = parts.transport ?? (parts.mail === null ? null : new MailTransport(parts.mail));
  }

  async run(fenced: Fenced, signal: AbortSignal): Promise<void> {
    const { state, clock } = this.parts;
    for (const waiting of await readWaiting(state, this.settings.id, TOGETHER)) {
      if (waiting.due_ms > clock()) continue;
      signal.throwIfAborted();
      const failure = await this.send(waiting.message, signal);
      await fenced.transaction((transaction) => this.settle(transaction, waiting, failure));
    }
  }

  private async settle(
    transaction: Parameters<Parameters<Fenced['transaction']>[0]>[0],
    { message, tries }: WaitingAlert,
    failure: string | null,
  ): Promise<void> {
    const { id } = this.settings;
    const now_ms = this.parts.clock();
    const standing = await readAlertStanding(transaction, id);
    if (failure === null) {
      await dropWaiting(transaction, id, message);
      return writeAlertStanding(transaction, id, {
        ...standing,
        sent: standing.sent + 1,
        last_sent_ms: now_ms,
        last_error: '',
      });
    }
    const is_old = now_ms - message.made_ms > GIVE_UP_MS;
    if (is_old) await dropWaiting(transaction, id, message);
    else {
      const pause_ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));
      await putWaiting(transaction, id, { message, tries: tries + 1, due_ms: now_ms + pause_ms });
    }
    await writeAlertStanding(transaction, id, {
      ...standing,
      given_up: standing.given_up + (is_old ? 1 : 0),
      last_error: failure,
    });
  }

  /** @returns why it failed, or null. */
  private async send(message: AlertMessage, signal: AbortSignal): Promise<string | null> {
    const { kind, to } = this.settings;
    if (kind === 'email') {
      const { message_id } = message;
      const sent = await this.transport!.send({ to, subject: headline(message), text: textOf(message), message_id });
      return sent.outcome === 'sent' ? null : sent.reason;
    }
    try {
      const { status, body } = await this.network.send(this.requestOf(message), signal);
      return status >= 200 && status < 300 ? null : this.hidden(`the receiver answered ${status}: ${excerpt(body)}`);
    } catch (error) {
      signal.throwIfAborted();
      return this.hidden((error as Error).message);
    }
  }

  private requestOf(message: AlertMessage): OutRequest {
    const { kind, url, signing_secret } = this.settings;
    const body = JSON.stringify(kind === 'slack' ? slackBody(message) : webhookBody(message));
    const signed =
      kind === 'slack' ? {} : signedHeaders([signing_secret], message.message_id, body, this.parts.clock());
    return { method: 'POST', url, headers: { 'content-type': 'application/json', ...signed }, body };
  }

  private hidden(text: string): string {
    return withoutSecrets(text, [this.settings.url, this.settings.signing_secret]).slice(0, LONGEST_ERROR);
  }
}
