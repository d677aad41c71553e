/** The commands `tributary experiments`: plan, create, assign, see results, and measure false alarms. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { METRICS, SCOPES, UNITS } from '../domain/experiment.ts';
import { MAX_ASSIGNED } from '../experiments/experiments.ts';
import { falseAlarms, MANY_LOOKS, ONE_LOOK } from '../experiments/false-alarms.ts';
import { neededPeople } from '../experiments/needed-people.ts';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { calibration } from '../reports/experiments/calibration/report.ts';
import { experiment } from '../reports/experiments/report.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, whole, withData } from './options.ts';
import { Progress } from './progress.ts';
import { addReport } from './report-commands.ts';
import { pathPart } from './requests.ts';
import { addOrder, linesOf } from './send-order-command.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
  brand?: string;
}

export function addExperimentCommands(program: Command, context: Context): void {
  const group = program
    .command('experiments')
    .description('Holdouts and A/B tests: what would not have happened without the emails');
  addPlan(group, context);
  addCreate(group, context);
  addList(group, context);
  addAssign(group, context);
  addOrder(group, context);
  addReport(group.command('show'), experiment, context);
  addReport(group.command('export'), calibration, context);
  addStop(group, context);
  addSimulate(group, context);
}

/** Reads a part: `10%` or `0.1`. */
function part(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (!(value > 0 && value < 10)) throw new InvalidArgumentError('Send a part such as 0.1 or 10%.');
  return value;
}

interface PlanOptions {
  rate: number;
  lift: number;
  holdout: number;
  alpha: number;
  power: number;
  peopleAWeek?: number;
  json?: boolean;
}

function addPlan(group: Command, { io }: Context): void {
  group
    .command('plan')
    .description('say how many people an experiment needs')
    .requiredOption('--rate <part>', 'part of people who order in the time of the experiment, such as 3%', part)
    .requiredOption('--lift <part>', 'the smallest rise that matters, such as 10%', part)
    .option('--holdout <part>', 'part of people in the control', part, 0.5)
    .option('--alpha <part>', 'chance of a false alarm', part, 0.05)
    .option('--power <part>', 'chance to see the rise if it is there', part, 0.8)
    .option('--people-a-week <n>', 'people who can be assigned in a week', whole(1, 1_000_000_000))
    .option('--json', 'print JSON')
    .action(({ rate, lift, holdout, alpha, power, peopleAWeek, json }: PlanOptions) => {
      if (rate * (1 + lift) >= 1)
        throw badRequest('--lift', 'makes the rate 100 % or more; send a smaller rate or lift');
      if (holdout >= 1 || alpha >= 0.5) throw badRequest('--holdout', 'and --alpha must be below 1 and 0.5');
      if (power <= 0.5 || power >= 1) throw badRequest('--power', 'must lie between 0.5 and 1');
      const needed = neededPeople({
        rate,
        lift,
        alpha,
        power,
        first_share: holdout,
        people_a_week: peopleAWeek ?? null,
      });
      if (json) printJson(io, needed);
      else io.out(`${needed.text}\n`);
    });
}

/** Reads `holdout=0.1,treated=0.9`. */
function arms(text: string): Record<string, number> {
  const pairs = text.split(',').map((one) => one.split('='));
  if (pairs.some((pair) => pair.length !== 2))
    throw new InvalidArgumentError('Send arms such as holdout=0.1,treated=0.9.');
  return Object.fromEntries(pairs.map(([name, share]) => [name!.trim(), Number(share)]));
}

function addCreate(group: Command, { io, open }: Context): void {
  const create = group
    .command('create')
    .description('send the plan of an experiment; a plan is frozen once somebody is assigned')
    .argument('<experiment_id>')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--starts-at <instant>', 'when it begins, such as 2026-03-01T00:00:00Z')
    .requiredOption('--ends-at <instant>', 'when it ends')
    .requiredOption('--planned-people <n>', 'people in all arms together', whole(2, 1_000_000_000))
    .option('--arms <shares>', 'the share of each arm', arms, { holdout: 0.5, treated: 0.5 })
    .option('--control <arm>', 'the arm that the others are compared with', 'holdout')
    .addOption(new Option('--scope <scope>', 'what it is about').choices(SCOPES).default('campaign'))
    .addOption(new Option('--unit <unit>', 'the id that is hashed').choices(UNITS))
    .addOption(new Option('--metric <metric>', 'the measure that decides').choices(METRICS))
    .option('--campaign <id>', 'the campaign or flow')
    .option('--channel <name>', 'the channel, with --scope channel')
    .option('--window-days <n>', 'orders count for so many days after the assignment', whole(1, 400))
    .option('--before-days <n>', 'days before the assignment that explain differences', whole(1, 400))
    .option('--alpha <part>', 'chance of a false alarm', part)
    .option('--pool <name>', 'experiments of one pool give one result together')
    .option('--brand <id>', 'the brand')
    .option('--json', 'print JSON');
  withData(create, io).action(async (experiment_id: string, options: JsonOption & Record<string, unknown>) => {
    const {
      name,
      startsAt,
      endsAt,
      plannedPeople,
      arms,
      control,
      scope,
      unit,
      metric,
      campaign,
      channel,
      windowDays,
      beforeDays,
      alpha,
      pool,
      brand,
    } = options;
    const body = {
      ...{
        experiment_id,
        name,
        starts_at: startsAt,
        ends_at: endsAt,
        planned_people: plannedPeople,
        arms,
        control,
        scope,
        unit,
      },
      ...{
        metric,
        campaign_id: campaign,
        channel,
        window_days: windowDays,
        before_days: beforeDays,
        alpha,
        pool,
        brand_id: brand,
      },
    };
    const answer = await withClient(io, open, options, (client) => client.post('/v1/experiments', body));
    if (answer.rejected.length > 0) throw badRequest(answer.rejected[0].field, answer.rejected[0].reason);
    if (options.json) printJson(io, answer);
    else if (Date.parse(String(endsAt)) <= io.clock())
      io.out(
        line`${experiment_id} is planned. It ended at ${endsAt}, so nobody can be assigned; send later times for an experiment that is to come\n`,
      );
    else io.out(line`${experiment_id} is planned; assign people with tributary experiments assign ${experiment_id}\n`);
  });
}

const LISTED = ['experiment_id', 'name', 'metric', 'planned_people', 'starts_at', 'ends_at', 'frozen_at', 'stopped_at'];

function addList(group: Command, { io, open }: Context): void {
  const list = group.command('list', { isDefault: true }).description('list the plans').option('--json', 'print JSON');
  withData(list, io).action(async (options: JsonOption) => {
    mustExist(options.data);
    const answer = await withClient(io, open, options, (client) => client.get('/v1/experiments'));
    if (options.json) printJson(io, answer);
    else if (answer.experiments.length === 0)
      io.out('no experiment is planned; begin with tributary experiments plan\n');
    else io.out(tableOf(answer.experiments, Number.POSITIVE_INFINITY, LISTED));
  });
}

function addStop(group: Command, { io, open }: Context): void {
  const stop = group
    .command('stop')
    .description('stop an experiment before its end, for good; the always-valid interval decides then')
    .argument('<experiment_id>')
    .requiredOption('--reason <text>', 'why; it stands beside the result')
    .option('--brand <id>', 'the brand')
    .option('--json', 'print JSON');
  withData(stop, io).action(async (experiment_id: string, options: JsonOption & { reason: string }) => {
    mustExist(options.data);
    const { reason, brand } = options;
    const path = `/v1/experiments/${pathPart('experiment_id', experiment_id)}/stop`;
    const body = { reason, ...(brand === undefined ? {} : { brand_id: brand }) };
    const answer = await withClient(io, open, options, (client) => client.post(path, body));
    if (options.json) printJson(io, answer);
    else io.out(line`${experiment_id} was stopped at ${answer.stopped_at}: ${answer.stop_reason}\n`);
  });
}

function addAssign(group: Command, { io, open }: Context): void {
  const assign = group
    .command('assign')
    .description('put people into arms; prints customer_id and arm, separated by a comma')
    .argument('<experiment_id>')
    .option('--customer <id>', 'one customer')
    .option('--file <file>', 'a send list: one customer_id a line')
    .option('--trial', 'write nothing and freeze nothing')
    .option('--brand <id>', 'the brand')
    .option('--json', 'print JSON');
  withData(assign, io).action(
    async (experiment_id: string, options: JsonOption & { customer?: string; file?: string; trial?: boolean }) => {
      mustExist(options.data);
      const { customer, file, trial, brand } = options;
      if ((customer === undefined) === (file === undefined))
        throw badRequest('--file', 'give either --file or --customer');
      const ids = customer === undefined ? linesOf(file!) : [customer];
      const path = `/v1/experiments/${pathPart('experiment_id', experiment_id)}/assign`;
      const found: Json[] = [];
      await withClient(io, open, options, async (client) => {
        for (let from = 0; from < ids.length; from += MAX_ASSIGNED) {
          const people = ids.slice(from, from + MAX_ASSIGNED).map((customer_id) => ({ customer_id }));
          const body = {
            people,
            ...(trial ? { trial: true } : {}),
            ...(brand === undefined ? {} : { brand_id: brand }),
          };
          found.push(...(await client.post(path, body)).assignments);
        }
      });
      const rows = found.map((one, i) => ({ customer_id: ids[i]!, ...one }));
      if (options.json) printJson(io, { experiment_id, assignments: rows });
      else
        io.out(
          rows
            .map(
              ({ customer_id, arm, held_out_by, refused }) =>
                `${customer_id},${arm ?? (refused ? `refused: ${refused.reason}` : `held out by ${held_out_by}`)}\n`,
            )
            .join(''),
        );
    },
  );
}

interface SimulateOptions {
  runs: number;
  people: number;
  looks: number;
  holdout: number;
  seed: number;
  json?: boolean;
}

function addSimulate(group: Command, { io }: Context): void {
  group
    .command('simulate')
    .description('measure how often chance alone looks like a difference, on experiments without any effect')
    .option('--runs <n>', 'experiments', whole(1, 100_000), 2_000)
    .option('--people <n>', 'people of each', whole(10, 10_000_000), 10_000)
    .option('--looks <n>', 'how often each is looked at', whole(1, 10_000), 100)
    .option('--holdout <part>', 'part of people in the control', part, 0.5)
    .option('--seed <n>', 'seed', whole(0, 4_294_967_295), 1)
    .option('--json', 'print JSON')
    .action(({ json, holdout, ...asked }: SimulateOptions) => {
      if (holdout >= 1) throw badRequest('--holdout', 'must be below 1');
      const progress = new Progress(io, 'simulating');
      const alarms = falseAlarms({ ...asked, first_share: holdout, alpha: 0.05 }, (done) =>
        progress.update(done / asked.runs, `${done} experiments`),
      );
      progress.clear();
      if (json) return printJson(io, { ...asked, alarms });
      const rows = (names: readonly (keyof typeof alarms)[], looks: number) =>
        names.map((interval) => ({ interval, looks, false_alarms: `${(alarms[interval] * 100).toFixed(2)} %` }));
      io.out(tableOf([...rows(ONE_LOOK, 1), ...rows(MANY_LOOKS, asked.looks)], Number.POSITIVE_INFINITY));
    });
}
