/**
 * The options of the attribution query. Each is declared once: its meaning, its default, and how a parameter becomes a value of
 * the plan and back. Request parameters, command line flags, `config_hash`, stored runs, fits and the rules of a receipt are
 * made from this list.
 */

import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { badRequest } from '../domain/errors.ts';
import { choice, flag, listOf, words } from '../domain/parameter.ts';
import { type Static, type TOptional, type TSchema, Type } from '../domain/typebox.ts';

/**
 * What an option is about. It decides which calls have the option. All reports of a period have every option. A receipt is about
 * one order, so it has the options about touches and verdicts. A fit learns from net values, so it has no options about refunds.
 */
export type About = 'touches' | 'verdicts' | 'orders' | 'refunds';

interface Kind<V, S extends TSchema> {
  schema: S;
  default: V;
  /** @throws bad_request naming the parameter. */
  read(text: string, parameter: string): V;
  /** The text of the parameter for a value; undefined if the parameter is left out. */
  write(value: V): string | undefined;
}

function oneOf<const V extends readonly string[]>(values: V, default_value: V[number], description: string) {
  const kind: Kind<V[number], ReturnType<typeof choice<V>>> = {
    schema: choice(values, `${description}: ${values.join(' or ')}; ${default_value} when left out`, {
      'x-value': 'how',
    }),
    default: default_value,
    read: (text, parameter) => {
      if (!values.includes(text)) throw badRequest(parameter, `${quoted(text)} is not one of ${values.join(', ')}`);
      return text as V[number];
    },
    write: (value) => value,
  };
  return kind;
}

function onOff(description: string) {
  const kind: Kind<boolean, ReturnType<typeof flag>> = {
    schema: flag(description),
    default: false,
    read: (text) => text === 'true',
    write: String,
  };
  return kind;
}

/** An option that is a list of some of `values`; null means no restriction. */
function someOf(values: readonly string[], description: string) {
  const kind: Kind<readonly string[] | null, ReturnType<typeof words>> = {
    schema: words(description, { 'x-value': 'types' }),
    default: null,
    read: (text, parameter) => {
      const chosen = [...new Set(listOf(text))].sort();
      for (const one of chosen)
        if (!values.includes(one)) throw badRequest(parameter, `${quoted(one)} is not one of ${values.join(', ')}`);
      return chosen.length === 0 ? null : chosen;
    },
    write: (value) => value?.join(','),
  };
  return kind;
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));

/** The options, by their names in the plan. The parameter has the same name unless `parameter` gives another. */
const OPTIONS = {
  collapse: {
    about: 'touches',
    ...oneOf(['interaction', 'none'], 'interaction', 'What counts as one touch'),
  },
  adjustments: {
    about: 'refunds',
    ...oneOf(['order_day', 'own_day'], 'order_day', 'The day on which a refund counts'),
  },
  lookback: {
    about: 'touches',
    ...oneOf(
      ['full', 'since_previous_conversion'],
      'full',
      'Which touches count: all of the window, or only those after the previous conversion',
    ),
  },
  exclude_direct: { about: 'touches', ...onOff('Direct visits earn no credit') },
  include_machine: { about: 'touches', ...onOff('Machine traffic earns credit, too') },
  ignore_message_rules: {
    about: 'verdicts',
    ...onOff('Verdicts that rules over several events of a message gave do not count: each event is judged alone'),
  },
  conversion_types: {
    about: 'orders',
    parameter: 'conversion_type',
    ...someOf(CONVERSION_TYPES, 'Only these conversion types, separated by commas'),
  },
} as const;

type Options = typeof OPTIONS;
type Name = keyof Options;
type ParameterOf<N extends Name> = Options[N] extends { parameter: infer P extends string } ? P : N;

/** The values of the options, as the plan holds them. */
export type QueryOptions = { readonly [N in Name]: ReturnType<Options[N]['read']> };

type NamesAbout<A extends About> = { [N in Name]: Options[N]['about'] extends A ? N : never }[Name];
type OptionParameters<A extends About> = {
  [N in NamesAbout<A> as ParameterOf<N>]: TOptional<Options[N]['schema']>;
};

const NAMES = Object.keys(OPTIONS) as Name[];
const parameterOf = (name: Name): string => (OPTIONS[name] as { parameter?: string }).parameter ?? name;
const namesAbout = (about: readonly About[]): Name[] => NAMES.filter((name) => about.includes(OPTIONS[name].about));

/** The schemas of the request parameters for options about these things. */
export function optionParameters<A extends About>(...about: A[]): OptionParameters<A> {
  const entries = namesAbout(about).map((name) => [parameterOf(name), Type.Optional(OPTIONS[name].schema as TSchema)]);
  return Object.fromEntries(entries) as OptionParameters<A>;
}

/** Reads the options of a request and fills in defaults. @throws bad_request naming the parameter. */
export function readOptions(parameters: Readonly<Record<string, unknown>>): QueryOptions {
  const read = (name: Name): unknown => {
    const sent = parameters[parameterOf(name)];
    return sent === undefined ? OPTIONS[name].default : OPTIONS[name].read(sent as string, parameterOf(name));
  };
  return Object.fromEntries(NAMES.map((name) => [name, read(name)])) as unknown as QueryOptions;
}

/** Writes the options as request parameters. {@link readOptions} reads them back. */
export function writeOptions(options: QueryOptions): Static<typeof AllOptions> {
  const entries = NAMES.map((name) => [
    parameterOf(name),
    (OPTIONS[name].write as (v: unknown) => unknown)(options[name]),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The values of the options about these things, by their names in the plan. */
export function pickOptions(options: QueryOptions, ...about: About[]): Partial<QueryOptions> {
  return Object.fromEntries(namesAbout(about).map((name) => [name, options[name]]));
}

const AllOptions = Type.Object(optionParameters('touches', 'orders', 'refunds'));

/** The schema of the values that {@link pickOptions} gives. */
export function optionValues(...about: About[]): Record<string, TSchema> {
  return Object.fromEntries(
    namesAbout(about).map((name) => {
      const { schema, default: value }: { schema: TSchema; default: unknown } = OPTIONS[name];
      return [name, typeof value === 'boolean' ? Type.Boolean() : schema];
    }),
  );
}
