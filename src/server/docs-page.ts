/** The OpenAPI document as one HTML page, without scripts and without files of other sites. */
import { hash } from 'node:crypto';
import { escapeHtml } from '../domain/text.ts';
import type { Json } from './openapi.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; }
nav a { margin-right: 1rem; }
details { border: 1px solid #8886; border-radius: .4rem; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; } summary:focus-visible, a:focus-visible { outline: 2px solid #36c; outline-offset: 2px; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .7rem; border-radius: .3rem; background: #8881; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; }
.scope { float: right; font-size: .85rem; opacity: .8; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-top: 1px solid #8883; }
`;

export const DOCS_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  'x-scope'?: string;
  parameters?: Array<{ name: string; in: string; required: boolean; schema: Json; description?: string }>;
  requestBody?: { content: Record<string, { schema: Json; examples: Record<string, { value: unknown }> }> };
  responses: Record<string, Json>;
}

export function renderDocs(document: Json): string {
  const info = document['info'] as { title: string; description: string };
  const tags = document['tags'] as Array<{ name: string; description: string }>;
  const schemas = (document['components'] as { schemas: Record<string, Json> }).schemas;
  const operations = Object.entries(document['paths'] as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section><h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2><p>${prose(description)}</p>${own.map(renderOperation).join('')}</section>`;
  });
  const links = [...tags.map(({ name }) => name), 'records']
    .map((name) => `<a href="#${escapeHtml(name)}">${escapeHtml(name)}</a>`)
    .join('');
  const records = Object.entries(schemas).map(([name, schema]) => renderSchema(name, schema));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(info.title)}: HTTP interface</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(info.title)}</h1><p>${prose(info.description)} The same as <a href="openapi.json">OpenAPI 3.1</a>.</p><nav>${links}</nav>
<p>Send a key as <code>Authorization: Bearer KEY</code>. Every failure has the shape of <a href="#record-Error">Error</a>.</p>
${sections.join('\n')}<section><h2 id="records">records</h2>${records.join('')}</section></body></html>
`;
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const scope = operation['x-scope'] === undefined ? 'no key' : `scope ${operation['x-scope']}`;
  const parts = [
    operation.description ? `<p>${prose(operation.description)}</p>` : '',
    operation.parameters ? renderParameters(operation.parameters) : '',
    ...Object.entries(operation.requestBody?.content['application/json']?.examples ?? {}).map(
      ([, { value }]) => `<h4>Send</h4>${code(value)}`,
    ),
    renderResponses(operation.responses),
  ];
  return `<details id="${escapeHtml(operation.operationId)}"><summary><span class="method">${method.toUpperCase()}</span><code>${escapeHtml(path)}</code> ${escapeHtml(operation.summary)} <span class="scope">${scope}</span></summary>${parts.join('')}</details>`;
}

function renderParameters(parameters: NonNullable<Operation['parameters']>): string {
  const rows = parameters.map(({ name, required, schema, description }) => {
    const values = (schema['enum'] as string[] | undefined)?.join(', ');
    const notes = [description, values ? `One of ${values}` : undefined, required ? 'Required' : undefined].filter(
      (note) => note !== undefined,
    );
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${prose(notes.join('. '))}</td></tr>`;
  });
  return `<h4>Parameters</h4><table><tbody>${rows.join('')}</tbody></table>`;
}

function renderResponses(responses: Record<string, Json>): string {
  const own = Object.entries(responses).filter(([, response]) => response['$ref'] === undefined);
  const others = Object.keys(responses).filter((status) => responses[status]!['$ref'] !== undefined);
  const shown = own.map(([status, response]) => {
    const [content] = Object.values((response['content'] ?? {}) as Record<string, Json>);
    return `<h4>${status}</h4><p>${prose(String(response['description']))}</p>${content?.['example'] === undefined ? '' : code(content['example'])}`;
  });
  return `${shown.join('')}<p>May also answer ${others.join(', ')}.</p>`;
}

function renderSchema(name: string, schema: Json): string {
  const required = (schema['required'] ?? []) as string[];
  const rows = Object.entries((schema['properties'] ?? {}) as Record<string, Json>).map(([field, property]) => {
    const values = property['enum'] as string[] | undefined;
    const limit = property['maxLength'] === undefined ? [] : [`At most ${property['maxLength']} characters`];
    const notes = [
      ...(required.includes(field) ? ['Required'] : []),
      property['description'],
      ...(values ? [`One of ${values.join(', ')}`] : []),
      ...limit,
    ];
    return `<tr><td><code>${escapeHtml(field)}</code></td><td>${prose(notes.filter((note) => note !== undefined).join('. '))}</td></tr>`;
  });
  const about = schema['description'] === undefined ? '' : `<p>${prose(String(schema['description']))}</p>`;
  return `<details id="record-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary>${about}<table><tbody>${rows.join('')}</tbody></table></details>`;
}

function code(value: unknown): string {
  return `<pre><code>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</code></pre>`;
}

function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
