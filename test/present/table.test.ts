import { describe, expect, it } from 'vitest';
import { reportTitle } from '../../src/present/head.ts';
import { exactDecimals, money, moneyText, pairs, textTable } from '../../src/present/table.ts';

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

  it('lets nothing move the cursor in titles and pairs either, nor in the head and the totals of a table', () => {
    const evil = 'a\u001b]0;x\u0007\u009b2J\u2028b';
    const texts = [
      reportTitle(`Customer ${evil}`, { currency: evil }),
      pairs([[evil, evil]]),
      textTable([{ name: evil }], [[evil]], [[evil]]),
    ];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    for (const text of texts) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
  });
});
