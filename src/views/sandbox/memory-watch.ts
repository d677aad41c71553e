/** The memory of another process, where the system tells it. */
import { readFile } from 'node:fs/promises';

const PAGE_BYTES = 4_096;
const EVERY_MS = 50;

/** Calls `over` once the process holds more memory than it may. The engine of a sandbox counts only a part of its own memory. */
export function watchMemory(pid: number, max_bytes: number, over: () => void): () => void {
  const look = setInterval(async () => {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
    const resident = Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES;
    if (resident <= max_bytes) return;
    clearInterval(look);
    over();
  }, EVERY_MS);
  return () => clearInterval(look);
}
