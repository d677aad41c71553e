/** The browser of the tests. Without it they are skipped aloud; in CI that fails the run. */
import { existsSync } from 'node:fs';

export const CHROMIUM = '/usr/bin/chromium';
export const missing = !existsSync(CHROMIUM);
if (missing && process.env['CI'])
  throw new Error(`${CHROMIUM} is not installed, and CI is set: apt-get install chromium`);
if (missing) console.warn(`tests in a browser are skipped: ${CHROMIUM} is missing (apt-get install chromium)`);

/** How the tests start it: as root, without a display, and asking no host of its own. */
export const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];
