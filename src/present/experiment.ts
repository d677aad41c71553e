/** The result of an experiment on a terminal: the dated sentence and what it allows, then arms and measures. */
import type { ReportJson } from '../reports/context.ts';
import { tableOf } from './any.ts';
import { line } from './clip.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { moneyText, number, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showExperiment(report: ReportJson, limit: number): string {
  const rows = (name: string): Row[] => report[name] as Row[];
  const said = rows('conclusions').map(
    ({ sentence, stop_rule, conclusion, arm }) => line`${sentence}\n${arm}: ${words(conclusion)}. ${stop_rule}\n`,
  );
  const stopped =
    report['stopped_at'] === null ? '' : line`Stopped at ${report['stopped_at']}: ${report['stop_reason']}\n`;
  const size = line`${number(report['people'])} of ${number(report['planned_people'])} planned people; chance of such shares ${percent(report['sample_ratio_chance'])}; analysis version ${report['analysis_version']}\n`;
  return (
    reportTitle(`Experiment ${report['name']}`, report) +
    said.join('') +
    stopped +
    size +
    `\n${armsTable(rows('arms'))}` +
    `\n${effectsTable(report)}` +
    pooledText(report, limit) +
    reportWarnings(report)
  );
}

const words = (name: unknown): string => String(name).replaceAll('_', ' ');

function armsTable(arms: readonly Row[]): string {
  const names = ['people', 'expected', 'who ordered', 'orders', 'net revenue', 'refunds'];
  return textTable(
    [{ name: 'arm' }, ...names.map((name) => ({ name, right: true }))],
    arms.map((arm) => [
      String(arm['arm']),
      number(arm['people']),
      number(arm['expected_people']),
      number(arm['converted_people']),
      number(arm['orders']),
      moneyText(arm['net_revenue']),
      moneyText(arm['refunds']),
    ]),
  );
}

/** Rates in per cent, other measures as they are. */
const shown = (metric: unknown, value: unknown): string =>
  metric === 'conversion_rate' || metric === 'refund_rate'
    ? `${number((value as number) * 100, 2)} %`
    : number(value, 4);

/** The interval that decides: of a running or stopped experiment the one that holds at every look. */
function effectsTable(report: ReportJson): string {
  const at_end = report['is_over'] === true && report['stopped_at'] === null;
  const prefix = at_end ? '' : 'always_valid_';
  const names = [String(report['control']), 'arm value', 'difference', 'from', 'to', 'lift'];
  return textTable(
    [{ name: 'arm' }, { name: 'measure' }, ...names.map((name) => ({ name, right: true }))],
    (report['effects'] as Row[]).map((effect) => {
      const { metric } = effect;
      const cells = ['control', 'treated', 'difference', `${prefix}low`, `${prefix}high`];
      const lift = effect['lift'] === null ? '–' : percent(effect['lift']);
      return [String(effect['arm']), words(metric), ...cells.map((name) => shown(metric, effect[name])), lift];
    }),
  );
}

function pooledText(report: ReportJson, limit: number): string {
  const pooled = report['pooled'] as Row | null;
  if (pooled === null) return '';
  const sentences = (pooled['sentences'] as Row[]).map(({ sentence }) => line`${sentence}\n`).join('');
  const wanted = ['arm', 'metric', 'difference', 'always_valid_low', 'always_valid_high'];
  return `\n${sentences}\n${tableOf(pooled['effects'] as Row[], limit, wanted)}`;
}
