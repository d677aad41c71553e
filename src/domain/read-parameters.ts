/** Reads query parameters by the TypeBox schema that also documents them. */

import { badRequest } from './errors.ts';
import { typeOf } from './refusals.ts';
import { nameFault, textFault } from './text.ts';
import { Compile, type Static, type TObject } from './typebox.ts';

type Shape = Record<string, unknown>;

/** Makes a reader for the parameters of one route. The reader throws bad_request, which names the parameter and the fix. */
export function parameterReader<S extends TObject>(schema: S): (sent: unknown) => Static<S> {
  const properties = schema.properties as unknown as Record<string, Shape>;
  const known = Object.keys(properties);
  const required = (schema.required ?? []) as readonly string[];
  /** Parameters of other calls that this one refuses for a reason of its own. */
  const refused = ((schema as unknown as Shape)['x-refused'] ?? {}) as Record<string, string>;
  const validator = Compile(schema);
  return (sent) => {
    const read: Record<string, unknown> = {};
    for (const [name, value] of Object.entries((sent ?? {}) as Record<string, unknown>)) {
      if (!known.includes(name)) {
        if (Object.hasOwn(refused, name)) throw badRequest(name, refused[name]!);
        const list = known.length === 0 ? 'this call takes no parameters' : `known parameters are ${known.join(', ')}`;
        throw badRequest(name.slice(0, 60), `is not a parameter of this call; ${list}`);
      }
      if (isList(properties[name]!)) {
        read[name] = readList(name, value, properties[name]!);
        continue;
      }
      if (Array.isArray(value))
        throw badRequest(name, 'is given more than once; give it once, and separate the values of a list by commas');
      read[name] = readValue(name, value, properties[name]!);
    }
    for (const name of required) {
      if (read[name] === undefined) throw badRequest(name, 'is required');
    }
    if (!validator.Check(read)) {
      const [error] = validator.Errors(read);
      const name = (error?.instancePath ?? '').slice(1);
      throw badRequest(name, error?.message ?? 'has a wrong value');
    }
    return read as Static<S>;
  };
}

/**
 * Checks the ids in a path. An id of old data may hold what a new id must not, so only text that no field can hold is refused.
 * @throws bad_request.
 */
export function checkPath(parameters: unknown): void {
  for (const [name, value] of Object.entries(parameters as Record<string, string>)) {
    const fault = textFault(value);
    if (fault) throw badRequest(name, fault);
  }
}

const isList = (schema: Shape): boolean => schema['type'] === 'array';

/** A parameter that may be given several times. One value is a list of one. */
function readList(name: string, sent: unknown, schema: Shape): unknown[] {
  const values = Array.isArray(sent) ? sent : [sent];
  const most = schema['maxItems'] as number | undefined;
  if (most !== undefined && values.length > most)
    throw badRequest(name, `is given ${values.length} times; the limit is ${most}`);
  return values.map((value) => readValue(name, value, schema['items'] as Shape));
}

function readValue(name: string, value: unknown, schema: Shape): unknown {
  const numeric = schema['type'] === 'integer' || schema['type'] === 'number';
  if (numeric && typeof value === 'string') {
    const number = Number(value);
    const [minimum, maximum] = [schema['minimum'] as number | undefined, schema['maximum'] as number | undefined];
    const range = `a ${schema['type'] === 'integer' ? 'whole ' : ''}number${minimum === undefined ? '' : ` from ${minimum}`}${maximum === undefined ? '' : ` to ${maximum}`}`;
    const fits =
      value.trim() !== '' && (schema['type'] === 'integer' ? Number.isInteger(number) : Number.isFinite(number));
    if (!fits || number < (minimum ?? -Infinity) || number > (maximum ?? Infinity))
      throw badRequest(name, `${shown(value)} is not allowed; send ${range}`);
    return number;
  }
  if (numeric && typeof value !== 'number')
    throw badRequest(name, `must be a number, not ${typeOf(value)}; send one without quotes`);
  if (numeric) return value;
  // In a JSON body, flags may be true and false.
  if (typeof value === 'boolean') return readValue(name, String(value), schema);
  if (typeof value !== 'string')
    throw badRequest(name, `must be a string, not ${typeOf(value)}; send a text in double quotes, or leave it out`);
  const choices = schema['enum'] as string[] | undefined;
  if (choices && !choices.includes(value))
    throw badRequest(name, `${shown(value)} is not one of ${choices.join(', ')}`);
  const limit = schema['maxLength'] as number | undefined;
  if (limit !== undefined && value.length > limit)
    throw badRequest(name, `is ${value.length} characters long; the limit is ${limit}`);
  const fault = nameFault(value);
  if (fault) throw badRequest(name, fault);
  if (value === '' && choices === undefined) throw badRequest(name, 'is empty; leave it out or give a value');
  return value;
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 60));
}

/**
 * Makes a reader for the JSON body of a call: one object, whose fields are read as parameters are.
 * @param example what the refusal of another body shows.
 */
export function bodyReader<S extends TObject>(schema: S, example: object): (body: unknown) => Static<S> {
  const read = parameterReader(schema);
  return (body) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw badRequest('body', `must be an object such as ${JSON.stringify(example)}`);
    return read(body);
  };
}
