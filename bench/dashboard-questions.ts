/** What the clients of the dashboards ask: reports of different periods, models, groups and lookbacks. */
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { Random } from '../src/domain/random.ts';

/** The part of the questions that come from a list that all clients share. The others are drawn by each client. */
export const SHARED_PART = 0.4;

const GROUPS = [
  'channel',
  'campaign_id',
  'email_id',
  'channel,campaign_id',
  'channel,day',
  'device_type',
  'touchpoint_type',
];
const DAYS = [1, 7, 14, 30, 90];
const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2025, 0, 1);

type Question = Record<string, string>;

/** The questions of a list that everybody has on the wall, or one of the client's own. */
export function drawFromWallOrOwn(random: Random): Question {
  if (random.unit() >= SHARED_PART) return drawQuestion(random);
  return drawQuestion(new Random(12, 'wall', Math.floor(random.between(0, 6))));
}

function drawQuestion(random: Random): Question {
  const days = one(DAYS, random);
  const start_ms = FIRST_MS + Math.floor(random.between(0, 366 - days)) * DAY_MS;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const models = random.unit() < 0.5 ? RULE_MODEL_NAMES : [one(RULE_MODEL_NAMES, random)];
  return {
    start: day(start_ms),
    end: day(start_ms + days * DAY_MS),
    models: models.join(','),
    group_by: one(GROUPS, random),
    lookback: random.unit() < 0.8 ? 'full' : 'since_previous_conversion',
  };
}

function one<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random.between(0, values.length))]!;
}
