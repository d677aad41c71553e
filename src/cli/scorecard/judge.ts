/** Scores every model on one causal world: sends the events, fits, asks for reports, and compares them with the truth. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RULE_MODEL_NAMES } from '../../attribution/models.ts';
import { makeConfig } from '../../config.ts';
import type { RecordName } from '../../domain/index.ts';
import type { Naming } from '../../models/grain.ts';
import { FIT_DEFAULTS, type HazardFamily } from '../../models/settings.ts';
import { claimHazard } from '../../models/training/train-hazard.ts';
import { simulateCausal } from '../../simulation/causal/events.ts';
import { toHistories } from '../../simulation/causal/histories.ts';
import type { CausalOptions } from '../../simulation/causal/setup.ts';
import type { CausalTruth } from '../../simulation/causal/truth.ts';
import { causalWorld, setupOf } from '../../simulation/causal/world.ts';
import { type Claim, type Score, scoreClaim } from '../../simulation/scoring.ts';
import type { Client, Json } from '../client.ts';
import type { Openers } from '../connect.ts';
import type { Io } from '../io.ts';
import { LocalClient } from '../local-client.ts';
import { calibratedClaim, type Measured, measuredIn, pieClaim, withHoldouts } from './holdouts.ts';

export interface Judged {
  family: string;
  seed: number;
  truth: CausalTruth;
  /** Scores by model. A fitted model appears twice: with the totals of its fit, and with its credit in reports. */
  scores: Record<string, Score>;
  /** Models that failed their gate, with the failed checks. */
  refused: Record<string, string[]>;
  /** What the holdouts of the world measured; empty without any. */
  measured: readonly Measured[];
}

export interface JudgeOptions {
  /** Bootstrap draws for the intervals of fitted models. */
  draws: number;
  seed: number;
  /** Families of hazard models to fit. The first is reported as `algorithmic`. */
  families: readonly string[];
  /** The part of people who are held out of each channel; 0 for no experiments. */
  holdout: number;
}

const ITEMS = 1_000;
/** The fit after holdouts. */
const CALIBRATED = 'algorithmic_calibrated';

/** Is added to the name of a model whose touches keep all of their credit, to compare. */
const WITHOUT_FLOW_BACK = ' without flow-back';

/** @param onPhase is called with the name of each phase. */
export async function judgeWorld(
  io: Io,
  open: Openers,
  asked: CausalOptions,
  options: JudgeOptions,
  onPhase: (phase: string) => void = () => {},
): Promise<Judged> {
  const world = withHoldouts(asked, options.holdout);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-scorecard-'));
  const tributary = await open.openTributary({ folder, config: makeConfig({}), clock: () => world.end_ms });
  const client = await LocalClient.open(tributary, io);
  try {
    onPhase('loading');
    const truth = await load(client, world);
    const claims: Record<string, Claim> = {};
    const refused: Record<string, string[]> = {};
    const period = { start: truth.start, end: truth.end };
    onPhase('rules');
    Object.assign(claims, await claimsOf(client, period, RULE_MODEL_NAMES));
    for (const fit of fitsOf(options)) {
      onPhase(`fit ${fit.name}`);
      const card = await client.post('/v1/models', fit.request);
      claims[`${fit.name}, fit${fit.ending ?? ''}`] = claimOfFit(card);
      if (!card.passed)
        refused[fit.name + (fit.ending ?? '')] = card.gate.checks
          .filter((c: Json) => !c.passed)
          .map((c: Json) => c.message);
      else Object.assign(claims, await reportClaims(client, period, fit, card));
    }
    const scores = Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, scoreClaim(claim, truth)]));
    return { family: world.family, seed: world.seed, truth, scores, refused, measured: [] };
  } finally {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Scores only the fit of the algorithmic model, on the histories of a world, without log, rules and gate. */
export function judgeFit(world: CausalOptions, { draws, seed, families, holdout }: JudgeOptions): Judged {
  const made = causalWorld(withHoldouts(world, holdout));
  const orders = made.truth.conversions;
  let measured: readonly Measured[] = [];
  const histories = toHistories(made, 'type');
  const naming: Naming = { grain: 'channel_and_type', split_views: [] };
  const scores = families.flatMap((family, i): [string, Score][] => {
    const options = { ...FIT_DEFAULTS, family: family as HazardFamily, draws, seed };
    const { claims, without_flow_back, alone } = claimHazard(histories, naming, options);
    const of_fit: [string, Score][] = [
      [family, scoreClaim(claimOfFit(claims), made.truth)],
      [family + WITHOUT_FLOW_BACK, scoreClaim(claimOfFit(without_flow_back), made.truth)],
    ];
    if (holdout === 0 || i > 0) return of_fit;
    measured = measuredIn(made, claims.channels, orders);
    const lost = alone();
    const with_alone = claims.channels.map((claim) => ({ ...claim, alone: lost.get(claim.channel)! }));
    const calibrated = calibratedClaim(with_alone, measured, { ...options, orders });
    return [...of_fit, [CALIBRATED, scoreClaim(calibrated, made.truth)]];
  });
  return {
    family: world.family,
    seed: world.seed,
    truth: made.truth,
    scores: Object.fromEntries(scores),
    refused: {},
    measured,
  };
}

/** Adds the score of PIE to worlds with holdouts: each is predicted from the experiments of the other worlds of its family. */
export function judgePie(judged: readonly Judged[]): void {
  for (const world of judged) {
    const others = judged.filter((one) => one !== world && one.family === world.family);
    const claim = pieClaim(
      world.measured,
      others.flatMap(({ measured }) => measured),
      world.truth.conversions,
    );
    if (claim !== null && world.measured.length > 0) world.scores['PIE'] = scoreClaim(claim, world.truth);
  }
}

async function load(client: Client, world: CausalOptions): Promise<CausalTruth> {
  const waiting = new Map<RecordName, unknown[]>();
  const send = async (record: RecordName, items: unknown[]): Promise<void> => {
    const { rejected } = await client.send(record, items);
    if (rejected.length > 0)
      throw new Error(`the world has a record of ${record} that is refused: ${JSON.stringify(rejected[0])}`);
  };
  const records = simulateCausal(setupOf(world));
  for (;;) {
    const next = records.next();
    if (next.done) {
      for (const [record, items] of waiting) if (items.length > 0) await send(record, items);
      await client.flush();
      return next.value;
    }
    const items = waiting.get(next.value.record) ?? [];
    waiting.set(next.value.record, items);
    items.push(next.value.event);
    if (items.length === ITEMS) await send(next.value.record, items.splice(0));
  }
}

interface Fit {
  /** Its name in the table. */
  name: string;
  request: Record<string, unknown>;
  /** The models of reports that use the fit. */
  models: string[];
  /** Is added to the names of its rows. */
  ending?: string;
}

function fitsOf({ draws, seed, families, holdout }: JudgeOptions): Fit[] {
  const common = { draws, seed };
  return [
    { name: 'markov', request: { model: 'markov', ...common }, models: ['data_driven'] },
    { name: 'shapley', request: { model: 'shapley', ...common }, models: [] },
    ...families.flatMap((family, i) => {
      const fit = {
        name: i === 0 ? 'algorithmic' : family,
        request: { model: 'algorithmic', family, ...common },
        models: ['algorithmic', 'algorithmic_incremental'],
      };
      const without = { ...fit, request: { ...fit.request, flow_back: 'off' }, ending: WITHOUT_FLOW_BACK };
      return i === 0 ? [fit, without] : [fit];
    }),
    ...(holdout === 0 ? [] : [{ name: CALIBRATED, request: { model: CALIBRATED, ...common }, models: [CALIBRATED] }]),
  ];
}

/** The credit of models in reports: revenue by channel and campaign, with intervals over people. */
async function claimsOf(
  client: Client,
  period: { start: string; end: string },
  models: readonly string[],
  artifact?: string,
): Promise<Record<string, Claim>> {
  const query = { ...period, models: models.join(','), ...(artifact === undefined ? {} : { artifact }) };
  const channels = await client.get('/v1/reports/models', { ...query, group_by: 'channel' });
  const campaigns = await client.get('/v1/reports/attribution', { ...query, group_by: 'campaign_id' });
  return Object.fromEntries(
    models.map((model) => {
      const rows = channels.groups.map((row: Json) => [row.channel, row.models[model]]);
      const of = (value: (cell: Json) => unknown) =>
        Object.fromEntries(rows.map(([name, cell]: [string, Json]) => [name, value(cell)]));
      return [
        model,
        {
          channels: of((cell) => Number(cell.attributed_revenue)),
          campaigns: Object.fromEntries(
            campaigns.models[model].channel_attribution.map((row: Json) => [
              row.campaign_id ?? '–',
              Number(row.attributed_revenue),
            ]),
          ),
          intervals: of((cell) => ({ low: cell.share_low, high: cell.share_high })),
          incremental_fraction:
            Number(campaigns.models[model].summary.total_attributed_revenue) /
            Number(campaigns.models[model].summary.total_revenue),
        },
      ];
    }),
  );
}

async function reportClaims(
  client: Client,
  period: { start: string; end: string },
  fit: Fit,
  card: Json,
): Promise<Record<string, Claim>> {
  if (fit.models.length === 0) return {};
  const claims = await claimsOf(client, period, fit.models, card.artifact_id);
  return Object.fromEntries(
    Object.entries(claims).map(([model, claim]) => [
      (model === fit.name ? model : model.replace('algorithmic', fit.name)) + (fit.ending ?? ''),
      claim,
    ]),
  );
}

/** The channel totals of a fit, before any path is credited. */
function claimOfFit(card: Json): Claim {
  const rows: [string, Json][] = card.channels.map((row: Json) => [row.channel, row]);
  const bounded = rows.filter(([, row]) => row.share_low !== undefined);
  return {
    channels: Object.fromEntries(rows.map(([name, row]) => [name, Math.max(0, row.share)])),
    ...(card.incremental_fraction === undefined ? {} : { incremental_fraction: card.incremental_fraction }),
    ...(bounded.length === 0
      ? {}
      : {
          intervals: Object.fromEntries(
            bounded.map(([name, row]) => [name, { low: row.share_low, high: row.share_high }]),
          ),
        }),
  };
}
