/** Exports on schedule: into a folder, and into a real server of another maker that speaks the protocol of S3. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { expect, onTestFinished, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { openScratch } from '../../src/files/scratch.ts';
import { OutNetwork } from '../../src/network/network.ts';
import type { SentRequest } from '../../src/network/request.ts';
import { bucketPlace } from '../../src/schedules/exports/s3.ts';
import { ADMIN, READ } from '../server/harness.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openHouse, sellForWeeks } from './house.ts';

/** A server of objects. */
async function storage() {
  const directory = temporaryFolder();
  const s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'lake', configs: [] }],
  });
  const { port } = await s3.run();
  onTestFinished(() => s3.close());
  const settings = {
    ...{ endpoint: `http://127.0.0.1:${port}`, region: 'eu-central-1', bucket: 'lake', prefix: 'shop/' },
    ...{ access_key_id: 'S3RVER', secret_access_key: 'S3RVER' },
  };
  return { directory, settings };
}

/** The objects of a bucket, as the server keeps them. */
function objects(directory: string): Map<string, Buffer> {
  const bucket = join(directory, 'lake');
  const names = readdirSync(bucket, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('._S3rver_object'),
  );
  return new Map(names.map((name) => [name.replace('._S3rver_object', ''), readFileSync(join(bucket, name))]));
}

async function rowsOf(path: string, columns: string): Promise<unknown[][]> {
  const { connection, close } = await openScratch();
  try {
    return (await connection.runAndReadAll(`select ${columns} from read_parquet('${path}')`)).getRowsJson();
  } finally {
    close();
  }
}

test('views go into a folder and a bucket once a day, whole, with the sums of the report, and an erasure names them', async () => {
  const { directory, settings } = await storage();
  const folder = join(temporaryFolder(), 'lake');
  const { prefix, bucket, endpoint, access_key_id, secret_access_key } = settings;
  const { server, look, clock } = await openHouse({
    schedules: {
      disk: { period: 'daily', at: '07:00', export: { views: ['credits', 'orders'], persons: true, folder } },
      cloud: {
        ...{ period: 'daily', at: '07:00', private_network: true },
        export: { views: ['orders'], s3: { endpoint, bucket, prefix, access_key_id, secret_access_key } },
      },
    },
  });
  await sellForWeeks(server);
  for (const id of ['disk', 'cloud']) await look(id);
  clock.now_ms += MS_PER_HOUR;
  for (const id of ['disk', 'cloud', 'disk']) await look(id);
  const list = (await server.get('/v1/schedules', ADMIN)).body.schedules;
  expect(list).toMatchObject([
    { kind: 'export', status: 'sent', last_start: '2026-03-15', deliveries: { delivered: 2 } },
    { kind: 'export', status: 'sent', deliveries: { delivered: 1 } },
  ]);
  const report = await server.get(
    '/v1/reports/attribution?start=2026-03-15&end=2026-03-16&brand_id=default&group_by=channel',
    READ,
  );
  const { total_attributed_revenue, total_revenue, total_conversions } = report.body.summary;
  const files = readdirSync(join(folder, 'disk'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('.'),
  );
  expect(files.sort()).toEqual(['credits/2026-03-15.parquet', 'orders/2026-03-15.parquet']);
  expect(await rowsOf(join(folder, 'disk', files[0]!), 'sum(attributed_revenue)')).toEqual([
    [total_attributed_revenue],
  ]);
  expect(
    await rowsOf(join(folder, 'disk', files[1]!), 'sum(net_revenue), sum(conversions)::int, count(person_id)::int'),
  ).toEqual([[total_revenue, total_conversions, total_conversions]]);
  const [[name, bytes]] = [...objects(directory)] as [[string, Buffer]];
  expect(name).toBe('shop/cloud/orders/2026-03-15.parquet');
  const copy = join(temporaryFolder(), 'copy.parquet');
  writeFileSync(copy, bytes);
  expect(await rowsOf(copy, 'sum(net_revenue)')).toEqual([[total_revenue]]);
  const known = (await server.get('/v1/schedules/cloud/exports', ADMIN)).body.exports;
  expect(known).toMatchObject([
    { place: 's3://lake/shop/cloud/orders/2026-03-15.parquet', bytes: bytes.length, persons: false },
  ]);

  const asked = await server.call('DELETE', '/v1/customers/c-default-48-0?brand_id=default', { headers: ADMIN });
  await server.tributary.erasures.work();
  const { body } = await server.get(`/v1/erasures/${asked.body.erasure_id}`, ADMIN);
  const left = (body.certificate.left_to_you as string[]).filter((one) => one.startsWith('the export of'));
  expect(left.map((one) => /in (\S+),/.exec(one)![1]).sort()).toEqual(files.map((one) => join(folder, 'disk', one)));
});

test('a file over the limit of a part arrives byte for byte, also through failures, and a failed upload leaves nothing', async () => {
  const { directory, settings } = await storage();
  const network = new OutNetwork(true);
  onTestFinished(() => network.close());
  let breaks = (_request: SentRequest, _n: number): boolean => false;
  let sent = 0;
  const methods: string[] = [];
  const flaky = {
    send: async (request: SentRequest) => {
      sent += 1;
      methods.push(`${request.method} ${new URL(request.url).search.replace(/=[^&]+/g, '')}`);
      if (breaks(request, sent)) return { status: 503, headers: {}, body: 'slow down' };
      return network.send(request);
    },
  };
  const parts = {
    private_network: true,
    random: () => 0,
    network: flaky,
    wait: async () => undefined,
  };
  const place = bucketPlace(settings, { ...parts, part_bytes: 5 << 20 });
  const content = Buffer.alloc((12 << 20) + 7);
  for (let i = 0; i < content.length; i += 4)
    content.writeUInt32LE((i * 2_654_435_761) >>> 0, Math.min(i, content.length - 4));
  breaks = (_request, n) => n % 2 === 1;
  await place.put('big/x.parquet', content);
  expect(objects(directory).get('shop/big/x.parquet')!.equals(content)).toBe(true);
  expect(new Set(methods)).toEqual(new Set(['POST ?uploads=', 'PUT ?partNumber&uploadId', 'POST ?uploadId']));
  // The second part never succeeds.
  breaks = ({ url }) => url.includes('partNumber=2');
  await expect(place.put('big/y.parquet', content)).rejects.toThrow('the storage answered 503: slow down');
  expect([...objects(directory).keys()]).toEqual(['shop/big/x.parquet']);
  expect(methods.at(-1)).toBe('DELETE ?uploadId');
  // A wrong key is told, and not tried again.
  breaks = () => false;
  sent = 0;
  const wrong = bucketPlace({ ...settings, secret_access_key: 'wrong-secret' }, parts);
  await expect(wrong.put('z.parquet', Buffer.from('z'))).rejects.toThrow(
    /the storage answered 403: (?!.*wrong-secret)/,
  );
  expect(sent).toBe(1);
});

test('a folder takes a file whole, and never through a link', async () => {
  const { folderPlace } = await import('../../src/schedules/exports/folder.ts');
  const folder = temporaryFolder();
  const place = folderPlace(folder);
  mkdirSync(join(folder, 'a'));
  // What a killed process left.
  writeFileSync(join(folder, 'a/x.parquet.part'), 'half');
  await place.put('a/x.parquet', Buffer.from('one'));
  await place.put('a/x.parquet', Buffer.from('two'));
  expect(readdirSync(join(folder, 'a'))).toEqual(['x.parquet']);
  expect(readFileSync(join(folder, 'a/x.parquet'), 'utf8')).toBe('two');
  writeFileSync(join(folder, 'b'), 'no folder');
  await expect(place.put('b/x.parquet', Buffer.from('one'))).rejects.toThrow(/cannot be written/);
});
