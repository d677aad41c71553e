/** Random weight expressions: everything that the configuration allows, with a value at most touches. */
import fc from 'fast-check';

const { number } = fc.letrec<{ number: string; condition: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('1', '2', '0.1', '3.7', '1e-3', 'k', 'n', 'age_days', 'half_life_days'),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(fc.constantFrom('least', 'greatest', 'pow'), tie('number'), tie('number'))
      .map(([name, a, b]) => `${name}(${a}, ${b})`),
    fc
      .tuple(fc.constantFrom('exp', 'ln', 'sqrt', 'abs', 'floor', '-'), tie('number'))
      .map(([name, a]) => `${name}(${a})`),
    fc
      .tuple(tie('condition'), tie('number'), tie('number'))
      .map(([condition, a, b]) => `case when ${condition} then ${a} else ${b} end`),
  ),
  condition: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom("channel = 'email'", "touchpoint_type <> 'email_open'", 'k = n', 'age_days < 7'),
    fc
      .tuple(tie('number'), fc.constantFrom('=', '!=', '<', '<=', '>', '>='), tie('number'))
      .map(([a, operator, b]) => `${a} ${operator} ${b}`),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map((parts) => `(${parts.join(' ')})`),
    tie('condition').map((condition) => `not (${condition})`),
  ),
}));

export const expressions: fc.Arbitrary<string> = number;
