import { describe, expect, it } from 'vitest';
import { openScratch } from '../../src/files/scratch.ts';
import { CsvRecords } from '../../src/mapping/csv-records.ts';
import { csvCell, guarded, guardedSql, toCsv } from '../../src/present/csv.ts';

describe('a report as csv', () => {
  it('cannot run as a formula in a spreadsheet, and leaves numbers alone', () => {
    expect(csvCell('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
    for (const text of ['+1 800', '-x', '@cmd', ' =x']) expect(csvCell(text).replaceAll('"', '')).toBe(`'${text}`);
    expect(['\tx', '\ufeff=x', '\u200b@x'].map((text) => csvCell(text))).toEqual(["' x", "'\ufffd=x", "'\ufffd@x"]);
    for (const text of ['-20.000000', '+5', '12', 'email']) expect(csvCell(text)).toBe(text);
    expect(csvCell(null)).toBe('');
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
  });

  it('is guarded in the same way by the engine, which writes exports', async () => {
    const beginnings = [
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      '＝',
      '＋',
      '－',
      '＠',
      "'",
      ' ',
      'a',
      '1',
      '-1',
      '+1.5',
      '-1.',
      '.',
      '',
    ];
    const texts = beginnings.flatMap((one) => ['', '1', 'x', '1+1', '\n', '=', '.5'].map((rest) => one + rest));
    const { connection, close } = await openScratch(1);
    for (const text of texts) {
      const rows = await connection.runAndReadAll(`select ${guardedSql('t')} from (select $t::varchar as t)`, {
        t: text,
      });
      expect(rows.getRows()).toEqual([[guarded(text)]]);
    }
    close();
    expect(['=1', '＝1', '+1', '-1x', "'="].map(guarded)).toEqual(["'=1", "'＝1", '+1', "'-1x", "'="]);
  });

  it('opens in Excel: a byte order mark, semicolons and decimal commas; keys and texts stay as they are', () => {
    const rows = [
      {
        campaign_id: '1.500000',
        channel: 'a;b',
        attributed_revenue: '-1.500000',
        credited_conversions: 0.5,
        previous: { day: '2026-03-01', attributed_revenue: '2.000000' },
      },
      {
        campaign_id: '=x',
        channel: 'email',
        attributed_revenue: '1234.000000',
        credited_conversions: 3,
        previous: { day: null, attributed_revenue: null },
      },
    ];
    const table = { rows: 'rows' };
    expect(toCsv({ rows }, table, 'excel')).toBe(
      '\uFEFFcampaign_id;channel;attributed_revenue;credited_conversions;previous.day;previous.attributed_revenue\r\n' +
        '1.500000;"a;b";-1,500000;0,5;2026-03-01;2,000000\r\n' +
        "'=x;email;1234,000000;3;;\r\n",
    );
    expect(toCsv({ rows }, table, 'excel_us')).toContain('1.500000,a;b,-1.500000,0.5,');
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
    const parser = new CsvRecords({ delimiter: ',', line_end: '\n', strict: false }, 1);
    const parsed = [...parser.push(`${cells.map((text) => csvCell(text)).join(',')}\r\nnext\n`), ...parser.end()];
    expect(parsed).toEqual([
      { line: 1, cells },
      { line: 3, cells: ['next'] },
    ]);
  });
});
