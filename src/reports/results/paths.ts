/** The answer of the paths report. */
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { TOUCH_KEY_NAMES } from '../groups.ts';
import { FLOW_NODES } from '../paths/flow.ts';
import { ROLES } from '../paths/roles.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  amount,
  COMPARISON,
  closed,
  count,
  fieldsOf,
  HEAD_MEANINGS,
  money,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

const PARTS = {
  summary: {
    keys: {},
    measures: {
      orders: count(),
      orders_with_path: count(),
      orders_without_path: count(),
      people_without_order: count(),
      conversion_rate: ratio(),
      different_paths: count(),
      ...money('net_revenue'),
      ...money('path_revenue'),
    },
  },
  lengths: {
    keys: { touches: text() },
    measures: {
      orders: count(),
      ...money('net_revenue'),
      share_of_orders: ratio(),
      people_without_order: count(),
      conversion_rate: ratio(),
    },
    parts_of_whole: ['share_of_orders'],
  },
  roles: {
    keys: fieldsOf(TOUCH_KEY_NAMES, () => Type.Optional(textOrNull())),
    measures: {
      ...Object.assign({}, ...ROLES.map((role) => ({ [`${role}_orders`]: count(), ...money(`${role}_revenue`) }))),
      credited_conversions: number(),
      ...money('attributed_revenue'),
    },
  },
} satisfies Record<string, Compared>;

export const PATHS_COMPARED: ComparedParts = { fields: PARTS };

const OF_PATHS = {
  orders: count(),
  ...money('net_revenue'),
  share_of_orders: ratio(),
  average_order_value: nullable(amount()),
  people_without_order: count(),
  conversion_rate: ratio(),
  average_days_to_order: ratio(),
};

const nodeKind = () => Type.Unsafe<string>({ type: 'string', enum: [...FLOW_NODES] });

export const PathsResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_model: text(),
  summary: comparedShape(PARTS.summary),
  paths: rows({ path: Type.Array(textOrNull()), path_text: text(), touches: count(), ...OF_PATHS }),
  other_paths: rows({ path_text: text(), different_paths: count(), ...OF_PATHS }),
  lengths: comparedRows(PARTS.lengths),
  flow: rows({
    step: count(),
    source_kind: nodeKind(),
    source: textOrNull(),
    target_kind: nodeKind(),
    target: textOrNull(),
    paths: count(),
    orders: count(),
    ...money('net_revenue'),
    people_without_order: count(),
  }),
  roles: comparedRows(PARTS.roles),
  warnings: WARNINGS,
});

export const PATHS_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  orders: 'Orders with exactly this path, of this length or on this link',
  orders_with_path: 'Orders with a touch that the filters let pass in their path; the others have no path here',
  people_without_order: 'People with such a path who touched in the period and did not order in it, each once',
  conversion_rate: 'Orders / (orders + people without an order)',
  different_paths: 'How many paths differ from each other',
  net_revenue: 'Net value of these orders in the period',
  path_revenue: 'Net revenue of the orders with a path',
  path: 'The touches from the oldest to the newest, as `by` names them; null is a missing value',
  other_paths: 'All paths without a row of their own together',
  share_of_orders: 'orders / all orders with a path',
  average_order_value: 'net_revenue / orders',
  average_days_to_order: 'Days from the first touch of the path to the order, on average over its orders',
  lengths: 'Paths by their number of touches',
  flow: 'Links from touch to touch. The links into a group at a step carry as much as the links out of it at the next step',
  step: 'The place of the touch that the link begins at, from 1',
  source_kind: 'group, or other_groups for all groups beyond the 20 with most touches',
  target_kind:
    'group or other_groups; order if the path ends in an order, drop_off if it ends without one, continues if it has further touches',
  roles:
    'What each group did in whole paths. assisted and influenced count an order for every group that has the role, so they add up to more than all orders',
  first_orders: 'Orders whose path begins with the group',
  last_orders: 'Orders whose path ends with the group',
  only_orders: 'Orders whose path has no other group',
  assisted_orders:
    'Orders with the group in their path, and another group at its end; an order counts for several groups',
  influenced_orders: 'Orders with the group anywhere in their path; an order counts for several groups',
  credited_conversions: 'The sum of the shares of orders that touches of the group earned under the model',
  attributed_revenue: 'The part of net revenue that touches of the group earned under the model',
} as const;
