/** Makes `api/answers.d.ts`: the types of the answers that the pages read, from the OpenAPI document. `npm run types:dashboard` writes it. */
import { compile } from 'json-schema-to-typescript';

const BANNER = '/** Made by `npm run types:dashboard` from the OpenAPI document. Do not change it by hand. */';

/**
 * The answers as TypeScript, one type for each call that answers with a described object.
 * @param {Record<string, any>} document the OpenAPI document.
 * @returns {Promise<string>}
 */
export async function apiTypes(document) {
  const properties = {};
  for (const [path, name] of answerNames(document)) {
    const schema = withoutNoise(document.paths[path].get.responses['200'].content['application/json'].schema);
    properties[name] = { ...schema, title: name };
  }
  const whole = {
    title: 'Answers',
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
    components: document.components,
  };
  const text = await compile(whole, 'Answers', {
    additionalProperties: false,
    bannerComment: BANNER,
    format: false,
    unreachableDefinitions: false,
  });
  return `${text.trimEnd()}\n`;
}

/**
 * The names of the types of answers, by the path that is asked with GET.
 * @param {Record<string, any>} document the OpenAPI document.
 * @returns {Map<string, string>}
 */
export function answerNames(document) {
  const described = Object.entries(document.paths).filter(([, methods]) => {
    const schema = methods.get?.responses['200']?.content?.['application/json']?.schema;
    return schema?.properties !== undefined || schema?.anyOf !== undefined;
  });
  return new Map(described.map(([path]) => [path, nameOf(path)]));
}

/** Pages show no answers with noise. @param {any} schema */
function withoutNoise(schema) {
  const exact = schema?.anyOf?.filter((/** @type {any} */ part) => part.properties?.differential_privacy === undefined);
  if (exact === undefined) return schema;
  return exact.length === 1 ? exact[0] : { ...schema, anyOf: exact };
}

/** `/v1/reports/campaigns/{campaign_id}` becomes `ReportsCampaignsOne`. */
function nameOf(path) {
  const words = path
    .replace(/^\/v1\//, '')
    .replace(/\{\w+\}/g, 'one')
    .split(/[^a-z0-9]+/i);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
