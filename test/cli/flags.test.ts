import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addFlags, flagNamed, parametersOf } from '../../src/cli/flags.ts';
import { FitParameters } from '../../src/reports/fit-parameters.ts';
import { REPORTS } from '../../src/reports/index.ts';

/** Parameters that may be given several times. */
const LISTS = ['filter', 'path', 'set'];

test('every parameter of every report is a flag or an argument, and says the same as the parameter', () => {
  for (const { name: report, parameters } of REPORTS) {
    for (const name of Object.keys(parameters.properties)) {
      const sent = new Command().exitOverride();
      addFlags(sent, parameters);
      const option = sent.options.find(({ long }) => long === flagNamed(parameters, name));
      if (option === undefined) {
        expect([report, sent.registeredArguments.map((argument) => argument.name())]).toEqual([report, [name]]);
        continue;
      }
      sent.parse([option.long!, ...(option.required ? ['5'] : [])], { from: 'user' });
      expect([report, parametersOf(parameters, sent.opts())]).toEqual([
        report,
        { [name]: option.required ? (LISTS.includes(name) ? ['5'] : '5') : 'true' },
      ]);
    }
  }
});

test.each([
  [['--order', '5'], 'Send 1, 2, 3, 4 or auto.'],
  [['--draws', '1001'], 'Send a whole number from 0 to 1000.'],
  [['--draws', '1.5'], 'Send a whole number from 0 to 1000.'],
  [['--max-age-days', '0'], 'Send a number above 0, up to 365.'],
])('%j of a fit is refused on the command line', (argv, fix) => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addFlags(command, FitParameters, { check: true });
  expect(() => command.parse(argv, { from: 'user' })).toThrow(fix);
});
