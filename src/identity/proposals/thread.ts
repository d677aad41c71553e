/** Runs the search for proposals in a thread of its own, which ends afterwards. */
import { TributaryError } from '../../domain/errors.ts';
import { ThreadCalls } from '../../files/thread-calls.ts';
import { threadFile } from '../../files/thread-file.ts';
import type { PersonFeatures } from './features.ts';
import type { Found } from './propose.ts';

const MAX_MEMORY_MIB = 2_048;
const ENDED = new TributaryError('shutting_down', 'identity: the search for proposals was ended');

/** @throws busy when the thread fails. */
export async function findInThread(people: readonly PersonFeatures[]): Promise<Found[]> {
  const thread = new ThreadCalls(threadFile(import.meta.url, 'worker'), {
    max_memory_mib: MAX_MEMORY_MIB,
    ended: (cause) =>
      new TributaryError('busy', `identity: the search for proposals failed (${cause.message}); try again`, {
        cause,
        retry_after_s: 5,
      }),
  });
  try {
    return (await thread.ask({ people })) as Found[];
  } finally {
    await thread.close(ENDED);
  }
}
