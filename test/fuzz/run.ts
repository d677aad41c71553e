/** `npm run fuzz`: hostile inputs of a seed, over all that takes inputs. Exit code 1 when a promise is broken. */
import { parseArgs } from 'node:util';
import { fuzz, PARTS } from './parts.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    part: { type: 'string' },
    from: { type: 'string', default: '0' },
    verbose: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'duckdb' },
  },
});

const [inputs, seed, from] = [values.inputs, values.seed, values.from].map(Number) as [number, number, number];
const sound = [inputs, seed, from].every((number) => Number.isSafeInteger(number) && number >= 0);
if (
  !sound ||
  (values.part !== undefined && !Object.hasOwn(PARTS, values.part)) ||
  !['duckdb', 'clickhouse'].includes(values.engine)
) {
  console.error(
    `usage: npm run fuzz -- --inputs N --seed S --part ${Object.keys(PARTS).join('|')} --from NUMBER --engine duckdb|clickhouse --verbose`,
  );
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const findings = await fuzz({
  inputs,
  seed,
  from,
  engine: values.engine as 'duckdb' | 'clickhouse',
  stop: stop.signal,
  ...(values.part === undefined ? {} : { part: values.part }),
  ...(values.verbose ? { progress: console.error } : {}),
  print: console.log,
});
console.log(findings.length === 0 ? 'every promise was kept' : `${findings.length} promises were broken`);
process.exitCode = findings.length === 0 ? 0 : 1;
