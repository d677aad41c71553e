/** The program: hands the process and the warehouse to the command line. */
import { processIo } from './cli/io.ts';
import { run } from './cli/program.ts';
import type { OpenTributary } from './tributary.ts';

process.exitCode = await run(process.argv.slice(2), processIo(), {
  // Loaded by the commands that open data: the engines take longer to load than some commands take to run.
  openTributary: (async (options) => (await import('./tributary.ts')).openTributary(options)) as OpenTributary,
  withWarehouse: async (folder, config, work) => (await import('./tributary.ts')).withWarehouse(folder, config, work),
});
