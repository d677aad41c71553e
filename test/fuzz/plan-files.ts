/** Exports of vendors with a few accidents, and the plans of their presets. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { withFlags } from '../../src/cli/import/plan-options.ts';
import { firstRows } from '../../src/cli/import/sample.ts';
import type { Random } from '../../src/domain/random.ts';
import type { ImportPlan } from '../../src/mapping/plan.ts';
import { presetNamed } from '../../src/mapping/presets/index.ts';
import { planOfPreset } from '../../src/mapping/presets/preset.ts';
import { mutateBytes } from './hostile.ts';
import { judgePlan } from './plan-judge.ts';
import { mutated } from './row-files.ts';
import type { Trial } from './trials.ts';

const EXPORTS = join(import.meta.dirname, '../cli/import/presets/files');
const NO_FLAGS = {
  ...{ map: [], set: [], default: [], values: [], negate: [], divide: [], sum: [], where: [] },
  ...{ timeZone: ['Europe/Berlin'], timeFormat: [] },
};

interface Export {
  name: string;
  kind: 'csv' | 'ndjson';
  text: string;
  plan: ImportPlan;
}

/** As often as so many exports: its records are refused in more ways than those of vendors. */
const OF_LINES = 8;

/** Orders whose rows are one record together, beside a record of each row. */
const LINES: Export = {
  name: 'lines',
  kind: 'csv',
  text: `order_id,who,at,value,sku,refund\n${['1,a,2026-03-01 10:00,10,x,', '1,a,2026-03-01 10:00,10,y,2', '2,b,2026-03-01 10:00,20,x,', '3,,2026-03-02 10:00,5,z,1', '4,c,2026-03-02 10:00,bad,x,', '4,c,2026-03-02 10:00,bad,y,1'].join('\n')}\n`,
  plan: {
    time_zone: 'UTC',
    records: [
      {
        record: 'conversions',
        group_lines: 'order_id',
        fields: {
          customer_id: { from: 'who' },
          conversion_type: { value: 'purchase' },
          conversion_value: { from: 'value' },
          currency: { value: 'EUR' },
          occurred_at: { from: 'at' },
          product_ids: { from: 'sku' },
        },
      },
      {
        record: 'adjustments',
        where: [{ column: 'refund', op: '!=', values: ['0'] }],
        fields: {
          amount: { from: 'refund', negate: true },
          currency: { value: 'EUR' },
          reason: { value: 'refund' },
          occurred_at: { from: 'at' },
        },
      },
    ],
  },
};

/** The exports of the tests of presets, each with the plan of its preset. */
export async function exportsOfVendors(): Promise<Export[]> {
  const found: Export[] = Array.from({ length: OF_LINES }, () => LINES);
  for (const name of readdirSync(EXPORTS)) {
    const path = join(EXPORTS, name);
    const preset = presetNamed(/^[a-z0-9_]+/.exec(name)![0]);
    const { columns, skip } = await firstRows(path, {}, [preset]);
    const set = preset.currency_at === undefined ? [] : ['currency=EUR'];
    const plan = withFlags(planOfPreset(preset, columns), {
      ...NO_FLAGS,
      set,
      ...(skip === undefined ? {} : { skip }),
    });
    const kind = extname(name) === '.ndjson' ? 'ndjson' : 'csv';
    found.push({ name, kind, text: readFileSync(path, 'utf8'), plan });
  }
  return found;
}

/** An export with other rows than it had, whole or with one of its records. */
export function exportTrial(random: Random, { name, kind, text, plan }: Export): Trial {
  const one = random.chance(0.5) ? [random.pick(plan.records)] : plan.records;
  const own: ImportPlan = { ...plan, records: one };
  const batch = random.pick([1, 3, 1_000]);
  const changed = Buffer.from(mutated(random, otherRows(random, text), [',', '\n', '"']));
  const bytes = random.chance(0.1) ? mutateBytes(random, changed) : changed;
  const run = (shorter: Buffer) => judgePlan({ kind, bytes: shorter, plan: own, batch });
  return {
    name: kind === 'csv' ? 'export' : 'export of json',
    bytes,
    beside: { name, batch, records: one.map(({ record }) => record) },
    run,
  };
}

/** Some lines of a text are left out, repeated, moved, or get a cell of another one. */
function otherRows(random: Random, text: string): string {
  const lines = text.split('\n');
  for (let left = random.integer(0, 4); left > 0; left--) {
    const [at, other] = [random.integer(1, lines.length - 1), random.integer(1, lines.length - 1)];
    const kind = random.integer(0, 3);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(at, 0, lines[other] ?? '');
    else if (kind === 2) [lines[at], lines[other]] = [lines[other] ?? '', lines[at] ?? ''];
    else {
      const cells = (lines[at] ?? '').split(',');
      cells[random.integer(0, cells.length - 1)] = random.pick((lines[other] ?? '').split(','));
      lines[at] = cells.join(',');
    }
  }
  return lines.join('\n');
}
