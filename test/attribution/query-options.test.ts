import { describe, expect, test } from 'vitest';
import { optionParameters, pickOptions, readOptions, writeOptions } from '../../src/attribution/query-options.ts';

describe('the options of the query', () => {
  test('have a default each', () => {
    expect(readOptions({})).toEqual({
      collapse: 'interaction',
      adjustments: 'order_day',
      lookback: 'full',
      exclude_direct: false,
      include_machine: false,
      ignore_message_rules: false,
      conversion_types: null,
    });
  });

  test('come back from what a run stores of them, whatever they are', () => {
    const choices = optionParameters('touches', 'verdicts', 'refunds') as unknown as Record<string, { enum: string[] }>;
    let requests: Record<string, string>[] = [{}, { conversion_type: 'purchase' }];
    for (const [name, { enum: values }] of Object.entries(choices))
      requests = requests.flatMap((request) => values.map((value) => ({ ...request, [name]: value })));
    for (const request of requests) {
      const options = readOptions(request);
      expect(writeOptions(options)).toMatchObject(request);
      expect(readOptions(writeOptions(options))).toEqual(options);
    }
  });

  test('are refused by the name of their parameter', () => {
    expect(() => readOptions({ conversion_type: 'purchase,mood' })).toThrow(/^conversion_type: "mood" is not one of/);
    expect(() => readOptions({ lookback: 'far' })).toThrow(
      'lookback: "far" is not one of full, since_previous_conversion',
    );
  });

  test('go where they have a meaning: a receipt has none about orders or refunds', () => {
    expect(Object.keys(pickOptions(readOptions({}), 'touches'))).toEqual([
      'collapse',
      'lookback',
      'exclude_direct',
      'include_machine',
    ]);
  });
});
