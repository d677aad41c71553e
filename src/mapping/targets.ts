/** The fields of a record that a plan fills, and what a value for each of them must be. */
import { badRequest } from '../domain/errors.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import { type RecordKind, withArticle } from '../domain/record-kind.ts';
import type { Item, Target } from './converter.ts';
import type { FieldPlan, RecordPlan } from './plan.ts';

/** The fields that a file may fill: those that are stored, and addresses in place of ids. */
export function fillableFields(record: RecordName): RecordKind['fields'] {
  const { fields, address_fields } = recordKind(record);
  return [...fields, ...address_fields];
}

/** The field that a plan names. @throws bad_request if the record has no such field, or it cannot be changed so. */
export function targetOf({ record, group_lines }: RecordPlan, name: string, plan: FieldPlan): Target {
  const option = optionOf(plan);
  const [field = '', ...rest] = name.split('.');
  const { singular } = recordKind(record);
  const fields = fillableFields(record);
  const known = fields.find((one) => one.name === field);
  if (known === undefined)
    throw badRequest(
      option,
      `${field} is not a field of ${withArticle(singular)}; the fields are ${fields.map((one) => one.name).join(', ')}`,
    );
  const { schema, kind } = known;
  if (rest.length > 0 && !(kind === 'json' && schema['type'] === 'object'))
    throw badRequest(option, `${name}: the field ${field} is not an object, so it has no keys; name the field alone`);
  const is_number = rest.length === 0 && ['amount', 'rate', 'number', 'integer'].includes(kind);
  if (!is_number && (plan.negate || plan.divide_by !== undefined || plan.collect === 'sum'))
    throw badRequest(option, `${name} is not a number`);
  if (plan.collect !== undefined && group_lines === undefined)
    throw badRequest(option, `${name} is collected over the rows of a group; name --group-lines FIELD too`);
  return {
    ...{ name, field, kind, plan },
    ...(rest.length === 0 ? {} : { key: rest.join('.') }),
    is_list: kind === 'json' && schema['type'] === 'array',
    is_choice: schema['enum'] !== undefined,
    ...(typeof schema['x-currency'] === 'string' ? { currency_field: schema['x-currency'] } : {}),
    ...(typeof schema['x-decimals'] === 'number' ? { decimals: schema['x-decimals'] } : {}),
  };
}

/** The option that names a field, for messages. */
export function optionOf({ from, value, default: otherwise, ...plan }: FieldPlan): string {
  if (from !== undefined) return '--map';
  if (value !== undefined) return '--set';
  if (otherwise !== undefined) return '--default';
  if (plan.collect !== undefined) return '--sum';
  if (plan.values !== undefined) return '--values';
  if (plan.divide_by !== undefined) return '--divide';
  return plan.negate ? '--negate' : plan.time_zone !== undefined ? '--time-zone' : '--time-format';
}

/** Fills a field that nothing else filled. */
export function putDefault(item: Item, target: Target): void {
  const { field, key, plan } = target;
  const before = key === undefined ? item[field] : (item[field] as Item | undefined)?.[key];
  if (before === undefined) put(item, target, plan.default);
}

/** Fills a field, or a key of one. No value leaves it as it is. */
export function put(item: Item, target: Target, value: unknown): void {
  if (value === undefined || value === null) return;
  if (target.key === undefined) item[target.field] = value;
  else item[target.field] = { ...(item[target.field] as object | undefined), [target.key]: value };
}
