/**
 * Makes `calls.ts`: what each call of the API takes and gives, from the OpenAPI document. `npm run types:dashboard` writes it, together
 * with the answers of GET, which pages of the dashboard read too.
 */
import { compile } from 'json-schema-to-typescript';
import { answerNames } from '../dashboard/types.mjs';

const HEAD = `/** Made by \`npm run types:dashboard\` from the OpenAPI document. Do not change it by hand. */
import type { Answers } from './answers.d.ts';
`;
/** Calls of browsers and mail clients, and streams, which are not asked with a key for an answer. */
const OTHERS = /^\/(c|o|docs|t\.js|openapi|metrics)|^\/v1\/(live|projects|session|setup)\b|\{token\}/;
/** Senders of webhooks and Segment's libraries prove in another way than by a key who they are. */
const takesKey = (method, operation) => method === 'get' || operation.security.length > 0;
const METHODS = ['get', 'post', 'delete'];

/**
 * The calls as TypeScript: an interface for each method, by path.
 * @param {Record<string, any>} document the OpenAPI document.
 * @returns {Promise<string>}
 */
export async function callTypes(document) {
  const operations = operationsOf(document);
  const parameters = sharedParameters(operations);
  const answers = answerNames(document);
  const interfaces = METHODS.map((method) => {
    const calls = operations.filter((call) => call.method === method);
    const properties = Object.fromEntries(calls.map((call) => [call.path, callSchema(call, parameters, answers)]));
    return [`${method[0].toUpperCase()}${method.slice(1)}Calls`, closed(properties)];
  });
  const whole = {
    ...closed({ ...Object.fromEntries(interfaces.map(([name, schema]) => [name, { title: name, ...schema }])) }),
    components: document.components,
  };
  whole.properties.SharedParameters = {
    title: 'SharedParameters',
    ...closed(Object.fromEntries(parameters), false),
  };
  const text = await compile(whole, 'Calls', {
    additionalProperties: false,
    bannerComment: HEAD,
    format: false,
    unreachableDefinitions: false,
  });
  return `${text.trimEnd()}\n`;
}

/** An object with these properties and no others. */
function closed(properties, required = true) {
  return { type: 'object', properties, additionalProperties: false, required: required ? Object.keys(properties) : [] };
}

function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      OTHERS.test(path) || !takesKey(method, operation) ? [] : [{ path, method, operation }],
    ),
  );
}

/** Parameters of questions that several calls take in the same form, by name. */
function sharedParameters(operations) {
  const seen = new Map();
  for (const { operation } of operations)
    for (const { name, in: place, schema, description } of operation.parameters ?? []) {
      if (place !== 'query') continue;
      const text = JSON.stringify(schema);
      const known = seen.get(name) ?? { text, schema: { ...schema, description }, count: 0 };
      if (known.text === text) known.count += 1;
      seen.set(name, known);
    }
  return new Map([...seen].filter(([, { count }]) => count > 1).map(([name, { schema }]) => [name, schema]));
}

function callSchema({ path, method, operation }, shared, answers) {
  const asked = operation.parameters ?? [];
  const in_path = asked.filter((parameter) => parameter.in === 'path');
  const query = asked.filter((parameter) => parameter.in === 'query');
  const noise = noisySchema(operation);
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const properties = {
    ...(in_path.length > 0 && {
      path: closed(Object.fromEntries(in_path.map(({ name }) => [name, { type: 'string' }]))),
    }),
    ...(query.length > 0 && { query: querySchema(query, shared) }),
    ...(body && { body }),
    answer: answerSchema({ path, method, operation }, answers),
    ...(noise && { noisy: noise }),
  };
  const required = Object.keys(properties).filter((name) => {
    if (name === 'query') return query.some((parameter) => parameter.required);
    return name !== 'body' || operation.requestBody.required;
  });
  return { ...closed(properties), required, description: operation.summary };
}

function querySchema(query, shared) {
  const is_shared = ({ name, schema, required }) => {
    const { description: _, ...known } = shared.get(name) ?? {};
    return !required && JSON.stringify(known) === JSON.stringify(schema);
  };
  const common = query.filter(is_shared).map(({ name }) => `'${name}'`);
  const own = query.filter((parameter) => !is_shared(parameter));
  const own_schema = {
    ...closed(Object.fromEntries(own.map(({ name, schema, description }) => [name, { ...schema, description }]))),
    required: own.filter(({ required }) => required).map(({ name }) => name),
  };
  if (common.length === 0) return own_schema;
  const picked = { tsType: `Pick<SharedParameters, ${common.join(' | ')}>` };
  return own.length === 0 ? picked : { allOf: [picked, own_schema] };
}

function answerSchema({ path, method, operation }, answers) {
  if (method === 'get' && answers.has(path)) return { tsType: `Answers['${answers.get(path)}']` };
  const [, answer] = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  return answer.content['application/json']?.schema ?? { type: 'string' };
}

/** The form of an answer with noise, which is asked for with `dp_epsilon`. */
function noisySchema(operation) {
  const forms = operation.responses['200']?.content['application/json']?.schema?.anyOf ?? [];
  return forms.find((form) => form.properties?.differential_privacy !== undefined);
}
