/** Makes the flags of a command from the schema of its parameters. Names, values and descriptions come from the schema. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TObject } from '../domain/typebox.ts';
import type { Query } from './client.ts';

interface Parameter {
  type?: string;
  enum?: string[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  description?: string;
  'x-value'?: string;
  'x-flag'?: string;
  'x-argument'?: boolean;
}

export type Flags = Record<string, unknown>;

interface FlagOptions {
  /** Parameters for which the command has no flag. */
  without?: readonly string[];
  /** True if the command checks values itself. Otherwise the call checks them and names the parameter. */
  check?: boolean;
}

function parametersIn(schema: TObject, without: readonly string[] = []): [name: string, Parameter][] {
  const all = Object.entries(schema.properties) as unknown as [string, Parameter][];
  return all.filter(([name]) => !without.includes(name));
}

/** Adds a flag for each parameter; a parameter that is marked as an argument becomes an argument. */
export function addFlags(command: Command, schema: TObject, { without, check = false }: FlagOptions = {}): void {
  for (const [name, parameter] of parametersIn(schema, without)) {
    const text = inLowerCase(parameter.description ?? '');
    if (parameter['x-argument']) command.argument(`[${name}]`, text);
    else command.addOption(optionOf(name, parameter, text, check));
  }
}

function optionOf(name: string, parameter: Parameter, text: string, check: boolean): Option {
  const flag = `--${flagOf(name, parameter)}`;
  if (isOnOff(parameter)) return new Option(flag, text);
  const option = new Option(`${flag} <${placeholderOf(parameter)}>`, text);
  if (isList(parameter)) return option.argParser((sent: string, before: string[] = []) => [...before, sent]);
  if (!check) return option;
  if (parameter.enum) option.choices(parameter.enum).argParser((sent) => chosen(sent, parameter.enum!));
  else if (isNumber(parameter)) option.argParser((sent) => numberIn(sent, parameter));
  return option;
}

/** The values of the flags of a command, by parameter. */
export function parametersOf(schema: TObject, flags: Flags): Query {
  const entries = parametersIn(schema).map(([name, parameter]): [string, string | string[] | undefined] => {
    const value = flags[attributeOf(name, parameter)];
    return [name, value === undefined ? undefined : isList(parameter) ? (value as string[]) : String(value)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The flag of a parameter, for messages. */
export function flagNamed(schema: TObject, name: string): string {
  return `--${flagOf(name, (schema.properties as unknown as Record<string, Parameter>)[name]!)}`;
}

const flagOf = (name: string, { 'x-flag': own }: Parameter): string => own ?? name.replaceAll('_', '-');
/** The name under which commander stores the value of a flag. An argument has the name of its parameter. */
const attributeOf = (name: string, parameter: Parameter): string =>
  parameter['x-argument']
    ? name
    : flagOf(name, parameter).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const isOnOff = ({ enum: values }: Parameter): boolean => values?.join() === 'true,false';
const isList = ({ type }: Parameter): boolean => type === 'array';
const isNumber = ({ type }: Parameter): boolean => type === 'integer' || type === 'number';
const placeholderOf = (parameter: Parameter): string =>
  parameter['x-value'] ?? parameter.enum?.join('|') ?? (isNumber(parameter) ? 'n' : 'value');

/** Descriptions of flags begin in lower case, except abbreviations. */
function inLowerCase(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}

function chosen(sent: string, values: readonly string[]): string {
  if (!values.includes(sent))
    throw new InvalidArgumentError(`Send ${values.slice(0, -1).join(', ')} or ${values.at(-1)}.`);
  return sent;
}

function numberIn(sent: string, { type, minimum, exclusiveMinimum, maximum }: Parameter): number {
  const value = Number(sent);
  const whole = type === 'integer';
  const fits =
    (whole ? /^\d+$/.test(sent) : sent.trim() !== '' && Number.isFinite(value)) &&
    value >= (minimum ?? -Infinity) &&
    value > (exclusiveMinimum ?? -Infinity) &&
    value <= (maximum ?? Infinity);
  const range = minimum === undefined ? `above ${exclusiveMinimum}, up to ${maximum}` : `from ${minimum} to ${maximum}`;
  if (!fits) throw new InvalidArgumentError(`Send a ${whole ? 'whole ' : ''}number ${range}.`);
  return value;
}
