/** The tools of assistants. Each asks one declared report, or says what can be asked. All of them only read. */
import { choice, listOf } from '../domain/parameter.ts';
import { type TObject, Type } from '../domain/typebox.ts';
import type { Report } from '../reports/declare.ts';
import { COMPARES } from '../reports/earlier-period.ts';
import { GROUP_KEY_NAMES } from '../reports/groups.ts';
import { REPORTS } from '../reports/index.ts';
import { MAX_ROWS } from './answer.ts';

/** The reports that the tool `report` asks. No one of them tells of a single person or order. */
export const REPORTS_ASKED = [
  'attribution',
  'campaigns',
  'claims',
  'cohorts',
  'consolidated',
  'fatigue',
  'lifetime_value',
  'list_health',
  'models',
  'send_times',
] as const;
const JOURNEY_REPORTS = ['journeys', 'paths', 'lags', 'synergies'] as const;

const PERIOD = {
  start: Type.Optional(short('First day, YYYY-MM-DD; else 30 days before end')),
  end: Type.Optional(short('Day after the last; else tomorrow')),
};
const BRAND = { brand_id: Type.Optional(short('Else all brands')) };
const MODEL = { model: Type.Optional(short('Else linear')) };
const AS_OF = { as_of: Type.Optional(short('as_of of an earlier answer, for the same data')) };
const FILTER = {
  filter: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      description: 'FIELD:VALUE of what counts, such as channel:email; FIELD:!VALUE leaves out. Fields as in group_by',
    }),
  ),
};
const COMPARE = { compare: Type.Optional(choice(COMPARES, 'Earlier period to set beside')) };
const GROUP_BY = {
  group_by: Type.Optional(short('Up to 3 of the keys that about lists, with commas; channel when left out')),
};
const SHOWN = {
  rows: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ROWS, description: 'Rows of a list' })),
  parts: Type.Optional(short('Parts of the answer to show, with commas')),
  columns: Type.Optional(short('Columns of its lists to show, with commas')),
};
const OPTIONS = {
  options: Type.Optional(
    Type.Object(
      {},
      {
        additionalProperties: Type.String(),
        description: 'Other parameters of the API, such as {"currency": "EUR"}',
      },
    ),
  ),
};

function short(description: string) {
  return Type.String({ description });
}

type Given = Readonly<Record<string, unknown>>;

export interface Tool {
  name: string;
  description: string;
  parameters: TObject;
  /** True if its answer tells of a single person or order. */
  persons: boolean;
  /** How a longer answer gets shorter. */
  narrow_it_by: string;
  /** The name of the report; null for the tool that says what can be asked. */
  report: (given: Given) => string | null;
  /** Parameters of the report that hold if the assistant does not give them. */
  defaults: (given: Given) => Given;
}

const PERIOD_HINT = 'a shorter start to end, brand_id, filter, fewer rows, or parts and columns of your choice';
const none = (): Given => ({});

export const TOOLS: readonly Tool[] = [
  {
    name: 'about',
    description:
      'Brands, models, reports and grouping keys that can be asked for, and the totals of the last 30 days. Call it first.',
    parameters: closed(BRAND),
    persons: false,
    narrow_it_by: 'brand_id',
    report: () => null,
    defaults: none,
  },
  {
    name: 'report',
    description:
      'One report on a period: what channels, campaigns and emails earned (attribution, with group_by), and others. Money is exact decimals.',
    parameters: closed({
      report: choice(REPORTS_ASKED, 'What about describes'),
      ...{ ...PERIOD, ...BRAND, ...MODEL, ...GROUP_BY, ...FILTER, ...COMPARE, ...AS_OF, ...SHOWN, ...OPTIONS },
    }),
    persons: false,
    narrow_it_by: PERIOD_HINT,
    report: ({ report }) => report as string,
    defaults: ofReport,
  },
  {
    name: 'compare',
    description:
      'What changed against an earlier period, and which causes moved revenue: volume, rate, mix, order value.',
    parameters: closed({
      ...{ ...PERIOD, ...BRAND, ...MODEL, ...COMPARE, ...GROUP_BY, ...FILTER, ...AS_OF, ...SHOWN, ...OPTIONS },
    }),
    persons: false,
    narrow_it_by: PERIOD_HINT,
    report: () => 'changes',
    defaults: ({ compare }) => ({ compare: compare ?? 'previous_period' }),
  },
  {
    name: 'campaign',
    description: 'One campaign or flow: sends, opens and clicks of people, credit, cost, timing, and its emails.',
    parameters: closed({
      campaign_id: short('As campaigns lists it'),
      ...{ ...PERIOD, ...BRAND, ...MODEL, ...COMPARE, ...AS_OF, ...SHOWN, ...OPTIONS },
    }),
    persons: false,
    narrow_it_by: 'a shorter start to end, fewer rows, or parts of your choice',
    report: () => 'campaign',
    defaults: none,
  },
  {
    name: 'journeys',
    description:
      'Journeys to orders of all people together: lengths (journeys), paths, time to order (lags), channels that work together (synergies).',
    parameters: closed({
      of: Type.Optional(choice(JOURNEY_REPORTS, 'journeys when left out')),
      ...{ ...PERIOD, ...BRAND, ...MODEL, ...FILTER, ...COMPARE, ...AS_OF, ...SHOWN, ...OPTIONS },
    }),
    persons: false,
    narrow_it_by: PERIOD_HINT,
    report: ({ of }) => (of as string | undefined) ?? 'journeys',
    defaults: none,
  },
  {
    name: 'explain_order',
    description: 'Why each touch of one order earned what it earned. Tells of a person.',
    parameters: closed({
      conversion_id: short('Any conversion of the order'),
      ...{ ...BRAND, ...MODEL, ...AS_OF, ...SHOWN, ...OPTIONS },
    }),
    persons: true,
    narrow_it_by: 'fewer rows, or parts and columns of your choice',
    report: () => 'receipt',
    defaults: ({ model }) => ({ model: model ?? 'linear' }),
  },
  {
    name: 'data_quality',
    description:
      'If the data can be trusted: machine opens and clicks, late, missing, conflicting and refused records.',
    parameters: closed({ ...PERIOD, ...BRAND, ...AS_OF, ...SHOWN }),
    persons: false,
    narrow_it_by: 'a shorter start to end, brand_id, or fewer rows',
    report: () => 'data_quality',
    defaults: none,
  },
  {
    name: 'advice',
    description:
      'What to do: three things that the data is sure about, the split of the budget, how often and when to send, broken rules.',
    parameters: closed({ ...PERIOD, ...BRAND, ...MODEL, ...COMPARE, ...AS_OF, ...SHOWN, ...OPTIONS }),
    persons: false,
    narrow_it_by: 'a shorter start to end, brand_id, fewer rows, or parts of your choice',
    report: () => 'advice',
    defaults: none,
  },
];

function closed(properties: Parameters<typeof Type.Object>[0]): TObject {
  return Type.Object(properties, { additionalProperties: false });
}

/** Attribution has the interval of each row, where it can have one. */
function ofReport({ report, model, group_by }: Given): Given {
  const several = typeof model === 'string' && model.includes(',');
  const models = several ? { model: undefined, models: model } : {};
  if (report !== 'attribution') return models;
  const keys = listOf((group_by as string | undefined) ?? 'channel');
  return { ...models, group_by: keys.join(','), ...(several || keys.length > 1 ? {} : { intervals: 'true' }) };
}

/** The declared report of a name. */
export function reportNamed(name: string): Report {
  return REPORTS.find((report) => report.name === name)!;
}

/** What can be asked, for the tool `about`. */
export function askable(): Record<string, unknown> {
  const named = [...REPORTS_ASKED, ...JOURNEY_REPORTS].map((name): [string, string] => [
    name,
    reportNamed(name).summary,
  ]);
  return { reports: Object.fromEntries(named), group_by: GROUP_KEY_NAMES };
}

/** A tool as `tools/list` describes it. */
export function describedTool({ name, description, parameters }: Tool): Record<string, unknown> {
  return { name, description, inputSchema: parameters, annotations: { readOnlyHint: true } };
}
