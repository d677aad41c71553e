/**
 * What a test file leaves behind goes when the file is done. The files of a worker share their modules, so a hook in a shared module would
 * run after the first file only; vitest runs this file anew before each of them.
 */
import { afterAll } from 'vitest';
import { closeAll } from './left-open.ts';

// Hooks run in reverse order: the test file closes first what it has opened.
afterAll(closeAll);
