/** kill -9 in the middle of a backup, and backups that lost something: none of them is restored. */
import { cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MANIFEST } from '../../src/warehouse/manifest.ts';
import { onBothEngines, type Warehouse } from './engines.ts';
import type { Scenario, Size } from './harness.ts';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';
import { loadShop } from './worlds.ts';

const TOUCHPOINTS: Record<Size, number> = { small: 50_000, deep: 50_000, full: 1_000_000 };
const KILLS: Record<Size, number> = { small: 2, deep: 2, full: 10 };
/** Files of a whole backup that are removed and cut, one at a time. */
const SPOILT: Record<Size, number> = { small: 2, deep: 2, full: 100 };

class Restores {
  refused = 0;
  whole = 0;
  readonly problems: string[] = [];
  constructor(
    private readonly stage: Stage,
    private readonly warehouse: Warehouse,
  ) {}

  /** Restores into one folder: what a refused restore left there would make the last one fail. */
  async try(folder: string, whole: boolean, what: string, into = 'restored'): Promise<void> {
    const database = this.warehouse(into);
    const argv = ['doctor', '--restore', folder, '--data', join(this.stage.folder, into)];
    const { code, output } = await this.stage.command(database ? [...argv, '--warehouse', database] : argv);
    if ((code === 0) !== whole) this.problems.push(`${what}: ${code === 0 ? 'restored' : output.slice(0, 300)}`);
    if (code === 0) this.whole += 1;
    else this.refused += 1;
  }
}

function backUp(server: Server, folder: string): Promise<Response> {
  return server.request('POST', '/v1/doctor/backup', JSON.stringify({ folder }));
}

/** A whole backup, and how long it took. */
async function wholeBackup(stage: Stage, server: Server): Promise<{ folder: string; ms: number }> {
  const folder = join(stage.folder, 'whole');
  const started = performance.now();
  const { status } = await backUp(server, folder);
  if (status !== 200) throw new Error(`the backup answered ${status}`);
  return { folder, ms: performance.now() - started };
}

/** Removes each file of a copy, and cuts each one to its half; each time the rest is as it was. */
async function spoil(stage: Stage, whole: string, most: number, restores: Restores): Promise<void> {
  const names = readdirSync(whole).filter((name) => name !== 'backup.txt');
  for (const name of names.slice(-most)) {
    for (const how of ['removed', 'cut'] as const) {
      const copy = join(stage.folder, 'spoilt');
      cpSync(whole, copy, { recursive: true });
      const file = join(copy, name);
      if (how === 'removed') rmSync(file);
      else truncateSync(file, Math.floor(statSync(file).size / 2));
      await restores.try(copy, false, `${name} ${how}`);
      rmSync(copy, { recursive: true });
    }
  }
}

export const HALF_BACKUPS: Scenario[] = onBothEngines({
  fault: 'kill -9 in the middle of a backup, and backups that are not whole',
  run: async (stage, size, warehouse) => {
    await loadShop(stage, TOUCHPOINTS[size]);
    const restores = new Restores(stage, warehouse);
    let server = await stage.start();
    const { folder, ms } = await wholeBackup(stage, server);
    let halves = 0;
    let recovery_ms = 0;
    for (let round = 0; round < KILLS[size]; round++) {
      const target = join(stage.folder, `backup-${round}`);
      const pouring = stage.clients.pour(server, { clients: 2, pause_ms: 20 });
      const backup = backUp(server, target).catch(() => undefined);
      await sleep((ms * (round + 0.5)) / KILLS[size]);
      await server.kill();
      await Promise.all([backup, pouring.stop()]);
      const partial = `${target}.partial`;
      if (existsSync(partial)) {
        halves += 1;
        await restores.try(partial, false, `half a backup (${round})`);
        // An operator who thinks that the name is wrong. The manifest is written last: with it, only the name was missing.
        const renamed = `${target}-renamed`;
        cpSync(partial, renamed, { recursive: true });
        if (existsSync(join(renamed, MANIFEST)))
          await restores.try(renamed, true, `all of a backup without its name (${round})`, `restored-${round}`);
        else await restores.try(renamed, false, `half a backup under a whole name (${round})`);
      }
      const since = performance.now();
      server = await stage.start();
      recovery_ms = Math.max(recovery_ms, await stage.recovered(server, since));
    }
    await spoil(stage, folder, SPOILT[size], restores);
    const { refused } = restores;
    await restores.try(folder, true, 'the whole backup');
    if (halves === 0) restores.problems.push('no kill met a backup that was being made');
    return {
      server,
      recovery_ms,
      note: `${halves} of ${KILLS[size]} kills left half a backup; ${refused} restores refused, then the whole one restored into the same folder`,
      problems: restores.problems,
    };
  },
});
