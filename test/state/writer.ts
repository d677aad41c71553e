/** A process that counts in a file of state and says each count once it is durable; for tests that kill it. */
import { FileState } from '../../src/state/file.ts';

const [path, most = 'Infinity'] = process.argv.slice(2);
const state = await FileState.open(path!);
for (let i = 0; i < Number(most); i++) {
  const count = await state.transaction(async (transaction) => {
    const n = ((await transaction.get<number>('counts', 'n')) ?? 0) + 1;
    await transaction.put('counts', 'n', n);
    await transaction.put('counts', 'double', 2 * n);
    await transaction.put('entries', String(n), { text: 'x'.repeat(n % 3_000) });
    return n;
  });
  process.send!(count);
}
await state.close();
process.disconnect();
