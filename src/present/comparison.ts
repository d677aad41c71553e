/** The comparison of a frozen run with today's answer on a terminal. The causes of each line add up to its difference. */
import type { ReportJson } from '../reports/context.ts';
import { words } from './any.ts';
import { line } from './clip.ts';
import { more, reportTitle } from './head.ts';
import { exactDecimals, money, NOTHING, textTable } from './table.ts';

interface Line {
  frozen_micros: string;
  today_micros: string;
  difference_micros: string;
  causes_micros: Record<string, string>;
}

export function showComparison(report: ReportJson, limit: number): string {
  const group_by = String(report['group_by']);
  const groups = report['groups'] as (Line & Record<string, unknown>)[];
  const unattributed = (report['unattributed'] as (Line & { reason: string })[]).filter(
    (line) => line.frozen_micros !== '0' || line.today_micros !== '0',
  );
  const totals = Object.entries(report['totals'] as Record<string, Line>);
  const named: [string, Line][] = [
    ...groups.slice(0, limit).map((line): [string, Line] => [String(line[group_by] ?? NOTHING), line]),
    ...unattributed.map((line): [string, Line] => [`unattributed: ${line.reason}`, line]),
  ];
  const sums = totals.map(([name, line]): [string, Line] => [words(name), line]);
  const moved = line`frozen at ${report['frozen_as_of']}${report['settings_changed'] ? ', settings have changed since' : ''}`;
  const lost = report['reproducible']
    ? ''
    : '\nwarning: the frozen state no longer gives the frozen numbers; the difference is under "other"\n';
  return (
    reportTitle(`Run ${report['run_id']}`, report) +
    `${moved}\n\n` +
    table(group_by, named, sums) +
    more(groups.length, limit) +
    lost
  );
}

function table(group_by: string, named: readonly [string, Line][], sums: readonly [string, Line][]): string {
  const lines = [...named, ...sums].map(([, line]) => line);
  const causes = Object.keys(lines[0]?.causes_micros ?? {}).filter((cause) =>
    lines.some((line) => line.causes_micros[cause] !== '0'),
  );
  const amounts = ([, line]: [string, Line]): string[] => [
    line.frozen_micros,
    ...causes.map((cause) => line.causes_micros[cause] ?? '0'),
    line.today_micros,
  ];
  const decimals = exactDecimals([...named, ...sums].flatMap(amounts));
  const cells = (row: [string, Line]): string[] => [row[0], ...amounts(row).map((micros) => money(micros, decimals))];
  const columns = [
    { name: group_by },
    ...['frozen', ...causes.map((cause) => `± ${cause}`), 'today'].map((name) => ({ name, right: true })),
  ];
  return textTable(columns, named.map(cells), sums.map(cells));
}
