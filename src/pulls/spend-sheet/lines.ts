/** Lines of spend of a csv file, by the plan of an import. One row that cannot be read refuses the file, since its day would be too low. */
import { TributaryError } from '../../domain/errors.ts';
import { recordKind } from '../../domain/index.ts';
import { isProblem } from '../../domain/record.ts';
import { openCsv } from '../../mapping/csv-rows.ts';
import { type Item, Mapping } from '../../mapping/mapping.ts';
import { checkPlan, type ImportPlan } from '../../mapping/plan.ts';
import { GOOGLE_ADS_COST, META_ADS_COST } from '../../mapping/presets/ads.ts';
import { isOfPreset, planOfPreset } from '../../mapping/presets/preset.ts';
import { type PullOptions, type SpendLine, stopped } from '../pull.ts';

export const SHEET_PRESETS = [GOOGLE_ADS_COST, META_ADS_COST];
const MAX_ROWS = 200_000;

export async function linesOf(bytes: Buffer, settings: PullOptions): Promise<SpendLine[]> {
  try {
    return await readLines(bytes, settings);
  } catch (error) {
    if (error instanceof TributaryError) throw stopped(`the file: ${error.message}`);
    throw error;
  }
}

async function readLines(bytes: Buffer, settings: PullOptions): Promise<SpendLine[]> {
  const file = {
    path: 'the file',
    size: bytes.length,
    async *pieces(from: number) {
      yield bytes.subarray(from);
    },
  };
  const rows = await openCsv(file, settings.plan?.file ?? {});
  const plan = planFor(rows.columns ?? [], settings);
  const mappings = plan.records.filter(({ record }) => record === 'spend').map((record) => new Mapping(record, plan));
  for (const mapping of mappings) mapping.bind(rows);
  const lines: SpendLine[] = [];
  let count = 0;
  for await (const portion of rows.rows(0))
    for (const row of portion.rows) {
      count += 1;
      if (count > MAX_ROWS) throw stopped(`the file has more than ${MAX_ROWS} rows`);
      for (const mapping of mappings)
        for (const mapped of mapping.applyEach(row)) {
          const made = 'problem' in mapped ? mapped.problem : lineOf(mapped.item, settings);
          if ('reason' in made)
            throw stopped(`line ${row.line} of the file: ${made.field === '' ? '' : `${made.field}: `}${made.reason}`);
          lines.push(made);
        }
    }
  if (lines.length === 0) throw stopped('the file has no row of spend');
  return lines;
}

/** The plan of the settings, that of a known export, or the names of the columns. */
function planFor(columns: readonly string[], { options, plan }: PullOptions): ImportPlan {
  if (plan !== null) return plan;
  const named = SHEET_PRESETS.find(({ name }) => name === options['preset']);
  const preset = named ?? SHEET_PRESETS.find((one) => isOfPreset(one, columns));
  if (preset === undefined) return { records: [{ record: 'spend', fields: {} }] };
  if (!isOfPreset(preset, columns)) throw stopped(`the file has not the columns of ${preset.title}`);
  return checkPlan(planOfPreset(preset, columns));
}

function lineOf(item: Item, { options }: PullOptions): SpendLine | { field: string; reason: string } {
  const context = { now_ms: Number.MAX_SAFE_INTEGER, key_brand_id: null, defaultCurrency: () => 'USD' };
  const read = recordKind('spend').read(item, context);
  if (isProblem(read)) return read;
  const textOf = (name: string): string | null => (read[name] as string | null) ?? null;
  return {
    date: String(read['date']),
    source: textOf('source') ?? options['source'] ?? 'sheet',
    channel: String(read['channel']),
    campaign_id: textOf('campaign_id'),
    ad_set_id: textOf('ad_set_id'),
    amount_micros: BigInt(read['amount_micros'] as number),
    // The brand's currency is not known here.
    currency: item['currency'] === undefined ? null : textOf('currency'),
  };
}
