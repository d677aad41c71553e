import { describe, expect, it } from 'vitest';
import { CsvParser } from '../../src/cli/import/csv-rows.ts';
import { csvCell, toCsv } from '../../src/present/csv.ts';
import { exactDecimals, money, moneyText, textTable } from '../../src/present/table.ts';

describe('a report as csv', () => {
  it('cannot run as a formula in a spreadsheet, and leaves numbers alone', () => {
    expect(csvCell('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
    for (const text of ['+1 800', '-x', '@cmd', '\tx']) expect(csvCell(text).replaceAll('"', '')).toBe(`'${text}`);
    for (const text of ['-20.000000', '+5', '12', 'email']) expect(csvCell(text)).toBe(text);
    expect(csvCell(null)).toBe('');
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
  });

  it('holds the rows of the main table', () => {
    const row = { channel: 'email', attributed_revenue: '1.000000' };
    const table = { rows: 'channel_attribution', parts: { field: 'models', column: 'attribution_model' } };
    expect(toCsv({ currency: 'USD', channel_attribution: [row] }, table)).toBe(
      'channel,attributed_revenue\r\nemail,1.000000\r\n',
    );
    expect(
      toCsv({ models: { linear: { channel_attribution: [row] }, last_touch: { channel_attribution: [] } } }, table),
    ).toBe('attribution_model,channel,attributed_revenue\r\nlinear,email,1.000000\r\n');
    expect(
      toCsv({ touchpoints: [{ id: 'a', credit: { linear: { share: 1 } } }, { id: 'b' }] }, { rows: 'touchpoints' }),
    ).toBe('id,credit.linear.share\r\na,1\r\nb,\r\n');
    expect(toCsv({ net: { amount: '1.00' }, rows: 2 }, null)).toBe('name,value\r\nnet.amount,1.00\r\nrows,2\r\n');
  });

  it('is read back by our own reader as it was', () => {
    const cells = ['plain', 'with, comma', 'with "quotes"', 'two\nlines', ''];
    const parser = new CsvParser(',');
    const parsed = [...parser.push(`${cells.map(csvCell).join(',')}\r\nnext\n`), ...parser.end()];
    expect(parsed).toEqual([
      { line: 1, cells },
      { line: 3, cells: ['next'] },
    ]);
  });
});

describe('money on the terminal', () => {
  it('is rounded half away from zero, with thousands set apart', () => {
    expect(['11423500000', '-5000', '-4999', '999995000', '1234567890123456'].map((micros) => money(micros))).toEqual([
      '11,423.50',
      '-0.01',
      '0.00',
      '1,000.00',
      '1,234,567,890.12',
    ]);
    expect(moneyText('-20.000000')).toBe('-20.00');
    expect(moneyText(null)).toBe('–');
  });

  it('shows as many decimals as make a column add up', () => {
    expect(exactDecimals(['74995000', '149990000'])).toBe(3);
    expect(exactDecimals(['1000000'])).toBe(2);
    expect(exactDecimals(['1'])).toBe(6);
  });

  it('lines numbers up to the right and lets no name move the cursor', () => {
    expect(
      textTable(
        [{ name: 'channel' }, { name: 'n', right: true }],
        [
          ['e\u001b[2Jmail', '1'],
          ['x', '100'],
        ],
        [['sum', '101']],
      ),
    ).toBe(
      '  channel    n\n  ────────────\n  e [2Jmail    1\n'
        .replace('  ────────────\n', '  ──────────────\n')
        .replace('channel    n', 'channel      n') + '  x          100\n  ──────────────\n  sum        101\n',
    );
  });
});
