/** Targets that are requests: an incoming webhook of Slack, and a webhook of one's own. */
import { excerpt } from '../../network/answers.ts';
import { Forbidden, LostAnswer, type OutNetwork } from '../../network/network.ts';
import type { OutAnswer, OutRequest } from '../../network/request.ts';
import { withoutSecrets } from '../../network/secrets.ts';
import { signedHeaders } from '../../network/webhook-signature.ts';
import { slackMessage } from '../../present/mail/slack.ts';
import type { Send } from '../book.ts';
import { type Composed, sendName } from '../compose.ts';
import type { ReportPlan, ScheduleSettings } from '../settings.ts';
import { type Attempt, DELIVERED, type Target } from './targets.ts';

const VERSION = 1;
const MAX_BODY_BYTES = 1_000_000;

type Network = Pick<OutNetwork, 'send'>;

/** Slack takes a message as often as it comes, so a try whose answer is lost is not repeated. */
export function slackTarget(url: string, composed: Composed, page: string | null, network: Network): Target {
  return {
    name: 'slack',
    is_repeatable: false,
    deliver: async (handOver) => {
      await handOver();
      const body = JSON.stringify(slackMessage(composed.digest, page));
      const headers = { 'content-type': 'application/json' };
      return attempt(network, { method: 'POST', url, headers, body }, [url, new URL(url).pathname]);
    },
  };
}

/** The receiver knows a message by its `webhook-id`, which is the same in every try. */
export function webhookTarget(
  webhook: NonNullable<ReportPlan['webhook']>,
  composed: Composed,
  { settings, send, page }: { settings: ScheduleSettings; send: Send; page: string | null },
  { network, clock }: { network: Network; clock: () => number },
): Target {
  const name = 'webhook';
  return {
    name,
    is_repeatable: true,
    deliver: async () => {
      const id = `sch_${sendName(settings.id, send.start, name)}`;
      const body = JSON.stringify({
        type: 'report.scheduled',
        version: VERSION,
        timestamp: new Date(send.begun_ms).toISOString(),
        data: {
          message_id: id,
          schedule_id: settings.id,
          brand_id: settings.brand_id,
          report_period: { start: send.start, end: send.end },
          as_of: send.as_of,
          run_id: send.run_id,
          page,
          reports: composed.answers,
        },
      });
      const bytes = Buffer.byteLength(body);
      if (bytes > MAX_BODY_BYTES)
        return {
          status: 'refused',
          reason: `the message has ${bytes} bytes, and at most ${MAX_BODY_BYTES} are sent; choose reports with fewer rows`,
        };
      const { url, signing_secret, previous_signing_secret: previous } = webhook;
      const keys = previous === undefined ? [signing_secret] : [signing_secret, previous];
      const signed = signedHeaders(keys, id, body, clock());
      const headers = { 'content-type': 'application/json', ...signed };
      const result = await attempt(network, { method: 'POST', url, headers, body }, keys);
      return result.status === 'unknown' ? { ...result, status: 'waiting' } : result;
    },
  };
}

async function attempt(network: Network, request: OutRequest, secrets: readonly string[]): Promise<Attempt> {
  let answer: OutAnswer;
  try {
    answer = await network.send(request);
  } catch (error) {
    const reason = (error as Error).message;
    if (error instanceof Forbidden) return { status: 'refused', reason };
    return { status: error instanceof LostAnswer ? 'unknown' : 'waiting', reason };
  }
  const { status, body } = answer;
  if (status >= 200 && status < 300) return DELIVERED;
  const reason = `the receiver answered ${status}: ${excerpt(withoutSecrets(body, secrets))}`;
  const is_final = status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return { status: is_final ? 'refused' : 'waiting', reason };
}
