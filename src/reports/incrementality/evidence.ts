/** What each experiment of a brand says was caused, and what models credit to the same campaign, people and time. */
import { creditedTouches } from '../../attribution/credits.ts';
import { MICRO_CONVERSIONS, type Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { type Design, SHARE_PARTS } from '../../domain/experiment.ts';
import { dayText } from '../../domain/time.ts';
import { sampleRatioChance } from '../../learning/sample-ratio.ts';
import type { Parameter, Snapshot } from '../../warehouse/port.ts';
import { read } from '../../warehouse/read-row.ts';
import { numbered } from '../../warehouse/relation.ts';
import { SAMPLE_RATIO_ALARM } from '../experiments/decide.ts';
import type { Planned } from '../experiments/plans.ts';
import { knownUntil, makeOrderValues, readArms, untilSql } from '../experiments/read-arms.ts';
import { OUTCOMES, PEOPLE } from '../experiments/relations.ts';
import { HOLDOUT, type Lift, liftIsKnown, liftOf } from './lift.ts';
import { COUNTED_TOUCHES } from './relations.ts';

/** What a model credits. */
export interface Credited {
  orders: number;
  micros: bigint;
}

/** The people whom a campaign or channel reached, and how often. */
export interface Reach {
  touches: number;
  /** People with at least one touch. */
  reached: number;
  /** Those of them with net revenue in the days before. */
  returned: number;
}

export interface Evidence extends Reach {
  design: Design;
  /** Null where the experiment says nothing about what was caused; `refused` then says why. */
  lift: Lift | null;
  refused: string | null;
  /** By model of the plan; of treated people in the time in which their orders count. */
  credited: Credited[];
}

const NO_REACH: Reach = { touches: 0, reached: 0, returned: 0 };

/**
 * Reads the evidence of experiments. Run makeOrdersAndEvents (or attribute) and makeCountedTouches before it.
 * @param query the credits; null to read none.
 */
export async function readEvidence(
  snapshot: Snapshot,
  plan: Plan,
  plans: readonly Planned[],
  query: Attribution | null,
): Promise<Evidence[]> {
  if (plans.length === 0) return [];
  await makeOrderValues(snapshot, null);
  const known = new Map<string, number>();
  for (const {
    design: { brand_id },
  } of plans)
    if (!known.has(brand_id)) known.set(brand_id, await knownUntil(snapshot, plan, brand_id));
  const found: Evidence[] = [];
  for (const [no, { design, stop }] of plans.entries()) {
    const refused = stop === null ? refusalOf(plan, design, known.get(design.brand_id)!) : STOPPED;
    found.push(
      refused === null
        ? await readOne(snapshot, plan, design, no, query)
        : { design, lift: null, refused, credited: [], ...NO_REACH },
    );
  }
  return found;
}

/** Whoever stops an experiment can see its result, and stops it when the difference is large. */
const STOPPED = 'it was stopped before its end, so its difference is likely too large';

/** The time zone of a brand of the plan. */
export const zoneOf = ({ brands }: Plan, brand_id: string): string =>
  brands.find((brand) => brand.brand_id === brand_id)!.settings.time_zone;

/** Why a plan alone says that there is no lift to read. */
function refusalOf(plan: Plan, design: Design, known_ms: number): string | null {
  const { scope, campaign_id, control, end_ms } = design;
  if (scope !== 'global' && scope !== 'channel' && campaign_id === null)
    return `its plan names no campaign_id, so nobody can tell which ${scope} it is about`;
  if (control !== HOLDOUT)
    return `its control is ${control} and not ${HOLDOUT}, so it compares treatments and says nothing about having none`;
  if (known_ms < end_ms) return `it runs until ${dayText(zoneOf(plan, design.brand_id), end_ms)}`;
  return null;
}

async function readOne(
  snapshot: Snapshot,
  plan: Plan,
  design: Design,
  no: number,
  query: Attribution | null,
): Promise<Evidence> {
  const arms = await readArms(snapshot, plan, design, no);
  const refused = refusalOfArms(design, arms);
  if (refused !== null) return { design, lift: null, refused, credited: [], ...NO_REACH };
  return {
    design,
    lift: liftOf(design, arms),
    refused: null,
    credited: query === null ? [] : await readCredited(snapshot, plan, design, no, query),
    ...(await readReach(snapshot, design, no)),
  };
}

function refusalOfArms({ arms }: Design, facts: Parameters<typeof liftIsKnown>[0]): string | null {
  const chance = sampleRatioChance(
    facts.map(({ people }) => people),
    arms.map(({ parts }) => parts / SHARE_PARTS),
  );
  if (chance < SAMPLE_RATIO_ALARM) return 'its arms do not have the shares of the plan';
  return liftIsKnown(facts) ? null : 'it has too few people or orders for a result';
}

/** SQL that is true for touches of what an experiment is about. */
export function targetOf(
  { scope, campaign_id, channel }: Design,
  alias: string,
): { sql: string; parameters: Record<string, Parameter> } {
  if (scope === 'global') return { sql: `${alias}.is_email = 1`, parameters: {} };
  if (scope === 'channel') return { sql: `${alias}.channel = $channel`, parameters: { channel: channel! } };
  return { sql: `${alias}.campaign_id = $campaign_id`, parameters: { campaign_id: campaign_id! } };
}

/** The sums of credited micros and millionths of orders of each model. */
export const creditSums = ({ models }: Plan): string =>
  models
    .map(
      (_, i) =>
        `text128(coalesce(sum128(c.c${i}), int128(0))) as c${i}, text128(coalesce(sum128(c.m${i}), int128(0))) as m${i}`,
    )
    .join(', ');

export function creditedOf({ models }: Plan, row: Parameters<typeof read>[0]): Credited[] {
  return models.map((_, i) => {
    const { [`c${i}`]: micros, [`m${i}`]: millionths } = read(row, { [`c${i}`]: 'bigint', [`m${i}`]: 'bigint' });
    return { micros: micros as bigint, orders: Number(millionths) / Number(MICRO_CONVERSIONS) };
  });
}

async function readCredited(
  snapshot: Snapshot,
  plan: Plan,
  design: Design,
  no: number,
  query: Attribution,
): Promise<Credited[]> {
  const target = targetOf(design, 't');
  const [row] = await snapshot.query(
    `select ${creditSums(plan)} from ${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no
       join ${numbered(PEOPLE, no).name} p on p.person_key = o.person_key
     where p.arm <> $control and o.at_ms >= p.at_ms and o.at_ms < ${untilSql(design)} and ${target.sql}`,
    { ...target.parameters, control: design.control },
  );
  return creditedOf(plan, row);
}

const REACH = { touches: 'number', reached: 'number', returned: 'number' } as const;

async function readReach(snapshot: Snapshot, design: Design, no: number): Promise<Reach> {
  const target = targetOf(design, 'c');
  const [row] = await snapshot.query(
    `select count(*) as touches, count(distinct c.person_key) as reached,
       count(distinct case when u.before > int128(0) then c.person_key end) as returned
     from ${COUNTED_TOUCHES.name} c join ${numbered(PEOPLE, no).name} p on p.person_key = c.person_key
       join ${numbered(OUTCOMES, no).name} u on u.person_key = c.person_key
     where p.arm <> $control and c.at_ms >= p.at_ms and c.at_ms < ${untilSql(design)} and ${target.sql}`,
    { ...target.parameters, control: design.control },
  );
  return read(row, REACH);
}
