/** The results of the faults: as a table, in bench/results/faults.json, and in docs/faults.md. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kept, type Outcome } from './harness.ts';
import { SCENARIOS } from './scenarios.ts';

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'bench/results/faults.json');
const PAGE = join(ROOT, 'docs/faults.md');

/** Puts new outcomes in the place of those that earlier runs had of the same faults, in the JSON and on the page. */
export function saveOutcomes(outcomes: readonly Outcome[]): void {
  const before: Outcome[] = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).outcomes : [];
  const by_fault = new Map([...before, ...outcomes].map((outcome) => [outcome.fault, outcome]));
  const all = SCENARIOS.flatMap(({ fault }) => by_fault.get(fault) ?? []);
  const broken = all.filter((outcome) => !kept(outcome)).length;
  mkdirSync(join(RESULTS, '..'), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ broken, outcomes: all }, null, 2)}\n`);
  const page = readFileSync(PAGE, 'utf8');
  const lines = all.map((outcome) => `    ${line(outcome)}`).join('\n');
  writeFileSync(PAGE, between(between(page, 'table', table(all)), 'lines', lines));
}

/** The page with new text between the two comments of that name. */
function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} of the last run -->`, `<!-- end of the ${name} -->`];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${PAGE} has no place for the ${name}`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

/** An outcome in one line. */
export function line(outcome: Outcome): string {
  return `${kept(outcome) ? 'kept  ' : 'BROKEN'} ${outcome.fault} (${outcome.seconds.toFixed(0)} s): ${outcome.note}`;
}

const HEAD = ['fault', 'acknowledged', 'found', 'damaged', 'lost', 'twice', 'refused (503)', 'to recover'];

/** The outcomes as a Markdown table that also reads well on a terminal. */
export function table(outcomes: readonly Outcome[]): string {
  const whole = (n: number): string => n.toLocaleString('en-US');
  const rows = outcomes.map((o) => [
    o.fault,
    ...[o.acknowledged, o.found, o.damaged, o.lost, o.twice, o.refused].map(whole),
    `${(o.recovery_ms / 1_000).toFixed(1)} s`,
  ]);
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(HEAD), line(rule), ...rows.map(line)].join('\n');
}
