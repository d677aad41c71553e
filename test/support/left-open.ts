/** What shared modules of tests have opened for the test file that runs now; after-file.ts closes it. */
type Close = () => unknown;

const left: Close[] = [];

/** Calls `close` when the test file is done: what was opened last is closed first. */
export function closeAfterFile(close: Close): void {
  left.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of left.splice(0).reverse()) await close();
}
