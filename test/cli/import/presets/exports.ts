/** What the tests of presets share: exports as vendors write them, imported by the real command line, and the reports over them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { temporaryFolder } from '../../../support/folder.ts';
import { cli, json, ok, serving } from '../../harness.ts';

/** The folder of the exports. The name of a file is that of its preset. */
export const EXPORTS = join(import.meta.dirname, 'files');

interface Imported {
  exit_code: number;
  rows_read: number;
  left_out: number;
  accepted: number;
  accepted_by_record: Record<string, number>;
  refused: number;
  in_conflict: number;
  sums: Array<{ record: string; currency: string | null; amount: string }>;
  warnings: Array<{ kind: string; rows: number }>;
  /** Notes and progress, as a person sees them. */
  err: string;
}

/** A data folder that a server has open; each vendor has a brand of its own in it. */
export class Folder {
  private constructor(
    private readonly path: string,
    readonly data: string,
  ) {}

  static async open(): Promise<Folder> {
    const path = temporaryFolder();
    const data = join(path, 'data');
    const { stop } = await serving(data);
    afterAll(stop);
    return new Folder(path, data);
  }

  /** Imports a file by its preset, the name of which it begins with. */
  async import(brand: string, file: string, flags: readonly string[] = []): Promise<Imported> {
    const path = file.includes('/') ? file : join(EXPORTS, file);
    const preset = ['--preset', presetOf(file), '--brand', brand, '--restart', '--json'];
    const { out, err } = await cli(['import', path, ...preset, ...flags, '--data', this.data]);
    if (!out.startsWith('{')) throw new Error(`${file} was not imported: ${err}`);
    return { ...JSON.parse(out), err };
  }

  /** Imports a file, holds its report against the numbers, imports it again, and the numbers stay. */
  async twice(brand: string, file: string, numbers: () => Promise<void>, flags: readonly string[] = []) {
    const first = await this.import(brand, file, flags);
    await numbers();
    const again = await this.import(brand, file, flags);
    if (again.accepted !== first.accepted || again.in_conflict !== first.in_conflict)
      throw new Error(`the second import took ${again.accepted}, with ${again.in_conflict} conflicts`);
    await numbers();
    return first;
  }

  /** Imports records of the product itself, such as the rates of a day. */
  async send(brand: string, record: string, rows: readonly object[]): Promise<void> {
    const path = this.write(`${record}.ndjson`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await ok(['import', record, path, '--brand', brand, '--restart', '--data', this.data]);
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** One euro in US dollars, on the first of March 2026 and for a month. */
  async euro(brand: string, rate: string): Promise<void> {
    const days = Array.from({ length: 31 }, (_, i) => `2026-03-${String(i + 1).padStart(2, '0')}`);
    await this.send(
      brand,
      'fx_rates',
      days.map((date) => ({ date, currency: 'EUR', base: 'USD', rate })),
    );
  }

  report(brand: string, words: readonly string[]) {
    const period = ['--start', '2026-03-01', '--end', '2026-04-01', '--brand', brand];
    return json(['report', ...words, ...period, '--data', this.data]);
  }

  /** Under a model: what each channel (or other key) earned in dollars, what nobody did, by reason, and the sum of both. */
  async earned(brand: string, model = 'last_touch', key = 'channel'): Promise<Record<string, string>> {
    const report = await this.report(brand, ['attribution', '--models', model, '--group-by', key]);
    const models = report['models'] as unknown as Record<string, Attribution>;
    const { channel_attribution, reconciliation } = models[model]!;
    const rows = channel_attribution.map((row) => [String(row[key]), dollars(row['attributed_revenue_micros'])]);
    const reasons = Object.entries(reconciliation.unattributed_micros);
    const lost = reasons.filter(([, micros]) => micros !== '0').map(([reason, micros]) => [reason, dollars(micros)]);
    return { ...Object.fromEntries([...rows, ...lost]), net: dollars(reconciliation.net_revenue_micros) };
  }

  /** The table of campaigns in March, as a terminal shows it. */
  table(brand: string): Promise<string> {
    const period = ['--start', '2026-03-01', '--end', '2026-04-01'];
    return ok(['report', 'campaigns', ...period, '--brand', brand, '--data', this.data]);
  }

  /** What a campaign cost and earned under the last touch. */
  async campaign(brand: string, campaign_id: string): Promise<Record<string, unknown>> {
    const report = await this.report(brand, ['campaign', campaign_id, '--model', 'last_touch']);
    const parts = ['basic_metrics', 'conversion_metrics', 'efficiency_metrics'].map((part) => report[part] as unknown);
    return Object.assign({}, ...parts);
  }
}

interface Attribution {
  channel_attribution: Array<Record<string, unknown>>;
  reconciliation: { net_revenue_micros: string; unattributed_micros: Record<string, string> };
}

/** Micros as dollars and cents. They must be whole cents. */
function dollars(micros: unknown): string {
  const cents = BigInt(String(micros)) / 10_000n;
  if (cents * 10_000n !== BigInt(String(micros))) return `${micros} micros`;
  return (Number(cents) / 100).toFixed(2);
}

/** `ga4_events-flat.csv` is a file of ga4_events. */
export function presetOf(file: string): string {
  return /([a-z0-9_]+)(-[^/]*)?\.\w+$/.exec(file)![1]!;
}
