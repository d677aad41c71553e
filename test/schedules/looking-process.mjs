/** A process that looks at a schedule as its follower does, from the compiled program, until the period is sent. */
import { makeConfig } from '../../dist/config.js';
import { openTributary } from '../../dist/tributary.js';

const [folder, config, id, now_ms] = process.argv.slice(2);
const tributary = await openTributary({
  folder,
  config: makeConfig(JSON.parse(config)),
  serves_nobody: true,
  clock: () => Number(now_ms),
});
const { state, schedules } = tributary;
const follower = schedules.followers().find(({ name }) => name === `schedule_${id}`);
process.stdout.write('open\n');
await follower.run({ transaction: state.transaction.bind(state) }, new AbortController().signal);
const [{ status, deliveries }] = await schedules.list(null);
process.stdout.write(`${JSON.stringify({ status, deliveries })}\n`);
await tributary.close(false);
