/** The program: hands the process and the warehouse to the command line. */
import { processIo } from './cli/io.ts';
import { run } from './cli/program.ts';
import { openTributary, openWarehouse } from './tributary.ts';

process.exitCode = await run(process.argv.slice(2), processIo(), { openTributary, openWarehouse });
