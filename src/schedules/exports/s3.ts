/**
 * Puts files into a bucket that speaks the protocol of Amazon S3. An object appears when its upload is complete, so a file is there whole or
 * not at all. A large file goes in parts, and an upload that fails is taken back. Requests are signed by `aws4fetch` and sent through the
 * guarded network.
 */
import { hash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { TributaryError } from '../../domain/errors.ts';
import { excerpt } from '../../network/answers.ts';
import { Forbidden, OutNetwork } from '../../network/network.ts';
import type { OutAnswer, SentRequest } from '../../network/request.ts';
import { withoutSecrets } from '../../network/secrets.ts';
import type { Place } from './place.ts';
import type { S3Settings } from './settings.ts';

/** Parts may have 5 MiB at least, but for the last, and there are 10,000 at most. */
export const PART_BYTES = 8 << 20;
const TRIES = 4;
const FIRST_PAUSE_MS = 500;
const REQUEST_MS = 120_000;
const TYPE = 'application/vnd.apache.parquet';

export interface BucketParts {
  private_network: boolean;
  random: () => number;
  network?: Pick<OutNetwork, 'send'>;
  /** The size above which a file goes in parts, and that of a part. */
  part_bytes?: number;
  /** Waits between tries; by the clock of this machine when left out. */
  wait?: (ms: number) => Promise<unknown>;
}

export function bucketPlace(settings: S3Settings, parts: BucketParts): Place {
  const bucket = new Bucket(settings, parts);
  return {
    nameOf: (name) => `s3://${settings.bucket}/${settings.prefix}${name}`,
    put: (name, content) => bucket.put(name, content),
  };
}

interface Ask {
  method: SentRequest['method'];
  name: string;
  query?: Record<string, string>;
  body?: Buffer;
  type?: string;
}

class Bucket {
  private readonly network: Pick<OutNetwork, 'send'>;

  constructor(
    private readonly settings: S3Settings,
    private readonly parts: BucketParts,
  ) {
    this.network = parts.network ?? new OutNetwork(parts.private_network, REQUEST_MS);
  }

  async put(name: string, content: Buffer): Promise<void> {
    const { part_bytes = PART_BYTES } = this.parts;
    if (content.length <= part_bytes) await this.ask({ method: 'PUT', name, body: content, type: TYPE });
    else await this.putParts(name, content, part_bytes);
  }

  private async putParts(name: string, content: Buffer, part_bytes: number): Promise<void> {
    const begun = await this.ask({ method: 'POST', name, query: { uploads: '' }, type: TYPE });
    const upload_id = /<UploadId>([^<]{1,1024})<\/UploadId>/.exec(begun.body)?.[1];
    if (upload_id === undefined) throw failure('the storage began an upload without an id');
    try {
      const tags: string[] = [];
      for (let from = 0; from < content.length; from += part_bytes) {
        const query = { partNumber: String(tags.length + 1), uploadId: upload_id };
        const body = content.subarray(from, from + part_bytes);
        const { headers } = await this.ask({ method: 'PUT', name, query, body });
        tags.push(headers['etag'] ?? '');
      }
      const list = tags.map(
        (tag, i) =>
          `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag.replaceAll('&', '').replaceAll('<', '')}</ETag></Part>`,
      );
      const body = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
      const done = await this.ask({
        method: 'POST',
        name,
        query: { uploadId: upload_id },
        body,
        type: 'application/xml',
      });
      // The answer begins with 200 before the storage knows if it succeeds.
      if (/<Error>/.test(done.body)) throw failure(`the storage did not complete the upload: ${excerpt(done.body)}`);
    } catch (error) {
      await this.ask({ method: 'DELETE', name, query: { uploadId: upload_id } }).catch(() => undefined);
      throw error;
    }
  }

  /** The answer to a request, which is tried again where that can help: each of them has the same effect when it comes twice. */
  private async ask(ask: Ask): Promise<OutAnswer> {
    const { random, wait = setTimeout } = this.parts;
    for (let tries = 1; ; tries++) {
      const answer = await this.tryOnce(ask);
      if (!('problem' in answer)) return answer;
      if (answer.is_final || tries === TRIES) throw failure(answer.problem);
      await wait(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + random() / 2));
    }
  }

  private async tryOnce(ask: Ask): Promise<OutAnswer | { problem: string; is_final: boolean }> {
    const { secret_access_key } = this.settings;
    try {
      const answer = await this.network.send(await this.signed(ask));
      if (answer.status >= 200 && answer.status < 300) return answer;
      const problem = `the storage answered ${answer.status}: ${withoutSecrets(excerpt(answer.body), [secret_access_key])}`;
      return { problem, is_final: answer.status < 500 && answer.status !== 408 && answer.status !== 429 };
    } catch (error) {
      return { problem: `the storage: ${(error as Error).message}`, is_final: error instanceof Forbidden };
    }
  }

  private async signed({ method, name, query = {}, body = Buffer.alloc(0), type }: Ask): Promise<SentRequest> {
    const { endpoint, bucket, prefix, region, access_key_id, secret_access_key } = this.settings;
    const url = new URL(`${endpoint}/${bucket}/${prefix}${name}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const { headers } = await new AwsV4Signer({
      method,
      url: String(url),
      headers: {
        'x-amz-content-sha256': hash('sha256', body, 'hex'),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      service: 's3',
      region,
      accessKeyId: access_key_id,
      secretAccessKey: secret_access_key,
      // The storage refuses another time than that of its clock.
      datetime: new Date().toISOString().replace(/[-:]|\.\d{3}/g, ''),
    }).sign();
    return { method, url: String(url), headers: Object.fromEntries(headers), body };
  }
}

function failure(reason: string): TributaryError {
  return new TributaryError('unprocessable', reason);
}
