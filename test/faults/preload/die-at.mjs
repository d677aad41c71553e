/**
 * Loaded before the server: ends its process as kill -9 does at one exact point, the Nth time that it is passed.
 * TRIBUTARY_DIE_AT: `synced` (after fdatasync, before anything is answered), `committing` (a commit has begun; each one
 * writes a checkpoint too), `committed` (it is on disk, and nobody knows yet). TRIBUTARY_DIE_AFTER: N.
 */
import { open } from 'node:fs/promises';
import { DuckDBConnection } from '@duckdb/node-api';

const point = process.env.TRIBUTARY_DIE_AT;
let left = Number(process.env.TRIBUTARY_DIE_AFTER);
const die = () => process.kill(process.pid, 'SIGKILL');

const handle = await open(import.meta.filename, 'r');
const methods = Object.getPrototypeOf(handle);
await handle.close();
const { datasync } = methods;
methods.datasync = async function () {
  await datasync.call(this);
  if (point === 'synced' && --left === 0) die();
};

const { run } = DuckDBConnection.prototype;
let small_checkpoints = false;
DuckDBConnection.prototype.run = async function (sql, ...values) {
  if (sql !== 'commit') return run.call(this, sql, ...values);
  if (!small_checkpoints && point === 'committing') {
    small_checkpoints = true;
    await run.call(this, "set global checkpoint_threshold = '1KB'");
  }
  const last = point !== 'synced' && --left === 0;
  const committing = run.call(this, sql);
  // Somewhere within it: a commit with its checkpoint takes a few milliseconds on a thread of its own.
  if (last && point === 'committing') setTimeout(die, Number(process.env.TRIBUTARY_DIE_WITHIN_MS));
  const result = await committing;
  if (last && point === 'committed') die();
  return result;
};
