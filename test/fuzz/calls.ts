/** The calls of a server, from its own OpenAPI document, so that a new route is covered without a change here. */

export type Schema = Record<string, unknown>;

export interface Call {
  method: string;
  /** `/v1/keys/{key_id}` */
  path: string;
  tag: string;
  /** The scope of the key that it needs; undefined without one. */
  scope: string | undefined;
  parameters: { name: string; in: string; schema: Schema }[];
  body: { schema: Schema; examples: unknown[] } | undefined;
}

interface Operation {
  tags: string[];
  'x-scope'?: string;
  parameters?: Call['parameters'];
  responses?: Record<string, { content?: Record<string, unknown> }>;
  requestBody?: { content: Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }> };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Reads the document; references become what they name. */
export function callsOf(text: string): Call[] {
  const { paths, components } = JSON.parse(text) as Document;
  const resolved = (schema: Schema): Schema => {
    const name = typeof schema['$ref'] === 'string' ? schema['$ref'].slice('#/components/schemas/'.length) : undefined;
    if (name !== undefined) return components.schemas[name]!;
    const [first] = (schema['oneOf'] ?? []) as Schema[];
    return first === undefined ? schema : resolved(first);
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]): Call[] => {
      // A stream of events has no end that could be waited for. test/server/live.deep.test.ts tries it.
      if (operation.responses?.['200']?.content?.['text/event-stream'] !== undefined) return [];
      const content = operation.requestBody?.content['application/json'];
      const call: Call = {
        method: method.toUpperCase(),
        path,
        tag: operation.tags[0]!,
        scope: operation['x-scope']?.split(',')[0],
        parameters: operation.parameters ?? [],
        body: content && {
          schema: resolved(content.schema),
          examples: Object.values(content.examples ?? {}).map(({ value }) => value),
        },
      };
      return [call];
    }),
  );
}
