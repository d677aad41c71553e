/** What an import says, the exit code that a script reads, and the file of refused rows. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OpenTributary, openTributary } from '../../src/tributary.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runsOf } from '../support/tier.ts';
import { cli, type Outcome, type Terminal } from './harness.ts';

const root = temporaryFolder();
let made = 0;

function file(name: string, text: string | Buffer): string {
  const path = join(root, `${made++}-${name}`);
  writeFileSync(path, text);
  return path;
}

const newData = (): string => join(root, `data-${made++}`);

interface Report extends Record<string, unknown> {
  exit_code: number;
  rows_read: number;
  accepted: number;
  refused: number;
  left_out: number;
  collected: number;
  in_conflict: number;
  refused_by_reason: { field: string; message: string; rows: number; first_lines: number[] }[];
  warnings: { kind: string; message: string; rows: number }[];
  sums: object[];
  rejected_file: string | null;
}

async function report(words: readonly string[], terminal: Terminal = {}): Promise<Report & Outcome> {
  const outcome = await cli(['import', ...words, '--json'], terminal);
  const json = JSON.parse(outcome.out) as Report;
  expect(json.exit_code).toBe(outcome.code);
  return { ...json, ...outcome };
}

const ORDERS = 'order_id,customer_id,conversion_type,conversion_value,currency,occurred_at\n';
const order = (n: number | string, value: string, currency = 'USD', at = '2026-03-01T10:00:00Z'): string =>
  `o${n},c${n},purchase,${value},${currency},${at}\n`;

describe('the report of an import', () => {
  it('adds up the money that was accepted, and counts refusals by reason', async () => {
    const path = file(
      'orders.csv',
      `${ORDERS}${order(1, '10.10')}${order(2, '0.20')}${order(3, '5', 'EUR')}${order(4, '1.234')}${order(5, '2.345')}${order(6, '7', 'XXX')}`,
    );
    const told = await report(['conversions', path, '--data', newData()]);
    expect(told).toMatchObject({ exit_code: 3, rows_read: 6, accepted: 3, refused: 3, repeated: 0, in_conflict: 0 });
    expect(told.sums).toEqual([
      { record: 'conversions', field: 'conversion_value', currency: 'USD', amount: '10.300000' },
      { record: 'conversions', field: 'conversion_value', currency: 'EUR', amount: '5.000000' },
    ]);
    expect(told.refused_by_reason.map(({ field, rows, first_lines }) => [field, rows, first_lines])).toEqual([
      ['conversion_value', 2, [5, 6]],
      ['currency', 1, [7]],
    ]);
    const said = await cli(['import', 'conversions', path, '--data', newData()]);
    expect(said.out).toMatch(/sum of conversion_value, USD\s+10\.30\n\s+sum of conversion_value, EUR\s+5\.00\n/);
    expect(said.err).toContain('  2 × conversion_value: "…" has 3 decimals');
  });

  it('does not call conflicts well: the same ids with other amounts', async () => {
    const data = newData();
    const id = ['--map', 'conversion_id=order_id', '--data', data];
    await report(['conversions', file('a.csv', ORDERS + order(1, '10') + order(2, '20')), ...id]);
    const told = await report(['conversions', file('b.csv', ORDERS + order(1, '11') + order(2, '20')), ...id]);
    expect(told).toMatchObject({ exit_code: 3, accepted: 2, in_conflict: 1, repeated: 1 });
  });

  it('fails when --where matches nothing, and says so', async () => {
    const path = file('w.csv', ORDERS + order(1, '10'));
    const told = await report(['conversions', path, '--where', 'currency=usd', '--data', newData()]);
    expect(told).toMatchObject({
      exit_code: 1,
      rows_read: 1,
      left_out: 1,
      matched: [{ record: 'conversions', where: 'currency = usd', rows: 0 }],
      warnings: [{ kind: 'no_match', message: expect.stringContaining('currency = usd') }],
    });
  });

  it('tells a column that no row has: as a warning, and by the exit code where the field is needed', async () => {
    const line = (more: object): string =>
      `${JSON.stringify({ customer_id: 'a', touchpoint_type: 'email_click', occurred_at: '2026-03-01T10:00:00Z', ...more })}\n`;
    const path = file('t.ndjson', line({ campaign: 'x' }) + line({}));
    const told = await report(['touchpoints', path, '--map', 'campaign_id=campain', '--data', newData()]);
    expect(told.warnings).toMatchObject([
      {
        kind: 'no_column',
        message: 'no row has a value in campain, which --map names for campaign_id; did you mean campaign?',
      },
    ]);
    expect(told.exit_code).toBe(0);
    expect((await report(['touchpoints', path, '--map', 'occurred_at=tme', '--data', newData()])).exit_code).toBe(1);
  });

  it('of a dry run is the same, and nothing is written', async () => {
    const path = file('dry.csv', `${ORDERS}${order(1, '10')}${order(2, '1.234')}3,x\n`);
    const data = newData();
    const told = await report(['conversions', path, '--dry-run', '--data', data]);
    expect(told).toMatchObject({
      dry_run: true,
      exit_code: 3,
      rows_read: 3,
      accepted: 1,
      refused: 2,
      rejected_file: null,
    });
    expect(existsSync(data)).toBe(false);
    expect(existsSync(`${path}.rejected.csv`)).toBe(false);
  });
});

describe('refused rows', () => {
  it('are in a file that the same command imports once they are mended: csv with titles, another encoding and a stray quote', async () => {
    const text = `Title é\n${ORDERS.replace('order_id', 'número')}${order('é', '1,5')}${order(2, '20')}${order(3, '"3')}4,5\n`;
    const path = file('r.csv', Buffer.from(text.replaceAll(',', ';').replace('1;5', '1,5x'), 'latin1'));
    const options = ['--skip', '1', '--map', 'order_id=número', '--encoding', 'latin1', '--data', newData()];
    const told = await report(['conversions', path, ...options]);
    expect(told).toMatchObject({ exit_code: 3, rows_read: 4, accepted: 1, refused: 3 });
    const rejected = `${path}.rejected.csv`;
    const mended = readFileSync(rejected, 'utf8').replaceAll('1,5x', '1.5').replace('"""3"', '3');
    expect(mended.split('\n').map((line) => line.split(';')[0])).toEqual([
      '\ufeffTitle é',
      'rejected_line',
      '3',
      '5',
      '6',
      '',
    ]);
    writeFileSync(rejected, mended);
    const again = await report(['conversions', rejected, ...options]);
    expect(again).toMatchObject({
      exit_code: 3,
      rows_read: 3,
      accepted: 2,
      refused: 1,
      sums: [{ amount: '4.500000' }],
    });
    expect(again.err).not.toContain('rejected_reason');
    expect(basename(again.rejected_file!)).toBe(`${basename(rejected)}.rejected.csv`);
  });

  it('of ndjson keep their object beside the reason', async () => {
    const path = file('r.ndjson', '{"customer_id":"a","x":{"y":1}}\n{"broken"\n');
    await report(['touchpoints', path, '--data', newData()]);
    const lines = readFileSync(`${path}.rejected.ndjson`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { rejected_line: 1, rejected_reason: 'touchpoint_type: is required', customer_id: 'a', x: { y: 1 } },
      { rejected_line: 2, rejected_reason: expect.stringContaining('is not JSON'), rejected_text: '{"broken"' },
    ]);
  });
});

describe('rows that several records of a plan refuse', () => {
  it('are counted and written once each, with all reasons', async () => {
    const plan = file(
      'plan.json',
      JSON.stringify({
        records: [
          {
            record: 'conversions',
            group_lines: 'order_id',
            fields: { product_ids: { from: 'sku' }, conversion_type: { value: 'purchase' } },
          },
          { record: 'adjustments', fields: { amount: { from: 'refund' }, reason: { value: 'refund' } } },
        ],
      }),
    );
    const path = file(
      'lines.csv',
      'order_id,customer_id,conversion_value,currency,occurred_at,sku,refund\n' +
        'o1,a,bad,USD,2026-03-01T10:00:00Z,x,\n' +
        'o1,a,bad,USD,2026-03-01T10:00:00Z,y,-1\n' +
        'o1,a,bad,USD,2026-03-01T10:00:00Z,z,\n',
    );
    const told = await report(['--plan', plan, path, '--data', newData()]);
    expect(told).toMatchObject({ rows_read: 3, accepted: 1, refused: 3 });
    const lines = readFileSync(`${path}.rejected.csv`, 'utf8').trim().split('\n').slice(1);
    expect(
      lines.map((line) => [line.slice(0, 1), line.includes('conversion_value:'), line.includes('amount:')]),
    ).toEqual([
      ['2', true, true],
      ['3', true, false],
      ['4', true, true],
    ]);
  });
});

describe('a plan with several records', () => {
  const plan = {
    records: [
      {
        record: 'conversions',
        by_name: false,
        group_lines: 'order_id',
        fields: {
          order_id: { from: 'Name' },
          conversion_id: { from: "'order'+Name" },
          customer_id: { from: 'Email' },
          conversion_type: { value: 'purchase' },
          conversion_value: { from: 'Total' },
          currency: { value: 'USD' },
          occurred_at: { from: 'Created at' },
          product_ids: { from: 'sku' },
        },
      },
      {
        record: 'adjustments',
        by_name: false,
        where: [{ column: 'Refunded', op: '>', values: ['0'] }],
        fields: {
          order_id: { from: 'Name' },
          amount: { from: 'Refunded', negate: true },
          currency: { value: 'USD' },
          reason: { value: 'refund' },
          occurred_at: { from: 'Created at' },
        },
      },
    ],
  };
  const rows = (orders: number): string =>
    Array.from({ length: orders }, (_, i) => {
      const first = `#${i},c${i},${10 + i}.00,2026-03-01 10:00:00 -0500,${i % 3 === 0 ? '2.50' : '0.00'},p1\n`;
      return i % 4 === 0 ? `${first}#${i},,,,,p2\n#${i},,,,,p3\n` : first;
    }).join('');
  const orders = (n: number): string => file('shop.csv', `Name,Email,Total,Created at,Refunded,sku\n${rows(n)}`);

  it('fills all of them in one pass over the file', async () => {
    const told = await report(['--plan', file('plan.json', JSON.stringify(plan)), orders(9), '--data', newData()]);
    expect(told).toMatchObject({
      ...{ exit_code: 0, rows_read: 15, accepted: 12, refused: 0, collected: 6, left_out: 0 },
      accepted_by_record: { conversions: 9, adjustments: 3 },
      sums: [{ amount: '126.000000' }, { field: 'amount', amount: '-7.500000' }],
    });
  });

  it('goes on after a stop without cutting an order, and knows orders from before', async () => {
    const data = newData();
    const path = orders(200);
    writeFileSync(path, `${readFileSync(path, 'utf8')}#1,late,1.00,2026-03-01 10:00:00 -0500,0.00,p9\n`);
    const command = ['--plan', file('plan.json', JSON.stringify(plan)), path, '--batch', '10', '--data', data];
    const stop = new AbortController();
    const openAndStop = (async (options: Parameters<typeof openTributary>[0]) => {
      const tributary = await openTributary({ ...options, role: 'all' });
      const accept = tributary.collector.accept.bind(tributary.collector);
      let envelopes = 0;
      tributary.collector.accept = (...args) => {
        if (++envelopes === 9) stop.abort();
        return accept(...args);
      };
      return tributary;
    }) as OpenTributary;
    const stopped = await report(command, { open: { openTributary: openAndStop }, stop: stop.signal });
    expect(stopped.exit_code).toBe(130);
    const told = await report(command);
    expect(told).toMatchObject({
      exit_code: 3,
      rows_read: 301,
      accepted: 267,
      refused: 1,
      collected: 100,
      repeated: expect.any(Number),
    });
    expect(told.refused_by_reason).toMatchObject([
      { field: 'order_id', rows: 1, message: expect.stringContaining('is in conflict') },
    ]);
  });

  it('is refused when it is none', async () => {
    const attempt = async (text: string): Promise<string> =>
      (await cli(['import', '--plan', file('p.json', text), orders(1), '--data', newData()])).err;
    expect(await attempt('{')).toContain('error: --plan: ');
    expect(await attempt('{"records":[]}')).toContain('error: --plan: /records');
    expect(await attempt('{"records":[{"record":"visits","fields":{}}]}')).toContain('visits is not one of');
  });
});

describe('a file without a record', () => {
  const path = file(
    'events.csv',
    'Email,Event,Timestamp\na@x.example,email_click,2026-03-01T10:00:00Z\nb@x.example,nonsense,2026-03-01T10:00:00Z\n',
  );

  it('gets a proposal with its first rows, and the command, where nobody can answer', async () => {
    const { code, out } = await cli(['import', path, '--data', newData()]);
    expect(code).toBe(2);
    expect(out).toContain('customer_id from Email');
    expect(out).toContain(
      'line 2: {"customer_id":"a@x.example","touchpoint_type":"email_click","occurred_at":"2026-03-01T10:00:00Z"}',
    );
    const command = /to import it: tributary import (.*)\n/.exec(out)![1]!.split(' ');
    expect((await report([...command, '--data', newData()])).accepted).toBe(1);
  });

  it('is imported when the answer is yes', async () => {
    const asked: string[] = [];
    const answer = (text: string) => ({
      ask: async (question: string) => {
        asked.push(question);
        return text;
      },
    });
    expect((await cli(['import', path, '--data', newData()], answer('n'))).code).toBe(2);
    expect((await cli(['import', path, '--data', newData()], answer('y'))).out).toMatch(/accepted\s+1\n/);
    expect((await cli(['import', path, '--yes', '--data', newData()])).out).toMatch(/accepted\s+1\n/);
    expect(asked).toHaveLength(2);
    const { out, err } = await cli(['import', path, '--yes', '--json', '--data', newData()]);
    expect(JSON.parse(out)).toMatchObject({ accepted: 1 });
    expect(err).toContain(`${path}: `);
  });

  it('gets a proposal also below titles, where the command skips them', async () => {
    const below = file('titles.csv', `Report\n"March 1, 2026"\n${readFileSync(path, 'utf8')}`);
    const { out } = await cli(['import', below, '--data', newData()]);
    expect(out).toMatch(/to import it: .* --skip 2\n/);
  });

  it('is refused when no record fits, with commands to start from', async () => {
    const { err } = await cli(['import', file('x.csv', 'a,b\n1,2\n'), '--data', newData()]);
    expect(err).toContain('no record fits the columns a, b; name the record and its columns, such as tributary import');
    expect(err).toContain(
      'import conversions FILE --map customer_id=COLUMN --set conversion_type=purchase --map conversion_value=COLUMN',
    );
    expect(err).toContain('import spend FILE --map date=COLUMN --map channel=COLUMN --map amount=COLUMN');
    expect((await cli(['import', 'touchpoints', '--data', newData()])).err).toContain('FILE: is missing');
  });
});

describe('any damaged file', () => {
  /** Counts rows as a person with an editor would: non-empty lines below the header, as no cell here has a line break. */
  const linesOf = (text: string): number =>
    text
      .split('\n')
      .slice(1)
      .filter((line) => line !== '').length;

  it('is read to its end: each row is accepted or refused, and none comes out of nothing', async () => {
    const edit = fc.record({
      at: fc.nat(),
      text: fc.constantFrom('"', ',', '""', 'x', '\\N', ',"', '"x', ' ', ';', '\n', '\u0000'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), async (edits, n) => {
        let body = Array.from({ length: n }, (_, i) => order(i, `${i + 1}.50`)).join('');
        for (const { at, text } of edits) {
          const place = at % (body.length + 1);
          body = body.slice(0, place) + text + body.slice(place);
        }
        const text = ORDERS + body;
        const told = await report(['conversions', file('m.csv', text), '--dry-run', '--data', join(root, 'none')]);
        // Two edits may make a quoted cell of several lines by the standard, which is one row.
        if (!text.includes('"')) expect(told.rows_read).toBe(linesOf(text));
        expect(told.rows_read).toBeLessThanOrEqual(linesOf(text));
        expect(told.accepted + told.refused).toBe(told.rows_read);
        expect(told.refused).toBeLessThanOrEqual(2 * edits.length);
      }),
      { numRuns: runsOf('TRIBUTARY_IMPORT_RUNS', 60, 1_500), seed: 5 },
    );
  });
});

describe('files of a marketer', () => {
  const proposal = async (text: string): Promise<Outcome> =>
    cli(['import', file('own.csv', text), '--data', newData()]);

  it.each([
    [
      'orders with names of columns as persons write them',
      'Order No,Customer Email,Purchase Date,Order Total (EUR)\nB1,carl@example.com,2026-03-09T10:00:00Z,12.50\n',
      '"conversion_value":"12.50","occurred_at":"2026-03-09T10:00:00Z","order_id":"B1","currency":"EUR"}\n',
    ],
    [
      'visits without a type',
      'visit time;visitor email;landing page\n2026-03-09T10:00:00Z;carl@example.com;https://shop.example/\n',
      '"touchpoint_type":"website_visit","customer_id":"carl@example.com"',
    ],
    [
      'costs from a German Excel',
      'Datum;Kampagne;Kosten;W\u00e4hrung;Kanal\n2026-03-05;Für alle;10.00;EUR;paid_social\n',
      '"channel":"paid_social","campaign_id":"Für alle","amount":"10.00","currency":"EUR"}\n',
    ],
    [
      'orders from a German shop',
      'Bestellnummer;Kunde;Bestelldatum;Gesamtsumme (EUR)\nB1;carl;2026-03-09T10:00:00Z;12.50\n',
      '"order_id":"B1","currency":"EUR"}\n',
    ],
    ['rates', 'date,currency,to_currency,kurs\n2026-03-09,EUR,USD,1.10\n', '"base":"USD","rate":"1.10",'],
  ])('get a proposal for %s', async (_, text, item) => {
    const { out } = await proposal(text);
    expect(out).toContain(item);
    expect(out).not.toContain('is refused');
  });

  it('of a person and a time alone are no visits', async () => {
    expect((await proposal('email,date\na@example.com,2026-03-09T10:00:00Z\n')).err).toContain('no record fits');
  });

  it.each([
    ['x.xlsx', 'PK\x03\x04\x14', 'save its sheet as csv'],
    ['x.csv', 'PK\x03\x04\x14', 'save its sheet as csv'],
    ['x.pdf', '%PDF-1.7\n', 'is a PDF, which holds no rows; export the same report as csv'],
    ['x.csv.gz', '\x1f\x8b\x08', 'is compressed; unpack it with gunzip'],
    ['x.csv', '\n<!DOCTYPE html>\n<html>', 'log in and download the file again'],
    ['x.json', '[{"a":1}]', "write one object a line: jq -c '.[]'"],
    ['x.doc', 'a,b', 'has no known extension (.csv, '],
  ])('are refused with what to do: %s %j', async (name, text, fix) => {
    const path = file(name, Buffer.from(text, 'latin1'));
    for (const words of [[path], ['touchpoints', path]]) {
      const { code, err } = await cli(['import', ...words, '--data', newData()]);
      expect(code).toBe(1);
      expect(err).toContain(fix);
    }
  });

  it('whose columns are no fields are told the fields of the record', async () => {
    const rates = file('rates.csv', 'Day,From,To\n1,2,3\n');
    expect((await cli(['import', 'fx_rates', rates, '--data', newData()])).err).toContain(
      'its fields are brand_id, date, currency, base, rate',
    );
  });

  it('are not said to lack a column that a refused row was not asked for', async () => {
    const path = file('visits.csv', 'when,who,page\n2026-03-05 09:00,carl@example.com,https://shop.example/\n');
    const map = ['--map', 'occurred_at=when', '--map', 'customer_id=who', '--map', 'url=page'];
    const { refused, warnings } = await report(['touchpoints', path, ...map, '--dry-run', '--data', newData()]);
    expect({ refused, warnings }).toEqual({ refused: 1, warnings: [] });
  });

  it('with capital letters in emails are warned of, unless the brand keeps emails in one form', async () => {
    const path = file('emails.csv', ORDERS + order(1, '5.00').replace('c1', 'Anna@Example.com') + order(2, '6.00'));
    const dry = ['conversions', path, '--dry-run', '--data', newData()];
    expect((await report(dry)).warnings).toMatchObject([{ kind: 'email_case', rows: 1 }]);
    const config = file('one.json', '{"defaults": {"customer_ids": "email"}}');
    expect((await report([...dry, '--config', config])).warnings).toEqual([]);
  });

  it('name a day with the sign that it has', async () => {
    const { err } = await cli([
      'import',
      'spend',
      file('d.csv', 'date,channel,amount\n05.11.2026,email,1\n'),
      '--dry-run',
    ]);
    expect(err).toContain('such as dd.MM.yyyy or MM.dd.yyyy HH:mm');
  });
});
