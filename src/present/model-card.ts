/** The card of a fitted model as a page of text. */

import type { Check } from '../models/gate.ts';
import type { ReportJson } from '../reports/context.ts';
import { isObject, isTable, words } from './any.ts';
import { line } from './clip.ts';
import { NOTHING, number, pairs, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

/** A card as a page of text. */
export function cardText(card: ReportJson): string {
  const gate = card['gate'] as { passed: boolean; checks: Check[] };
  const verdict = gate.passed
    ? 'passed its gate: reports may use it (`tributary models list` says whether they do)'
    : 'did not pass its gate: reports do not use it';
  const parts = [
    line`\n${card['attribution_model']} · ${card['family']} · ${card['artifact_id']}\n${verdict}\n`,
    section('Fitted on', { ...(card['data'] as Row), as_of: card['as_of'], brands: card['brands'] }),
    section('Settings', card['settings'] as Row),
    section('Metrics', flat(card['metrics'] as Row)),
    tables(card['metrics'] as Row),
    `\nChannels\n${rowsTable(card['channels'] as Row[])}`,
    ...flowsPart(card['flows']),
    `\nGate\n${checksTable(gate.checks)}`,
    ...(card['warnings'] as string[]).map((warning) => line`\nwarning: ${warning}\n`),
    `\nLimits\n${(card['limits'] as string[]).map((limit) => line`  · ${limit}\n`).join('')}`,
  ];
  return parts.join('');
}

/** Which channels bring which. Left out where the fit has no flows. */
function flowsPart(flows: unknown): string[] {
  return isTable(flows)
    ? [`\nFlows: the share of the touches of one channel that another one brought\n${rowsTable(flows)}`]
    : [];
}

function section(title: string, values: Row): string {
  const rows = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return rows.length === 0 ? '' : `\n${title}\n${pairs(rows.map(([name, value]) => [words(name), text(name, value)]))}`;
}

/** All values but tables. The name of a nested value is its path. */
function flat(values: Row): Row {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
      if (Array.isArray(value) && value.some(isObject)) return [];
      return isObject(value)
        ? Object.entries(value)
            .filter(([, inner]) => !Array.isArray(inner))
            .map(([inner, v]) => [`${name} ${inner}`, v])
        : [[name, value]];
    }),
  );
}

/** The tables among the metrics, such as the calibration table. */
function tables(values: Row): string {
  return Object.entries(values)
    .flatMap(([name, value]): [string, unknown][] =>
      isObject(value) ? Object.entries(value).map(([inner, v]) => [`${name} ${inner}`, v]) : [[name, value]],
    )
    .filter((entry): entry is [string, Row[]] => isTable(entry[1]))
    .map(([name, rows]) => line`\n${words(name)}\n` + rowsTable(rows))
    .join('');
}

function rowsTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => ({
    name: words(name),
    right: rows.some((row) => typeof row[name] === 'number'),
  }));
  return textTable(
    columns,
    rows.map((row) => names.map((name) => text(name, row[name]))),
  );
}

function checksTable(checks: readonly Check[]): string {
  return textTable(
    [{ name: '' }, { name: 'check' }, { name: 'value', right: true }, { name: 'required' }],
    checks.map(({ check, value, required, passed }) => [passed ? 'ok' : 'NO', words(check), text('', value), required]),
  );
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number') {
    if (/^incremental$|(^|_)(share|fraction|probability|low|high|effect)(_|$)/.test(name)) return percent(value);
    return Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(5)));
  }
  if (Array.isArray(value)) return value.join(', ');
  return value === null || value === undefined
    ? NOTHING
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}
