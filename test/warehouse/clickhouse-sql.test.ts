/** What is sent to ClickHouse: tables, literals and rows, as text. */
import { describe, expect, test } from 'vitest';
import { withLiterals } from '../../src/warehouse/clickhouse/literals.ts';
import { statementsOf } from '../../src/warehouse/clickhouse/migrations.ts';
import { fromLines } from '../../src/warehouse/clickhouse/rows.ts';
import { ClickHouseSnapshot } from '../../src/warehouse/clickhouse/snapshot.ts';
import { toLines } from '../../src/warehouse/row-lines.ts';
import { TABLE_NAMES } from '../../src/warehouse/schema.ts';
import { VERSIONS } from '../../src/warehouse/versions/index.ts';
import { float64, instant, int64, text } from './rows.ts';

const ddl = (cluster: string | null) =>
  VERSIONS.flatMap((version) => statementsOf({ database: 'sales', cluster }, version));
const of = (table: string, cluster: string | null = null) =>
  ddl(cluster).find((statement) => statement.includes(`\`sales\`.\`${table}\``))!;

describe('a table', () => {
  test('of every kind is made, with a key that ends in brand and id, and keeps the first position', () => {
    expect(ddl(null).filter((statement) => statement.startsWith('create table'))).toHaveLength(TABLE_NAMES.length);
    expect(of('touchpoints')).toMatch(/ReplacingMergeTree\(version\) order by \(`brand_id`, `touchpoint_id`\)$/);
    expect(of('touchpoints')).toMatch(/`version` UInt128 materialized .*9223372036854775807 - log_seq/);
    expect(of('commits')).toMatch(/ReplacingMergeTree\(\) order by \(`collector_id`, `log_seq`\)$/);
    expect(of('attribution_results')).toContain("ifNull(`touchpoint_id`, '')");
  });

  test('on a cluster is made on all of it, at one path, so that every node holds the whole log', () => {
    expect(of('touchpoints', 'main')).toContain('create table if not exists `sales`.`touchpoints` on cluster `main` (');
    expect(of('touchpoints', 'main')).toContain(
      "ReplicatedReplacingMergeTree('/clickhouse/tributary/sales/touchpoints', '{replica}', version)",
    );
    expect(of('commits', 'main')).toContain(
      "ReplicatedReplacingMergeTree('/clickhouse/tributary/sales/commits', '{replica}') order by",
    );
  });
});

describe('a query', () => {
  const place = { database: 'sales', cluster: null };
  const deadline = { at_ms: Number.POSITIVE_INFINITY, timeout_ms: 1 };
  const text = (sql: string, parameters = {}) =>
    new ClickHouseSnapshot(undefined as never, place, new Map(), undefined as never, deadline).text(sql, parameters);

  test('gets a definition for each table of the log that it reads', () => {
    expect(text('select run_id from attribution_runs')).toBe(
      'with `attribution_runs` as (select * from `sales`.`attribution_runs` r) select run_id from attribution_runs',
    );
    expect(text('with a as (select 1 as x) select x from a join spend s on 1 = 1')).toMatch(
      /^with `spend` as \(.*\), a as \(select 1 as x\) select/,
    );
  });

  test('gets none for a table that only a text names, be it a parameter or its own', () => {
    expect(text('select $campaign as x', { campaign: 'away from touchpoints' })).toBe(
      "select 'away from touchpoints' as x",
    );
    expect(text("select 'it''s from touchpoints' as x")).toBe("select 'it''s from touchpoints' as x");
  });
});

describe('a parameter', () => {
  test('becomes a literal of its type, and can say nothing else', () => {
    const sql = withLiterals('$a, $b, $c, $d, $e, $f', {
      a: "it's \\ here'; drop table x --",
      b: 7,
      c: -(2n ** 63n),
      d: 2n ** 63n,
      e: 0.1,
      f: null,
    });
    expect(sql).toBe(
      "'it''s \\\\ here''; drop table x --', toInt64('7'), toInt64('-9223372036854775808'), toInt128('9223372036854775808'), toFloat64(0.1), null",
    );
  });

  test('is looked for outside of quoted text, where a backslash is only a backslash', () => {
    expect(withLiterals("select '$a it''s \\n', $a", { a: 'x' })).toBe("select '$a it''s \\\\n', 'x'");
    expect(withLiterals('select $a', { a: '$b' })).toBe("select '$b'");
  });

  test('that is missing, or not finite, is a bug', () => {
    expect(() => withLiterals('select $a', {})).toThrow(/\$a of a query is missing/);
    expect(() => withLiterals('select $toString', {})).toThrow(/missing/);
    expect(() => withLiterals('select $a', { a: Number.NaN })).toThrow(/NaN/);
  });
});

describe('a row', () => {
  const columns = [text('t'), int64('i'), float64('f'), instant('at')];

  test('is sent as texts where a double would lose something', async () => {
    const at = Date.UTC(2026, 2, 1, 12, 0, 0, 7);
    const lines = await toLines('x', columns, [{ t: 'é\n', i: 2n ** 63n - 1n, f: 1 / 3, at }, { t: 'half \ud800' }]);
    expect(lines.split('\n')).toEqual([
      '["é\\n","9223372036854775807",0.3333333333333333,"2026-03-01 12:00:00.007"]',
      '["half \ufffd",null,null,null]',
    ]);
  });

  test('that does not fit is refused by the name of its column, before anything is sent', async () => {
    const bad: Array<[object, RegExp]> = [
      [{ t: 5 }, /^x\.t: 5 is not text/],
      [{ i: 1.5 }, /^x\.i: 1\.5 is not int64/],
      [{ i: 2n ** 63n }, /^x\.i: .* is not int64/],
      [{ f: Number.POSITIVE_INFINITY }, /^x\.f: Infinity is not float64/],
      [{ at: 'yesterday' }, /^x\.at: a text of 9 characters is not instant/],
      [{ at: 253402300800000 }, /^x\.at: 253402300800000 is not instant/],
    ];
    for (const [row, message] of bad) await expect(toLines('x', columns, [row as never])).rejects.toThrow(message);
    await expect(toLines('x', [{ ...text('t'), nullable: false }], [{}])).rejects.toThrow(/^x\.t: a value is missing/);
  });

  test('comes back with large integers whole and small ones as numbers', async () => {
    const answer = [
      '["a","b","c","d"]',
      '["Int64","Nullable(UInt128)","UInt8","Float64"]',
      '["-5","340282366920938463463374607431768211455",1,"inf"]',
      '["1",null,0,0.5]',
      '',
    ];
    expect(await fromLines(answer.join('\n'))).toEqual([
      { a: -5n, b: 2n ** 128n - 1n, c: 1, d: Number.POSITIVE_INFINITY },
      { a: 1n, b: null, c: 0, d: 0.5 },
    ]);
  });

  test('of many is made and read while other work of the event loop goes on', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ t: `row ${i}`, i: BigInt(i), f: i / 3, at: i }));
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const lines = await toLines('x', columns, rows);
    const made = turns;
    const read = await fromLines(`["t"]\n["String"]\n${lines}\n`);
    clearInterval(timer);
    expect([made > 1, turns > made + 1, read.length]).toEqual([true, true, 100_000]);
  });
});
