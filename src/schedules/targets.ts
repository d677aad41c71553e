/** The deliveries of one period: what has to be read first is read, and kept with the period. */
import { OutNetwork } from '../network/network.ts';
import type { Send } from './book.ts';
import { compose, freezePeriod, newestPosition, pageOf } from './compose.ts';
import { mailTarget } from './deliver/mail.ts';
import { slackTarget, webhookTarget } from './deliver/requests.ts';
import type { Target } from './deliver/targets.ts';
import { exportTargets } from './exports/targets.ts';
import type { ScheduleParts } from './parts.ts';
import { Recipients } from './recipients.ts';
import type { ReportPlan, ScheduleSettings } from './settings.ts';

/** @param save keeps the period with what was found, before anything is sent. */
export async function targetsOf(
  settings: ScheduleSettings,
  parts: ScheduleParts,
  send: Send,
  save: (send: Send) => Promise<void>,
): Promise<Target[]> {
  if (send.as_of === '') {
    send.as_of = await newestPosition(parts.reports, settings, send);
    await save(send);
  }
  const { plan } = settings;
  if (plan.kind === 'export') return exportTargets(settings, plan, parts, send);
  if (plan.freeze && send.run_id === null && send.run_problem === '') {
    Object.assign(send, await freezePeriod(parts.reports, settings, send));
    await save(send);
  }
  return reportTargets(settings, plan, parts, send);
}

async function reportTargets(
  settings: ScheduleSettings,
  plan: ReportPlan,
  parts: ScheduleParts,
  send: Send,
): Promise<Target[]> {
  const { state, reports, mail, public_url } = parts;
  const { clock } = reports;
  const composed = await compose(reports, settings, plan, send);
  const page = await pageOf(parts, settings, plan, send);
  const network = parts.network ?? new OutNetwork(settings.private_network);
  const targets: Target[] = [];
  if (mail !== null && public_url !== null) {
    const recipients = new Recipients(state, clock);
    const facts = { schedule_id: settings.id, start: send.start, page, public_url, now_ms: send.begun_ms };
    for (const address of plan.recipients)
      targets.push(await mailTarget(address, composed, facts, { recipients, settings: mail }));
  }
  if (plan.slack !== null) targets.push(slackTarget(plan.slack, composed, page, network));
  if (plan.webhook !== null)
    targets.push(webhookTarget(plan.webhook, composed, { settings, send, page }, { network, clock }));
  return targets;
}
