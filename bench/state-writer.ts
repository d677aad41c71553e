/**
 * A process that opens a store of the bench. It counts in the store until it is killed, or it puts one value while another
 * process has the store open.
 */
import { DRIVERS, type DriverName } from './state-drivers.ts';

const [name, path, task] = process.argv.slice(2) as [DriverName, string, string];
try {
  const store = await DRIVERS[name].open(path);
  if (task === 'put') {
    await store.put('beside', 1);
    process.send!('opens and writes');
    await store.close();
    process.exit();
  }
  for (let count = ((await store.get('count')) ?? 0) + 1; ; count++) {
    await store.put('count', count);
    process.send!(count);
  }
} catch (error) {
  process.send!(`refused: ${(error as Error).message.split('\n')[0]}`);
  process.exit(1);
}
