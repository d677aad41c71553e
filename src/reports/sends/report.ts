/** The report on the effects of sends: those who were sent a blast beside those who were not sent yet. docs/semantics.md 26. */
import { makeBrandPeriods, makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { EMAIL_LIST_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { SEND_EFFECTS_MEANINGS, SendEffectsResult } from '../results/send-effects.ts';
import { ALPHA, type SendsAsked } from './asked.ts';
import { type Blast, type Found, makeBlasts } from './blasts.ts';
import { cardOf } from './card.ts';
import { readSides, type Side, waveKey } from './compare.ts';
import { BASES, type Basis } from './effects.ts';
import { knownUntil, makeMailAndOrders, makePeople, widened } from './mail.ts';
import { SEND_UNITS } from './relations.ts';
import { makeOrdered, readSendOrders } from './send-orders.ts';
import { makeUnits } from './units.ts';
import { warningsOf } from './warnings.ts';
import { makeWaves, type Wave } from './waves.ts';

const DEFAULTS = { window_hours: 24, list_days: 90 } as const;
/** How the figures are computed. A change of any formula is a new version. */
const ANALYSIS_VERSION = '2';

const { adjustments: _adjustments, ...SHARED } = EMAIL_LIST_PARAMETERS;
const SendEffectsParameters = Type.Object(
  {
    ...SHARED,
    campaign_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Only blasts of this campaign; all blasts that begin in the period when left out',
        'x-flag': 'campaign',
        'x-value': 'id',
      }),
    ),
    window_hours: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 14 * 24,
        description: `Orders count for so many hours from the start of a wave; ${DEFAULTS.window_hours} when left out`,
        'x-value': 'hours',
      }),
    ),
    list_days: Type.Optional(
      Type.Integer({
        minimum: 7,
        maximum: 730,
        description: `Eligible people were sent an email in so many days before the blast; ${DEFAULTS.list_days} when left out`,
        'x-value': 'days',
      }),
    ),
  },
  { additionalProperties: false },
);

export async function sendEffectsReport(
  context: ReportContext,
  parameters: Static<typeof SendEffectsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { campaign_id = null, window_hours, list_days, ...shared } = { ...DEFAULTS, ...parameters };
  const asked: SendsAsked = { campaign_id, window_ms: window_hours * MS_PER_HOUR, list_ms: list_days * MS_PER_DAY };
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'send_effects', ...asked, analysis_version: ANALYSIS_VERSION },
    });
    return answerOnce(context, resolved, '', async () => ({
      ...reportHead(resolved, context.clock()),
      campaign_id,
      window_hours,
      list_days,
      confidence: 1 - ALPHA,
      analysis_version: ANALYSIS_VERSION,
      ...(await answer(snapshot, context, resolved.plan, asked)),
    }));
  }, readOptions(context));
}

async function answer(snapshot: Snapshot, context: ReportContext, plan: Plan, asked: SendsAsked): Promise<ReportJson> {
  const wide = widened(plan, asked);
  await makeOrdersAndEvents(snapshot, wide, context.directory);
  await makeBrandPeriods(snapshot, wide);
  const found = await makeBlasts(snapshot, { plan, wide }, asked, await readSendOrders(snapshot, wide));
  await makePeople(snapshot, wide);
  await makeMailAndOrders(snapshot, wide);
  await makeOrdered(snapshot, wide);
  await makeUnits(snapshot, found.blasts, asked);
  const waves = await makeWaves(snapshot, found.blasts);
  const known = await knownUntil(snapshot, plan);
  const over = waves.filter(({ brand_id, at_ms }) => at_ms + asked.window_ms <= (known.get(brand_id) ?? 0));
  const sides = await readSides(
    snapshot,
    asked,
    new Set(over.map(({ blast_no, wave_no }) => waveKey(blast_no, wave_no))),
  );
  return shown(found, { waves, over, sides, sent: await readSent(snapshot) }, asked);
}

interface SentPeople {
  sent: number;
  /** Sent, and not on the list before. */
  left_out: number;
}

async function readSent(snapshot: Snapshot): Promise<Map<number, SentPeople>> {
  const rows = await snapshot.query(
    `select blast_no, count(*) as sent, count_where(is_eligible = 0) as left_out from ${SEND_UNITS.name} where sent_ms is not null group by blast_no`,
  );
  return new Map(
    readAll(rows, { blast_no: 'number', sent: 'number', left_out: 'number' }).map(({ blast_no, ...own }) => [
      blast_no,
      own,
    ]),
  );
}

interface Parts {
  waves: readonly Wave[];
  over: readonly Wave[];
  sides: readonly Side[];
  sent: ReadonlyMap<number, SentPeople>;
}

function shown(found: Found, { waves, over, sides, sent }: Parts, { window_ms }: SendsAsked): ReportJson {
  const by_blast: Side[][] = found.blasts.map(() => []);
  for (const own of sides) by_blast[own.blast_no]!.push(own);
  const basisOf = ({ order }: Blast): Basis => (order === null ? 'unlike_people' : 'random_order');
  const blasts = found.blasts.map((blast) => ({
    brand_id: blast.brand_id,
    campaign_id: blast.campaign_id,
    email_id: blast.email_id === '' ? null : blast.email_id,
    first_sent_at: formatInstant(blast.from_ms),
    last_sent_at: formatInstant(blast.last_ms),
    experiment_id: blast.order?.experiment_id ?? null,
    waves: waves.filter(({ blast_no }) => blast_no === blast.blast_no).length,
    waves_over: over.filter(({ blast_no }) => blast_no === blast.blast_no).length,
    sent_people: sent.get(blast.blast_no)?.sent ?? 0,
    ...cardOf(by_blast[blast.blast_no]!, basisOf(blast), window_ms),
  }));
  const together = BASES.flatMap((basis) => {
    const own = found.blasts.filter((blast) => basisOf(blast) === basis);
    if (own.length === 0) return [];
    const all = own.flatMap(({ blast_no }) => by_blast[blast_no]!);
    return [{ blasts: own.length, ...cardOf(all, basis, window_ms) }];
  });
  const left_out = [...sent.values()].reduce((sum, own) => sum + own.left_out, 0);
  return { blasts, together, warnings: warningsOf(found, { left_out, waves, over, sides }) };
}

export const sendEffects = defineReport({
  name: 'send_effects',
  command: 'report send-effects',
  path: '/v1/reports/send_effects',
  summary: 'What blasts brought: people who were sent beside those who were not sent yet',
  description:
    'For each blast of the period, orders and net revenue per person after the send, of those who were sent less those who were eligible and not sent yet, in strata of past orders and clicks. It is an effect only where the order of sending was random. Negative controls show how much intent leaks otherwise. Opens never enter.',
  parameters: SendEffectsParameters,
  result: SendEffectsResult,
  main_table: { rows: 'blasts' },
  explain: SEND_EFFECTS_MEANINGS,
  run: sendEffectsReport,
});
