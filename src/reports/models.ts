/** Fitted models: which there are, which one reports use, and the card of each. */
import type { Artifact, Check, ListedArtifact } from '../attribution/artifacts/artifact.ts';
import { listArtifacts, readArtifact } from '../attribution/artifacts/artifact.ts';
import { TributaryError } from '../domain/errors.ts';
import { formatInstant } from '../domain/time.ts';
import type { ReportContext, ReportJson } from './parameters.ts';
import { number, pairs, percent, textTable } from './table.ts';

/** The artifacts that the key may see, newest first. One of several brands needs a key for all of them. */
export async function listModels(
  context: ReportContext,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const all = await context.warehouse.read(listArtifacts);
  const seen = all.filter((artifact) => mayRead(artifact, options.key_brand_id));
  const in_use = new Set<string>();
  const decided = new Set<string>();
  for (const { artifact_id, model, brands, card } of seen) {
    const slot = JSON.stringify([model, brands]);
    if (!card.gate.passed || decided.has(slot)) continue;
    decided.add(slot);
    in_use.add(artifact_id);
  }
  return {
    models: seen.map((artifact) => ({
      artifact_id: artifact.artifact_id,
      attribution_model: artifact.model,
      family: artifact.family,
      brands: artifact.brands,
      passed: artifact.card.gate.passed,
      in_use: in_use.has(artifact.artifact_id),
      created_at: formatInstant(artifact.created_ms),
      training_ms: artifact.training_ms,
      as_of: artifact.as_of,
      lacks: failed(artifact.card.gate.checks)
        .map(({ message }) => message.replace(/\.$/, ''))
        .join('; '),
    })),
  };
}

const failed = (checks: readonly Check[]): Check[] => checks.filter(({ passed }) => !passed);

/** @throws not_found, also for an artifact of brands that the key may not read. */
export async function modelCard(
  context: ReportContext,
  artifact_id: string,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const artifact = await context.warehouse.read((snapshot) => readArtifact(snapshot, artifact_id));
  if (!artifact || !mayRead(artifact, options.key_brand_id))
    throw new TributaryError(
      'not_found',
      `artifact_id: no fitted model is named ${JSON.stringify(artifact_id.slice(0, 100))}; list the models to see their names`,
      { field: 'artifact_id' },
    );
  return cardJson(artifact);
}

/** All that is to be said of an artifact; what `fit` answers, too. */
export function cardJson({ card, created_ms, content: _content, model, ...artifact }: Artifact): ReportJson {
  const { gate, limits, warnings, channels, data, metrics, ...fit } = card;
  return {
    ...fit,
    ...artifact,
    attribution_model: model,
    created_at: formatInstant(created_ms),
    passed: gate.passed,
    channels,
    data,
    metrics,
    gate,
    limits,
    warnings,
  };
}

function mayRead({ brands }: ListedArtifact, key_brand_id: string | null): boolean {
  return key_brand_id === null || brands.every((brand_id) => brand_id === key_brand_id);
}

type Row = Record<string, unknown>;

/** A card as a page of text. */
export function cardText(card: ReportJson): string {
  const gate = card['gate'] as { passed: boolean; checks: Check[] };
  const verdict = gate.passed
    ? 'passed its gate: reports may use it (`tributary models list` says whether they do)'
    : 'did not pass its gate: stored, and not used';
  const parts = [
    `\n${card['attribution_model']} · ${card['family']} · ${card['artifact_id']}\n${verdict}\n`,
    section('Fitted on', { ...(card['data'] as Row), as_of: card['as_of'], brands: card['brands'] }),
    section('Settings', card['settings'] as Row),
    section('Metrics', flat(card['metrics'] as Row)),
    tables(card['metrics'] as Row),
    `\nChannels\n${rowsTable(card['channels'] as Row[])}`,
    `\nGate\n${checksTable(gate.checks)}`,
    ...[...(card['warnings'] as string[])].map((warning) => `\nwarning: ${warning}\n`),
    `\nLimits\n${(card['limits'] as string[]).map((limit) => `  · ${limit}\n`).join('')}`,
  ];
  return parts.join('');
}

function section(title: string, values: Row): string {
  const rows = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return rows.length === 0
    ? ''
    : `\n${title}\n${pairs(rows.map(([name, value]) => [name.replaceAll('_', ' '), text(name, value)]))}`;
}

/** Values that are no tables, with the parts of objects by their path. */
function flat(values: Row): Row {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
      if (Array.isArray(value) && value.some(isRow)) return [];
      return isRow(value)
        ? Object.entries(value)
            .filter(([, inner]) => !Array.isArray(inner))
            .map(([inner, v]) => [`${name} ${inner}`, v])
        : [[name, value]];
    }),
  );
}

/** Tables among the metrics, such as the one of calibration. */
function tables(values: Row): string {
  return Object.entries(values)
    .flatMap(([name, value]): [string, unknown][] =>
      isRow(value) ? Object.entries(value).map(([inner, v]) => [`${name} ${inner}`, v]) : [[name, value]],
    )
    .filter(
      (entry): entry is [string, Row[]] => Array.isArray(entry[1]) && entry[1].length > 0 && entry[1].every(isRow),
    )
    .map(([name, rows]) => `\n${name.replaceAll('_', ' ')}\n${rowsTable(rows)}`)
    .join('');
}

function rowsTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => ({
    name: name.replaceAll('_', ' '),
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
    checks.map(({ check, value, required, passed }) => [
      passed ? 'ok' : 'NO',
      check.replaceAll('_', ' '),
      text('', value),
      required,
    ]),
  );
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number') {
    if (/^incremental$|(^|_)(share|fraction|probability|low|high|effect)(_|$)/.test(name)) return percent(value);
    return Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(5)));
  }
  if (Array.isArray(value)) return value.join(', ');
  return value === null || value === undefined
    ? '–'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
