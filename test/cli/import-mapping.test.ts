/** What the options of an import make of the rows of a file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/cli/import/groups.ts';
import { PlanMapping } from '../../src/cli/import/plan-mapping.ts';
import { openRows } from '../../src/cli/import/rows.ts';
import { conditionOf } from '../../src/mapping/conditions.ts';
import { checkPlan, type ImportPlan, type RecordPlan } from '../../src/mapping/plan.ts';
import { fromLocal, readInstant } from '../../src/mapping/times.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = temporaryFolder();
let made = 0;

function file(name: string, text: string): string {
  const path = join(root, `${made++}-${name}`);
  writeFileSync(path, text);
  return path;
}

/** The items and refusals of a file under a plan, and what was noted. */
async function load(path: string, plan: ImportPlan) {
  const mapping = new PlanMapping(checkPlan(plan));
  const source = await openRows(path, mapping.needs, plan.file);
  mapping.bind(source);
  const done: Outcome[][] = mapping.mappings.map(() => []);
  for await (const { rows } of source.rows(0)) for (const row of rows) mapping.take(row, done);
  mapping.close(done);
  await source.close();
  const shown = done.map((list) =>
    list.map((one) => ('item' in one ? one.item : `${one.problem.field}: ${one.problem.reason}`)),
  );
  return { items: shown[0]!, all: shown, notes: mapping.takeNotes().list, mapping };
}

type Fields = RecordPlan['fields'];

/** What one field becomes for each cell of a column. */
async function field(
  record: RecordPlan['record'],
  name: string,
  cells: readonly string[],
  field: Fields[string] = {},
  plan: Partial<ImportPlan> = {},
) {
  const text = `x|id\n${cells.map((cell) => `${cell}|1\n`).join('')}`;
  const { items, notes } = await load(file('f.csv', text), {
    file: { delimiter: '|' },
    ...plan,
    records: [{ record, by_name: false, fields: { [name]: { from: 'x', ...field } } }],
  });
  return { values: items.map((item) => (typeof item === 'string' ? item : item[name])), notes };
}

describe('amounts', () => {
  const amounts = async (cells: readonly string[], more: Fields[string] = {}, plan: Partial<ImportPlan> = {}) =>
    (await field('adjustments', 'amount', cells, more, plan)).values;

  it('are read with marks of thousands, in parentheses, with a minus behind them, and as powers of ten', async () => {
    const cells = ['1,250.00', '1 250.5', "1'250", '(12.50)', '12.50-', '−3', '1.5E+3', '+7', '1,234,567.89'];
    expect(await amounts(cells)).toEqual([
      '1250.00',
      '1250.5',
      '1250',
      '-12.50',
      '-12.50',
      '-3',
      '1500',
      '7',
      '1234567.89',
    ]);
  });

  it('have a decimal comma only if it is named', async () => {
    expect(await amounts(['10,50', '1.250,00', '1.250', '7'], {}, { decimal: ',' })).toEqual([
      '10.50',
      '1250.00',
      '1250',
      '7',
    ]);
    expect(await amounts(['10,50'])).toEqual(['amount: "10,50" has a decimal comma; add --decimal ,']);
    expect(await amounts(['10.50'], {}, { decimal: ',' })).toEqual([
      expect.stringContaining('has a point where --decimal , puts thousands'),
    ]);
  });

  it('change their sign and their unit exactly', async () => {
    expect(await amounts(['12.50', '-3', '0', '0.00'], { negate: true })).toEqual(['-12.50', '3', '0', '0.00']);
    expect(await amounts(['1250', '-5', '7', '100'], { divide_by: 100 })).toEqual(['12.5', '-0.05', '0.07', '1']);
  });

  it('may leave out digits beside the sign, and have the marks of India', async () => {
    expect(await amounts(['.5', '-.5', '10.', '1,00,000.50', '12,34,567'])).toEqual([
      '0.5',
      '-0.5',
      '10',
      '100000.50',
      '1234567',
    ]);
    expect(await amounts(['"10,"', '",5"'], {}, { decimal: ',' })).toEqual(['10', '0.5']);
  });

  it('lose the noise of binary fractions, which is counted, and nothing else', async () => {
    const { values, notes } = await field('adjustments', 'amount', [
      '29.990000000000002',
      '0.30000000000000004',
      '29.989999999999998',
      '33.333333333',
      '1.999999999999',
      '29.990000000',
    ]);
    expect(values).toEqual(['29.99', '0.30', '29.99', '33.333333333', '2.00', '29.990000000']);
    expect(notes).toMatchObject([{ kind: 'rounded', field: 'amount', rows: 4, first_lines: [2, 3, 4, 6] }]);
  });

  it('bring their currency: beside the digits, in the header, or in a column', async () => {
    const rows = 'a,"€10,50"\nb,"12,00 USD"\nc,"£3"\n';
    const plan: ImportPlan = {
      decimal: ',',
      records: [{ record: 'spend', by_name: false, fields: { amount: { from: 'x' } } }],
    };
    expect((await load(file('m.csv', `id,x\n${rows}`), plan)).items).toEqual([
      { amount: '10.50', currency: 'EUR' },
      { amount: '12.00', currency: 'USD' },
      { amount: '3', currency: 'GBP' },
    ]);
    const header: ImportPlan = { records: [{ record: 'spend', fields: { amount: { from: 'Cost (EUR)' } } }] };
    expect((await load(file('m.csv', 'date,Cost (EUR)\n2026-03-01,5\n'), header)).items).toEqual([
      { date: '2026-03-01', amount: '5', currency: 'EUR' },
    ]);
    const alone: ImportPlan = {
      records: [{ record: 'spend', by_name: false, fields: { amount: { from: 'Cost (EUR)' } } }],
    };
    expect((await load(file('m.csv', 'date,Cost (EUR)\n2026-03-01,5\n'), alone)).items).toEqual([
      { amount: '5', currency: 'EUR' },
    ]);
    const column: ImportPlan = {
      records: [{ record: 'spend', fields: { amount: { from: 'Cost' }, currency: { from: 'cur' } } }],
    };
    expect((await load(file('m.csv', 'Cost,cur\n$5,cad\n$5,usd\n€5,usd\n'), column)).items).toEqual([
      { amount: '5', currency: 'CAD' },
      { amount: '5', currency: 'USD' },
      'amount: is in EUR, but currency says USD; correct one of them',
    ]);
  });
});

describe('money that would be lost', () => {
  const spend = (fields: Fields): ImportPlan => ({ records: [{ record: 'spend', by_name: false, fields }] });

  it('is refused where the mark of an amount and its header, or a constant, name two currencies', async () => {
    const header = await load(file('h.csv', 'Cost (EUR),z\n5,1\n$5,1\n€5,1\n'), {
      records: [{ record: 'spend', fields: { amount: { from: 'Cost (EUR)' } } }],
    });
    expect(header.items).toEqual([
      { amount: '5', currency: 'EUR' },
      'amount: is in USD, but currency says EUR; correct one of them',
      { amount: '5', currency: 'EUR' },
    ]);
    const set = await load(file('s.csv', 'x,z\n$5,1\n'), spend({ amount: { from: 'x' }, currency: { value: 'EUR' } }));
    expect(set.items).toEqual([expect.stringContaining('is in USD, but currency says EUR')]);
  });

  it('has its default currency where neither a column, a key nor a mark names one', async () => {
    const plan = spend({ amount: { from: 'x' }, currency: { from: 'c', default: 'EUR' } });
    expect((await load(file('d.csv', 'x,c\n5,\n$6,\n7,gbp\n'), plan)).items).toEqual([
      { amount: '5', currency: 'EUR' },
      { amount: '6', currency: 'USD' },
      { amount: '7', currency: 'GBP' },
    ]);
    const by_name: ImportPlan = { records: [{ record: 'spend', fields: { currency: { default: 'EUR' } } }] };
    const lines = '{"amount":5}\n{"amount":6,"currency":"usd"}\n';
    expect((await load(file('d.ndjson', lines), by_name)).items).toMatchObject([
      { currency: 'EUR' },
      { currency: 'USD' },
    ]);
    expect((await load(file('d.csv', 'amount,z\n5,1\n'), by_name)).items).toEqual([{ amount: '5', currency: 'EUR' }]);
  });

  it('is doubted where a point may mark thousands', async () => {
    const cells = ['1.250', '12.50', '1250', '0.125'];
    const { notes } = await field('conversions', 'conversion_value', cells);
    expect(notes).toMatchObject([{ kind: 'doubtful_amount', rows: 1, first_lines: [2] }]);
    expect((await field('conversions', 'conversion_value', cells, {}, { strict: true })).values).toEqual([
      'conversion_value: 1.250 has three decimals, as if the point marked thousands; add --decimal , or write it with two',
      '12.50',
      '1250',
      '0.125',
    ]);
  });

  it('keeps large amounts with the noise of a binary fraction where many decimals are allowed', async () => {
    const { values } = await field('spend', 'amount', ['1234567.1499999999', '3.3333333333333335', '0.1234567']);
    expect(values).toEqual(['1234567.15', '3.3333333333333335', '0.1234567']);
  });
});

describe('an option that does nothing', () => {
  const fails = async (record: RecordPlan, text = 'amount,z\n5,1\n') =>
    load(file('n.csv', text), { records: [record] }).then(
      () => 'loads',
      (error: Error) => error.message,
    );

  it('is refused: it names no number, no column, or needs another option', async () => {
    const spend = (name: string, plan: Fields[string]) => fails({ record: 'spend', fields: { [name]: plan } });
    expect(await spend('channel', { negate: true })).toBe('--negate: channel is not a number');
    expect(await spend('amount', { collect: 'sum' })).toContain('--sum: amount is collected over the rows of a group');
    expect(await spend('channel', { values: { a: 'b' } })).toBe(
      '--values: the file has no column channel; name one with --map channel=COLUMN',
    );
    expect(await spend('amount', { negate: true })).toBe('loads');
  });

  it('or a header that is none: a title line stands above it', async () => {
    const text = 'Costs\n"March 1, 2026"\ndate,channel,amount\n2026-03-01,email,5\n';
    expect(await fails({ record: 'spend', fields: {} }, text)).toContain(
      'none of the columns Costs is a field of spend; a later line has some, so --skip 2 may be meant',
    );
  });
});

describe('times', () => {
  const times = async (cells: readonly string[], plan: Partial<ImportPlan> = {}) =>
    (await field('touchpoints', 'occurred_at', cells, {}, plan)).values;

  it('are read in the forms of exports', async () => {
    const cells = [
      ['2026-03-01 10:14:00 -0500', '2026-03-01T15:14:00.000Z'],
      ['2026-03-01 10:00:01.123456 UTC', '2026-03-01T10:00:01.123Z'],
      ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'],
      ['2026/03/01 10:00 +02:00', '2026-03-01T08:00:00.000Z'],
      ['1772359200', '2026-03-01T10:00:00.000Z'],
      ['1772359200123', '2026-03-01T10:00:00.123Z'],
      ['1772359200123456', '2026-03-01T10:00:00.123Z'],
      ['1772359200.5', '2026-03-01T10:00:00.500Z'],
      ['1 Mar 2026 10:00:00 GMT', '2026-03-01T10:00:00.000Z'],
      ['20260301100000', '2026-03-01T10:00:00.000Z'],
      ['20260301T100000Z', '2026-03-01T10:00:00.000Z'],
      ['20260301 10:00', '2026-03-01T10:00:00.000Z'],
      ['2026-03-01T10:00:00+01:00[Europe/Berlin]', '2026-03-01T09:00:00.000Z'],
      ['2026-03-01 10:00:00.5 +0000 UTC', '2026-03-01T10:00:00.500Z'],
      ['2026-03-01T10:00:00\u221205:00', '2026-03-01T15:00:00.000Z'],
      ['Sun Mar 01 2026 10:00:00 GMT+0100 (Central European Standard Time)', '2026-03-01T09:00:00.000Z'],
      ['Sun Mar  1 10:00:00 2026', '2026-03-01T10:00:00.000Z'],
      ['Sunday, March 1, 2026 10:00:00 AM', '2026-03-01T10:00:00.000Z'],
      ['01-Mar-2026 10:00:00', '2026-03-01T10:00:00.000Z'],
      ['2026-03-01 10:00 PM', '2026-03-01T22:00:00.000Z'],
    ] as const;
    expect(
      await times(
        cells.map(([given]) => given),
        { time_zone: 'UTC' },
      ),
    ).toEqual(cells.map(([, wanted]) => wanted));
  });

  it('without a zone are in the one that is named, and are refused without one', async () => {
    const cells = ['2026-03-01 10:00:00', '2026-07-01 10:00', 'Mar 1, 2026, 10:05 PM'];
    expect(await times(cells, { time_zone: 'Europe/Berlin' })).toEqual([
      '2026-03-01T09:00:00.000Z',
      '2026-07-01T08:00:00.000Z',
      '2026-03-01T21:05:00.000Z',
    ]);
    expect(
      await times([...cells.slice(0, 1), '2026-03-01 10:00:00 EST', '2026-03-01T10:00:00[Europe/Berlin]']),
    ).toEqual([
      expect.stringContaining('has no zone; name the one of the file with --time-zone'),
      expect.stringContaining('ends with EST, which is no zone for sure; name its form with --time-format'),
      expect.stringContaining('is not a known form of a time'),
    ]);
  });

  it('that a clock showed twice are the first one, those it skipped are an hour later, and both are counted', async () => {
    const { values, notes } = await field(
      'touchpoints',
      'occurred_at',
      ['2026-10-25 02:30:00', '2026-03-29 02:30:00', '2026-03-29 03:30:00'],
      {},
      { time_zone: 'Europe/Berlin' },
    );
    expect(values).toEqual(['2026-10-25T00:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-29T01:30:00.000Z']);
    expect(notes.map(({ kind, rows, first_lines }) => [kind, rows, first_lines])).toEqual([
      ['clock_change', 1, [2]],
      ['clock_change', 1, [3]],
    ]);
  });

  it('are right in zones of half hours, in the southern half and at the date line', () => {
    const at = (zone: string, local: string) =>
      new Date(fromLocal(zone, Date.parse(`${local}Z`)).instant).toISOString().slice(0, 16);
    expect(at('Asia/Kolkata', '2026-03-01T10:00')).toBe('2026-03-01T04:30');
    expect(at('Australia/Lord_Howe', '2026-01-01T10:00')).toBe('2025-12-31T23:00');
    expect(at('America/Sao_Paulo', '2018-11-04T00:30')).toBe('2018-11-04T03:30');
    expect(at('Pacific/Apia', '2011-12-30T12:00')).toBe('2011-12-30T22:00');
  });

  it('with the day or the month first need a form', async () => {
    expect(await times(['01/03/2026 10:00'])).toEqual([
      expect.stringContaining('does not say whether the day or the month comes first; name --time-format'),
    ]);
    const plan = { time_zone: 'UTC', time_format: 'dd/MM/yyyy HH:mm' };
    expect(await times(['01/03/2026 10:00', '31/13/2026 10:00', '1/3/26'], plan)).toEqual([
      '2026-03-01T10:00:00.000Z',
      expect.stringContaining('is not a calendar date'),
      expect.stringContaining('does not have the form dd/MM/yyyy HH:mm'),
    ]);
    expect((await field('spend', 'date', ['20260301', '2026-03-01 00:00:00', '2026-03-01'])).values).toEqual([
      '2026-03-01',
      '2026-03-01',
      '2026-03-01',
    ]);
    expect((await field('spend', 'date', ['01/03/2026'], { time_format: 'd/M/yyyy' })).values).toEqual(['2026-03-01']);
  });

  it('have a form that can be read, or are refused at once', () => {
    const bad = (time_format: string) => () => checkPlan({ time_format, records: [{ record: 'spend', fields: {} }] });
    expect(bad('dd/MM')).toThrow('--time-format: dd/MM needs a year, a month and a day');
    expect(bad('dd/MM/yyyy hh:mm')).toThrow('needs both h and a (AM or PM)');
    expect(bad('qq')).toThrow('has the letter q');
    expect(() => checkPlan({ time_zone: 'Europe/Berln', records: [{ record: 'spend', fields: {} }] })).toThrow(
      'is not a time zone',
    );
    expect(readInstant('2026-03-01 at 10:00', { time_format: "yyyy-MM-dd 'at' HH:mm", time_zone: 'UTC' })).toEqual({
      text: '2026-03-01T10:00:00.000Z',
    });
    expect(readInstant('86400', { time_format: 'epoch_s' })).toEqual({ text: '1970-01-02T00:00:00.000Z' });
  });
});

describe('sources of values', () => {
  it('are the first that is not empty, or several joined so that different rows never meet', async () => {
    const path = file('ids.csv', 'A,B,C\nx,y,1\n,y,2\nNULL,\\N,3\na:b,c,4\na,b:c,5\n');
    const fields: Fields = {
      customer_id: { from: 'A|B' },
      touchpoint_id: { from: 'A+B' },
      session_id: { from: "'s'+C" },
    };
    const { items } = await load(path, { records: [{ record: 'touchpoints', fields }] });
    expect(items).toEqual([
      { customer_id: 'x', touchpoint_id: 'x:y', session_id: 's:1' },
      { customer_id: 'y', session_id: 's:2' },
      { session_id: 's:3' },
      { customer_id: 'a:b', touchpoint_id: 'a\\:b:c', session_id: 's:4' },
      { customer_id: 'a', touchpoint_id: 'a:b\\:c', session_id: 's:5' },
    ]);
  });

  it('lie inside JSON: of ndjson, of a csv cell, of structs and lists of Parquet', async () => {
    const nested = {
      attributes: { metric: { name: 'Opened Email' }, 'event.id': 820982911946154508n },
      event_params: [
        { key: 'page', value: { string_value: 'x' } },
        { key: 'ga_session_id', value: { int_value: 77 } },
      ],
      items: [{ id: 'p1' }, { id: 'p2' }],
    };
    const json = JSON.stringify(nested, (_, value) => (typeof value === 'bigint' ? `#${value}` : value)).replace(
      /"#(\d+)"/,
      '$1',
    );
    const plan = (prefix: string): ImportPlan => ({
      records: [
        {
          record: 'conversions',
          by_name: false,
          fields: {
            category: { from: `${prefix}attributes.metric.name`, values: { 'Opened Email': 'open', '*': 'other' } },
            order_id: { from: `${prefix}attributes.event.id` },
            session_id: { from: `${prefix}event_params[key=ga_session_id].value.int_value` },
            anonymous_id: { from: `${prefix}event_params[key=ga_session_id].value` },
            customer_id: { from: `${prefix}items[1].id` },
            product_ids: { from: `${prefix}items[*].id` },
          },
        },
      ],
    });
    const wanted = {
      category: 'open',
      session_id: '77',
      anonymous_id: '77',
      customer_id: 'p2',
      product_ids: ['p1', 'p2'],
    };
    const lines = await load(file('n.ndjson', `${json}\n`), plan(''));
    expect(lines.items).toEqual([wanted]);
    const exact = await load(file('n.ndjson', `${json}\n`), {
      records: [{ record: 'conversions', fields: { order_id: { from: 'attributes[event.id]' } } }],
    });
    expect(exact.items).toEqual([{ order_id: '820982911946154508' }]);
    const cell = await load(file('n.csv', `data,z\n"${json.replaceAll('"', '""')}",1\n`), plan('data.'));
    expect(cell.items).toEqual([wanted]);
    const path = join(root, 'nested.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `copy (select {'metric': {'name': 'Opened Email'}} as attributes, [{'key': 'ga_session_id', 'value': {'int_value': 77::bigint}}] as event_params,
        [{'id': 'p1'}, {'id': 'p2'}] as items) to '${path}' (format parquet)`,
    );
    connection.closeSync();
    expect((await load(path, plan(''))).items).toEqual([wanted]);
  });

  it('are lists of products in one cell', async () => {
    const { values } = await field('conversions', 'product_ids', ['101;102', '["a","b"]', '7', 'a, b'], {}, {});
    expect(values).toEqual([['101', '102'], ['a', 'b'], ['7'], ['a', 'b']]);
  });

  it('are one item of a list in a cell, written as text or as JSON', async () => {
    const { items } = await load(file('l.csv', 'ids|x\n101; 102|1\n["103","104"]|1\n105|1\n;106|1\n|1\n'), {
      file: { delimiter: '|' },
      records: [
        {
          record: 'conversions',
          by_name: false,
          fields: {
            customer_id: { from: "'c'+ids[0]|'nobody'" },
            order_id: { from: 'ids[1]' },
            product_ids: { from: 'ids[*]' },
          },
        },
      ],
    });
    expect(items).toEqual([
      { customer_id: 'c:101', order_id: '102', product_ids: ['101', '102'] },
      { customer_id: 'c:103', order_id: '104', product_ids: ['103', '104'] },
      { customer_id: 'c:105', product_ids: ['105'] },
      { customer_id: 'c:106', product_ids: ['106'] },
      { customer_id: 'nobody' },
    ]);
  });

  it('may be columns of the same name, where the place says which; unused ones do not matter', async () => {
    const path = file('twice.csv', 'id,Name,Name,x,x\nc1,n1,n2,1,2\n');
    const plan = (from: string): ImportPlan => ({
      records: [{ record: 'touchpoints', fields: { customer_id: { from } } }],
    });
    expect((await load(path, plan('id'))).items).toEqual([{ customer_id: 'c1' }]);
    expect((await load(path, plan('Name#2'))).items).toEqual([{ customer_id: 'n2' }]);
    await expect(load(path, plan('Name'))).rejects.toThrow(
      '--map: the file has two columns named "Name"; write Name#1 or Name#2, or rename one',
    );
  });

  it('say no value in the ways of databases and of Google Ads, in csv alone', async () => {
    const { values } = await field('spend', 'campaign_id', ['NULL', '\\N', ' --', '--', 'null-island']);
    expect(values).toEqual([undefined, undefined, undefined, undefined, 'null-island']);
    const lines = await load(file('x.ndjson', '{"customer_id":"NULL"}\n'), {
      records: [{ record: 'touchpoints', fields: {} }],
    });
    expect(lines.items).toEqual([{ customer_id: 'NULL' }]);
  });

  it('name a column that no row has, with the nearest one', async () => {
    const { mapping } = await load(file('c.ndjson', '{"campaign":"a","who":"x"}\n'), {
      records: [
        {
          record: 'touchpoints',
          fields: { campaign_id: { from: 'campain' }, customer_id: { from: 'who' }, occurred_at: { from: 'tme' } },
        },
      ],
    });
    expect(mapping.mappings[0]!.unseen()).toEqual([
      { field: 'campaign_id', column: 'campain', nearest: 'campaign', required: false },
      { field: 'occurred_at', column: 'tme', nearest: undefined, required: true },
    ]);
    await expect(
      load(file('t.csv', 'Report\nCampaign,Cost\nx,1\n'), {
        records: [{ record: 'spend', fields: { campaign_id: { from: 'Campaign' } } }],
      }),
    ).rejects.toThrow(
      'the file has no column "Campaign"; it has Report; a later line has it, so --skip 1 may be meant',
    );
  });

  it('keep whole numbers of ndjson that a double would round', async () => {
    const line =
      '{"order_id":820982911946154508,"custom_properties":{"a":9007199254740993},"conversion_value":29.990000000000002,"currency":"USD"}\n';
    const { items } = await load(file('big.ndjson', line), { records: [{ record: 'conversions', fields: {} }] });
    expect(items).toEqual([
      {
        order_id: '820982911946154508',
        custom_properties: { a: '9007199254740993' },
        conversion_value: '29.99',
        currency: 'USD',
      },
    ]);
  });

  it('warn of ids that a spreadsheet rounded, and refuse them when asked to be strict', async () => {
    const { notes } = await field('conversions', 'order_id', ['4.5E+12', '4.5E+12', 'ok']);
    expect(notes).toMatchObject([{ kind: 'damaged_id', field: 'order_id', rows: 2, first_lines: [2, 3] }]);
    const joined = await field('conversions', 'order_id', ['4.5E+12', 'ok'], { from: "'shop'+x+id" });
    expect(joined.notes).toMatchObject([{ kind: 'damaged_id', rows: 1, first_lines: [2] }]);
    expect((await field('conversions', 'product_ids', [' 8.2E+17 ', 'ok;4.5E+12'])).notes).toMatchObject([{ rows: 2 }]);
    const rounded = async (...ids: string[]) => {
      const path = file('f.csv', `order_id\n${ids.join('\n')}\n`);
      return (await load(path, { records: [{ record: 'conversions', fields: {} }] })).mapping.roundedIds();
    };
    expect(await rounded('820982911946154000', '820982911946155000', 'ok')).toMatchObject([
      { kind: 'damaged_id', field: 'order_id', rows: 2, first_lines: [2, 3] },
    ]);
    expect(await rounded('820982911946154000', '820982911946154508', '820982911946155000')).toEqual([]);
    expect(await rounded('1234567890123450', '450789469')).toEqual([]);
    const { values } = await field('conversions', 'order_id', ['4.5E+12', 'ok'], {}, { strict: true });
    expect(values).toEqual([expect.stringContaining('is an id that a spreadsheet rounded'), 'ok']);
  });
});

describe('conditions', () => {
  it('compare text, numbers and lists of values', async () => {
    const path = file('w.csv', 'customer_id,Status,Amount\na,paid,0.00\nb,refunded,"1,250.00"\nc,,5\n');
    const who = async (...where: string[]) => {
      const plan: ImportPlan = { records: [{ record: 'touchpoints', fields: {}, where: where.map(conditionOf) }] };
      return (await load(path, plan)).items.map((item) => (item as { customer_id: string }).customer_id).join('');
    };
    expect(await who('Status=paid')).toBe('a');
    expect(await who('Status!=paid')).toBe('bc');
    expect(await who('Status!=')).toBe('ab');
    expect(await who('Status in paid, refunded')).toBe('ab');
    expect(await who('Amount>0')).toBe('bc');
    expect(await who('Amount<10', 'Status=')).toBe('c');
    expect(() => conditionOf('Status')).toThrow('does not have the form COLUMN=VALUE');
    expect(conditionOf('p[key=a].v=1')).toEqual({ column: 'p[key=a].v', op: '=', values: ['1'] });
  });
});

describe('values that are replaced', () => {
  it('by nothing are no value, and take the default if there is one', async () => {
    const path = file('v.csv', 'id,who\n(not set),a\n7,(none)\n8,b\n');
    const { items } = await load(path, {
      records: [
        {
          record: 'conversions',
          by_name: false,
          fields: {
            order_id: { from: 'id', values: { '(not set)': '' } },
            customer_id: { from: 'who', values: { '(none)': '' }, default: 'nobody' },
          },
        },
      ],
    });
    expect(items).toEqual([
      { customer_id: 'a' },
      { order_id: '7', customer_id: 'nobody' },
      { order_id: '8', customer_id: 'b' },
    ]);
  });
});

describe('lists of records in a row', () => {
  const each: ImportPlan = {
    records: [
      {
        record: 'touchpoints',
        by_name: false,
        each: 'activity',
        where: [{ column: 'activity.action', op: 'in', values: ['open', 'click'] }],
        fields: {
          customer_id: { from: 'who' },
          touchpoint_type: { from: 'activity.action', values: { open: 'email_open', click: 'email_click' } },
          url: { from: 'activity.url', optional: true },
        },
      },
      { record: 'email_events', by_name: false, fields: { customer_id: { from: 'who' } } },
    ],
  };
  const activity = [
    { action: 'open' },
    { action: 'click', url: 'https://shop.example/' },
    { action: 'bounce' },
    { action: 'open' },
  ];
  const touches = [
    { customer_id: 'a', touchpoint_type: 'email_open' },
    { customer_id: 'a', touchpoint_type: 'email_click', url: 'https://shop.example/' },
    { customer_id: 'a', touchpoint_type: 'email_open' },
  ];

  it('are one record of each item, in ndjson, csv and Parquet; other records of the plan read the row once', async () => {
    const lines = [{ who: 'a', activity }, { who: 'b', activity: [] }, { who: 'c' }];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const wanted = [touches, [{ customer_id: 'a' }, { customer_id: 'b' }, { customer_id: 'c' }]];
    expect((await load(file('e.ndjson', text), each)).all).toEqual(wanted);
    const csv = `who,activity\na,"${JSON.stringify(activity).replaceAll('"', '""')}"\nb,[]\nc,\n`;
    expect((await load(file('e.csv', csv), each)).all).toEqual(wanted);
    const parquet = join(root, 'e.parquet');
    const source = file('p.ndjson', text);
    const db = await DuckDBInstance.create(':memory:');
    const connection = await db.connect();
    await connection.run(`copy (select * from read_json('${source}')) to '${parquet}' (format parquet)`);
    connection.closeSync();
    db.closeSync();
    expect((await load(parquet, each)).all).toEqual(wanted);
  });

  it('refuse a row that holds something else, or too many, and a file without the column', async () => {
    const many = JSON.stringify(Array.from({ length: 10_001 }, () => ({ action: 'open' })));
    const path = file('bad.ndjson', `{"who":"a","activity":"soon"}\n{"who":"b","activity":${many}}\n`);
    expect((await load(path, each)).items).toEqual([
      'activity: is not a list; write one in JSON',
      'activity: has 10001 items, more than 10000; divide the row',
    ]);
    await expect(load(file('none.csv', 'who\na\n'), each)).rejects.toThrow('has no column "activity"');
    const [first] = each.records;
    expect(() => checkPlan({ records: [{ ...first!, group_lines: 'url' }] })).toThrow('several items of a row');
  });
});

describe('rows of one order', () => {
  const ORDERS = 'Name,Email,Total,sku,qty\n#1,a@x,30,p1,2\n#1,,,p2,1\n#2,b@x,10,p1,1\n#1,,,p3,1\n,c@x,5,p9,1\n';
  const plan: ImportPlan = {
    records: [
      {
        record: 'conversions',
        by_name: false,
        group_lines: 'order_id',
        fields: {
          order_id: { from: 'Name' },
          customer_id: { from: 'Email' },
          conversion_value: { from: 'Total' },
          product_ids: { from: 'sku' },
          quantity: { from: 'qty', collect: 'sum' },
        },
      },
    ],
  };

  it('are one record with all products, and rows that stand apart are told', async () => {
    expect((await load(file('o.csv', ORDERS), plan)).items).toEqual([
      { order_id: '#1', customer_id: 'a@x', conversion_value: '30', product_ids: ['p1', 'p2'], quantity: 3 },
      { order_id: '#2', customer_id: 'b@x', conversion_value: '10', product_ids: ['p1'], quantity: 1 },
      expect.stringContaining('order_id: is in conflict: rows of "#1" came before'),
      { customer_id: 'c@x', conversion_value: '5', product_ids: ['p9'], quantity: 1 },
    ]);
  });

  it('are refused together if one of them cannot be read, so that no order lacks a product', async () => {
    const rows = [
      ...['#1,a@x,30,p1,2', '#1,"x,,p2,1', '#1,,,p3,1'],
      ...['#2,b@x,10,p1,1', '#2,b,p2'],
      ...['#3,"x,3,p1,1', '#3,c@x,3,p2,1'],
      ...['#4,d@x,10,p1,1', 'x'],
      ...['#5,e@x,10,p1,"1,5"', '#6,f@x,10,p1,1', '#6,,,p1,x'],
    ];
    const { items } = await load(file('u.csv', `Name,Email,Total,sku,qty\n${rows.join('\n')}\n`), plan);
    const unread = (line: number) =>
      expect.stringContaining(`order_id: has a row that cannot be read, on line ${line}`);
    const bad = expect.stringMatching(/^: (opens a quote|has \d cells)/);
    const own = (text: string) => expect.stringContaining(text);
    expect(items).toEqual([
      ...[bad, unread(3), bad, bad, unread(6), unread(7), bad],
      { order_id: '#4', customer_id: 'd@x', conversion_value: '10', product_ids: ['p1'], quantity: 1 },
      ...[own('quantity: "1,5" has a decimal comma'), own('quantity: "x" cannot be added')],
    ]);
  });

  it('are left out with their first row, and several records read the same file', async () => {
    const [orders] = plan.records;
    const where = [conditionOf('Email!=a@x')];
    const { all } = await load(file('o.csv', ORDERS.replace('#1,,,p3,1\n', '')), {
      records: [
        { ...orders!, where },
        {
          record: 'customer_segments',
          by_name: false,
          fields: { customer_id: { from: 'Email' } },
          where: [conditionOf('Email!=')],
        },
      ],
    });
    expect(all.map((items) => items.length)).toEqual([2, 3]);
  });
});
