/** The report on an experiment: what each arm brought more than the control, by intention to treat. docs/semantics.md 25. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { type Design, METRICS, SHARE_PARTS } from '../../domain/experiment.ts';
import { moneyOrNull } from '../../domain/money.ts';
import { formatInstant, MS_PER_DAY } from '../../domain/time.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import { sampleRatioChance } from '../../learning/sample-ratio.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { resolvePosition } from '../../warehouse/position.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { EMAIL_LIST_PARAMETERS } from '../parameters.ts';
import { allTime, brandOf } from '../person.ts';
import { resolveParameters } from '../resolve.ts';
import { EXPERIMENT_MEANINGS, ExperimentResult } from '../results/experiment.ts';
import type { Warning } from '../warning.ts';
import { concludes, SAMPLE_RATIO_ALARM, stopRule } from './decide.ts';
import { alphaOf, type Effect, effectOf, isPriced } from './effects.ts';
import { hasEnough } from './enough.ts';
import { endedDesign, type Planned, readPlans } from './plans.ts';
import { type PooledExperiment, pooledEffects } from './pool.ts';
import { type ArmFacts, countStrays, knownUntil, makeOrderValues, readArms } from './read-arms.ts';
import { sentenceOf } from './sentence.ts';
import { unpricedWarnings } from './unpriced.ts';

const { brand_id, as_of, currency } = EMAIL_LIST_PARAMETERS;
const ExperimentParameters = Type.Object({ brand_id, as_of, currency }, { additionalProperties: false });

/** How results are computed. A change of any formula is a new version, so that an answer can be made again to the byte. */
export const ANALYSIS_VERSION = '2';

export async function experimentReport(
  context: ReportContext,
  experiment_id: string,
  parameters: Static<typeof ExperimentParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const position = await resolvePosition(snapshot, parameters.as_of);
    const sought = { field: 'experiment_id', id: experiment_id, columns: [['experiments', 'stated_id']] as const };
    const brand_id = await brandOf(snapshot, position, sought, { brand_id: parameters.brand_id, ...options });
    const plans = await readPlans(snapshot, position, brand_id, experiment_id);
    const own = plans[0]!.design;
    const start_ms = Math.min(...plans.map(({ design }) => design.start_ms - design.before_days * MS_PER_DAY));
    const period = { start: formatInstant(own.start_ms), end: formatInstant(own.end_ms) };
    const resolved = await resolveParameters(
      snapshot,
      context,
      { ...parameters, ...period },
      {
        ...options,
        brand_ids: [brand_id],
        extra: { report: 'experiment', experiment_id, analysis_version: ANALYSIS_VERSION },
      },
    );
    const [brand] = resolved.plan.brands;
    // Refunds count whenever they come, so the plan has no end.
    const all = allTime(resolved.plan);
    const plan: Plan = {
      ...all,
      adjustments: 'own_day',
      brands: [{ ...brand!, start_ms, end_ms: all.brands[0]!.end_ms }],
    };
    return answerOnce(context, resolved, '', () => answer(snapshot, context, { ...resolved, plan }, plans));
  }, readOptions(context));
}

async function answer(
  snapshot: Snapshot,
  context: ReportContext,
  resolved: Resolved,
  plans: readonly Planned[],
): Promise<ReportJson> {
  const { plan } = resolved;
  const { without_rate } = await makeOrdersAndEvents(snapshot, plan, context.directory, 'kept');
  await makeOrderValues(snapshot, without_rate);
  const { design, stop } = plans[0]!;
  const known_ms = await knownUntil(snapshot, plan, design.brand_id);
  const read: PooledExperiment[] = [];
  for (const [no, planned] of plans.entries())
    read.push({
      design: planned.design,
      arms: await readArms(snapshot, plan, endedDesign(planned), no, known_ms),
    });
  const { arms } = read[0]!;
  const [control, ...others] = arms as [ArmFacts, ...ArmFacts[]];
  const looking = { design, alpha: alphaOf(design) };
  const effects = others.flatMap((arm) => METRICS.flatMap((metric) => effectOf(control, arm, metric, looking) ?? []));
  const shares = design.arms.map(({ parts }) => parts);
  const sample_ratio_chance = sampleRatioChance(
    arms.map(({ people }) => people),
    shares,
  );
  const was_stopped = stop !== null;
  const is_over = was_stopped || known_ms >= design.end_ms;
  const said = { currency: plan.currency, time_zone: plan.brands[0]!.settings.time_zone };
  const people = arms.reduce((sum, arm) => sum + arm.people, 0);
  return {
    ...reportHead(resolved, context.clock()),
    ...headOf(design),
    stopped_at: stop === null ? null : formatInstant(stop.at_ms),
    stop_reason: stop === null ? null : stop.reason,
    known_until: formatInstant(known_ms),
    is_over,
    planned_people: design.planned_people,
    people,
    confidence: 1 - looking.alpha,
    sample_ratio_chance,
    arms: arms.map((arm, i) => armRow(arm, shares[i]! / SHARE_PARTS, people)),
    conclusions: others.map((own) => {
      const { arm } = own;
      const effect = effects.find((one) => one.arm === arm && one.metric === design.metric) ?? null;
      const conclusion = concludes({
        design,
        sample_ratio_chance,
        is_over,
        was_stopped,
        has_enough: hasEnough(control, own, design.metric),
        is_priced: isPriced([control, own], design.metric),
        effect,
      });
      const sentence = sentenceOf({
        ...{ ...said, design, conclusion, is_over, was_stopped, effect },
        known_ms: stop === null ? known_ms : stop.at_ms,
      });
      return { arm, conclusion, stop_rule: stopRule(conclusion, design.metric), sentence };
    }),
    effects: effects.map(effectRow),
    pooled: design.pool === null ? null : pooledEffects(design.pool, read, { ...said, known_ms }),
    warnings: [
      ...(without_rate === null ? [] : await unpricedWarnings(snapshot, plan, plans.map(endedDesign))),
      ...warningsOf(arms, { chance: sample_ratio_chance, strays: await countStrays(snapshot, design, 0) }, plans[0]!),
    ],
  };
}

const headOf = (design: Design): ReportJson => ({
  experiment_id: design.experiment_id,
  brand_id: design.brand_id,
  name: design.name,
  scope: design.scope,
  campaign_id: design.campaign_id,
  channel: design.channel,
  metric: design.metric,
  control: design.control,
  analysis_version: ANALYSIS_VERSION,
  starts_at: formatInstant(design.start_ms),
  ends_at: formatInstant(design.end_ms),
});

function armRow(own: ArmFacts, share: number, all: number): ReportJson {
  const { arm, people, exposed, crossed, sums, unpriced, unpriced_before } = own;
  const known = (micros: bigint): bigint | null => (unpriced === 0 ? micros : null);
  return {
    arm,
    share,
    people,
    expected_people: all * share,
    exposed_people: exposed,
    crossed_people: crossed,
    converted_people: Number(sums.converted),
    orders: Number(sums.orders),
    ...moneyOrNull('gross_revenue', known(sums.gross)),
    ...moneyOrNull('refunds', known(sums.refunds)),
    ...moneyOrNull('net_revenue', known(sums.net)),
    ...moneyOrNull('net_revenue_before', unpriced_before === 0 ? sums.before : null),
  };
}

function effectRow({
  arm,
  metric,
  control,
  treated,
  fixed,
  always_valid,
  relative,
  posterior,
  adjusted,
}: Effect): ReportJson {
  return {
    arm,
    metric,
    control,
    treated,
    difference: fixed.difference,
    ...fixed.interval,
    chance: fixed.chance,
    always_valid_low: always_valid.low,
    always_valid_high: always_valid.high,
    lift: relative?.lift ?? null,
    lift_low: relative?.interval.low ?? null,
    lift_high: relative?.interval.high ?? null,
    chance_higher: posterior?.higher ?? null,
    credible_low: posterior?.interval.low ?? null,
    credible_high: posterior?.interval.high ?? null,
    adjusted_difference: adjusted?.difference ?? null,
    adjusted_low: adjusted?.interval.low ?? null,
    adjusted_high: adjusted?.interval.high ?? null,
    variance_reduction: adjusted?.variance_reduction ?? null,
  };
}

function warningsOf(
  arms: readonly ArmFacts[],
  { chance, strays }: { chance: number; strays: number },
  { changed_after }: Planned,
): Warning[] {
  const sum = (of: (arm: ArmFacts) => number): number => arms.reduce((all, arm) => all + of(arm), 0);
  const [control] = arms as [ArmFacts];
  const found: Warning[] = [
    {
      code: 'sample_ratio',
      count: chance < SAMPLE_RATIO_ALARM ? 1 : 0,
      message: 'the arms do not have the shares of the plan; the result must not be used',
    },
    {
      code: 'crossed_people',
      count: sum(({ crossed }) => crossed),
      message: 'people had ids in several arms; they count in the arm of their first assignment',
    },
    {
      code: 'exposed_control',
      count: control.exposed,
      message: `people of the arm ${control.arm} have an exposure; if they were treated, the difference is too small`,
    },
    {
      code: 'unknown_arm',
      count: strays,
      message:
        'people were assigned to an arm that the plan does not have, and count in none; send assignments with the arms of the plan',
    },
    {
      code: 'plan_changed',
      count: changed_after,
      message:
        'plans were sent after the first assignment and changed more than the name; the plan of the first assignment counts',
    },
  ];
  return found.filter(({ count }) => count > 0);
}

export const experiment = defineReport({
  name: 'experiment',
  command: null,
  path: '/v1/experiments/:experiment_id',
  path_parameters: { experiment_id: 'The id of the experiment' },
  summary: 'The result of an experiment',
  description:
    'What each arm brought more than the control: everyone counts in the arm of their first assignment, whether or not they got or opened an email. Fixed, always-valid, Bayesian and adjusted intervals, the sample-ratio alarm, and the rule for stopping.',
  parameters: ExperimentParameters,
  result: ExperimentResult,
  main_table: { rows: 'effects' },
  explain: EXPERIMENT_MEANINGS,
  run: (context, { experiment_id, ...parameters }, asker) =>
    experimentReport(context, experiment_id, parameters, asker),
});
