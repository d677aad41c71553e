/** The script for pages, as `npm run compile` makes it of `browser/`. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { threadFile } from '../files/thread-file.ts';
import { takesGzip } from './packed-answer.ts';
import type { Route } from './route.ts';

const MAX_AGE_S = 3_600;

interface Script {
  plain: Buffer;
  packed: Buffer;
  etag: string;
}

function readScript(): Script {
  const plain = readFileSync(threadFile(import.meta.url, '../browser/t'));
  return { plain, packed: gzipSync(plain, { level: 9 }), etag: `W/"${hash('sha256', plain, 'hex').slice(0, 16)}"` };
}

export function scriptRoute(): Route {
  let script: Script | undefined;
  return {
    method: 'GET',
    path: '/t.js',
    tag: 'collect',
    scope: null,
    summary: 'The script for the pages of a shop',
    description:
      'A page loads it with a key of scope page in the attribute `data-key`. It sends page views, and what the page tells it. It stores nothing unless the page says so (`data-cookie`).',
    answers: {
      200: { description: 'The script', content_type: 'text/javascript' },
      304: {
        description: 'It has not changed since the version that `If-None-Match` names',
        content_type: 'text/javascript',
      },
    },
    handle: (request, reply) => {
      script ??= readScript();
      const { plain, packed, etag } = script;
      reply.headers({
        'cache-control': `public, max-age=${MAX_AGE_S}`,
        etag,
        vary: 'Accept-Encoding',
        // Pages that isolate themselves load only what says that any site may load it.
        'cross-origin-resource-policy': 'cross-origin',
      });
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      reply.header('content-type', 'text/javascript; charset=utf-8');
      if (!takesGzip(request.headers)) return reply.send(plain);
      return reply.header('content-encoding', 'gzip').send(packed);
    },
  };
}
