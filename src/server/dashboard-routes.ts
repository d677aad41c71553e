/** The dashboard, as `npm run build` makes it of `dashboard/`: one page, and files whose names change with their content. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { threadFile } from '../files/thread-file.ts';
import { takesGzip } from './packed-answer.ts';
import type { Route } from './route.ts';

interface Asset {
  content_type: string;
  plain: Buffer;
  packed: Buffer;
}

const PAGE = 'index.html';
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing is loaded from elsewhere, and nothing in the page runs but its own files. Charts set sizes by style attributes of scripts only. */
const contentPolicy = (frame_ancestors: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frame_ancestors.length === 0 ? "'none'" : frame_ancestors.join(' ')}`,
  ].join('; ');

const HEADERS = {
  'content-security-policy': contentPolicy([]),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  vary: 'Accept-Encoding',
};

/** Files by name. They are small, and read at the first request. */
function readAssets(): ReadonlyMap<string, Asset> {
  const folder = fileURLToPath(new URL('.', threadFile(import.meta.url, '../dashboard/main')));
  const found = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const content_type = CONTENT_TYPES[extname(name)];
    if (content_type === undefined) continue;
    const plain = readFileSync(join(folder, name));
    found.set(name, { content_type, plain, packed: gzipSync(plain, { level: 9 }) });
  }
  return found;
}

/** The pages of the dashboard have paths of their own, which the browser may ask for. All of them are the same file. */
export const DASHBOARD_PAGES = [
  '/',
  '/brands',
  '/advice',
  '/channels',
  '/campaigns',
  '/campaigns/:id',
  '/changes',
  '/email',
  '/live',
  '/lineage',
  '/journeys',
  '/customers',
  '/customers/:id',
  '/models',
  '/quality',
  '/incidents',
  '/experiments',
  '/experiments/:id',
  '/orders/:id',
  '/admin/keys',
  '/admin/sources',
  '/admin/settings',
] as const;

/** The files of the dashboard, read at the first request. */
export class DashboardPage {
  private assets: ReadonlyMap<string, Asset> | undefined;

  send(name: string, cache: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const asset = this.assetNamed(name);
    reply.headers({ ...HEADERS, 'cache-control': cache, 'content-type': asset.content_type });
    return takesGzip(request.headers)
      ? reply.header('content-encoding', 'gzip').send(asset.packed)
      : reply.send(asset.plain);
  }

  /** The page of a link. No search engine may list it, and only pages of `origins` may frame it. */
  sendShared(origins: readonly string[], reply: FastifyReply): FastifyReply {
    const { plain, content_type } = this.assetNamed(PAGE);
    reply.headers({
      ...HEADERS,
      'content-security-policy': contentPolicy(origins),
      'cache-control': 'no-store',
      'content-type': content_type,
    });
    return reply.send(plain.toString().replace('<head>', '<head>\n<meta name="robots" content="noindex, nofollow">'));
  }

  private assetNamed(name: string): Asset {
    this.assets ??= readAssets();
    const asset = this.assets.get(name);
    if (asset === undefined)
      throw new TributaryError('not_found', 'the dashboard has no such file; load the page again');
    return asset;
  }
}

export function dashboardRoutes(page: DashboardPage): Route[] {
  return [
    ...DASHBOARD_PAGES.map(
      (path): Route => ({
        method: 'GET',
        path,
        tag: 'operation',
        scope: null,
        reads_query: false,
        summary: 'A page of the dashboard',
        answers: { 200: { description: 'The page', content_type: 'text/html' } },
        handle: (request, reply) => page.send(PAGE, 'no-cache', request, reply),
      }),
    ),
    {
      method: 'GET',
      path: '/assets/:name',
      tag: 'operation',
      scope: null,
      path_parameters: { name: 'The name of the file' },
      summary: 'A file of the dashboard',
      answers: { 200: { description: 'The file' } },
      handle: (request, reply) =>
        page.send((request.params as { name: string }).name, 'public, max-age=31536000, immutable', request, reply),
    },
  ];
}
