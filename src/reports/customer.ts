/** The customer report: ids, segments and journeys of one person, with every touchpoint and its credit, and every order. */

import type { Plan } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import { PERSON_MEMBERS } from '../attribution/relations.ts';
import { otherVerdicts } from '../attribution/touches.ts';
import { subjectKey } from '../domain/subject.ts';
import { ID_FIELDS } from '../domain/subject-fields.ts';
import { formatInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import { brandRule } from '../identity/kept-persons.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, resolvePosition } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { fill, type Relation } from '../warehouse/relation.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { makeHistory, readJourneys } from './customer-journeys.ts';
import { defineReport } from './declare.ts';
import { ONE_PERSON_PARAMETERS } from './parameters.ts';
import { ALL_TIME, personAsked, readPerson } from './person.ts';
import { engagementOf } from './profile/engagement.ts';
import { creditSummaryOf, lifecycleOf } from './profile/orders-summary.ts';
import { readEmailHappenings } from './profile/person-emails.ts';
import { HISTORY } from './relations.ts';
import { resolveParameters } from './resolve.ts';
import { CUSTOMER_MEANINGS, CustomerResult } from './results/customer.ts';

export const CustomerParameters = Type.Object(ONE_PERSON_PARAMETERS, { additionalProperties: false });
export type CustomerParameters = Static<typeof CustomerParameters>;

/** The report lists the newest segments up to this number. */
const MAX_SEGMENTS = 100;

const ID_COLUMNS = ID_FIELDS.map(({ record, field }) => [record, field] as const);

/**
 * The history of the person to whom an id belongs, over all time. Machine traffic is counted and left out.
 * @throws not_found when no record carries the id.
 */
export async function customerReport(
  context: ReportContext,
  asked_id: string,
  parameters: CustomerParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const position = await resolvePosition(snapshot, parameters.as_of);
    const sought = { field: 'customer_id', id: asked_id, columns: ID_COLUMNS };
    const asked = { brand_id: parameters.brand_id, ...options };
    const { brand, id: customer_id } = await personAsked(snapshot, context, position, sought, asked);
    const resolved = await resolveParameters(
      snapshot,
      context,
      { ...parameters, ...ALL_TIME },
      { ...options, brand_ids: [brand], extra: { report: 'customer' } },
    );
    const { person_id, ids } = await resolvePerson(snapshot, resolved.plan, context.directory, customer_id);
    const plan = { ...resolved.plan, person_id };
    const attribution = await attribute(snapshot, plan, context.directory);
    const members = await makePersonMembers(snapshot, brand, person_id, ids);
    // The attribution query has verdicts of people who ordered only.
    const query = { ...attribution, verdicts: await otherVerdicts(snapshot, plan, members, attribution.times) };
    await makeHistory(snapshot, plan, query, members);
    const { report_period: _period, ...head } = reportHead(resolved, context.clock());
    return {
      ...head,
      customer_id,
      brand_id: brand,
      attribution_model: plan.models[0]!.name,
      person: await readPerson(snapshot, plan, members, person_id),
      segments: await readSegments(snapshot, plan, members, context.clock()),
      lifecycle: await lifecycleOf(snapshot, query),
      credit_summary: await creditSummaryOf(snapshot, plan, query),
      email_engagement: await readEngagement(snapshot, plan, members),
      ...(await readJourneys(snapshot, plan, query, members, person_id)),
    };
  }, readOptions(context));
}

async function resolvePerson(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  id: string,
): Promise<{ person_id: string; ids: string[] }> {
  const { brand_id, settings } = plan.brands[0]!;
  return directory.person(snapshot, plan.positions.identity, brandRule(brand_id, settings), id);
}

/** Makes `person_members`. The attribution query has members of people who ordered only, so its relation does not serve here. */
async function makePersonMembers(
  snapshot: Snapshot,
  brand: string,
  person_id: string,
  ids: readonly string[],
): Promise<Relation> {
  const person_key = subjectKey(brand, person_id);
  return fill(
    snapshot,
    PERSON_MEMBERS,
    [person_id, ...ids].map((id) => ({ brand_id: brand, id, subject_key: subjectKey(brand, id), person_key })),
  );
}

async function readEngagement(snapshot: Snapshot, plan: Plan, members: Relation): Promise<ReportJson> {
  const happenings = await readEmailHappenings(snapshot, plan, members);
  const [row] = await snapshot.query(`select max(at_ms) as last_ms from ${HISTORY.name}`);
  const { last_ms } = read(row, { last_ms: 'number?' });
  const newest_ms = Math.max(last_ms ?? 0, happenings.at(-1)?.at_ms ?? 0);
  return engagementOf(happenings, newest_ms, plan.brands[0]!.settings.time_zone);
}

async function readSegments(snapshot: Snapshot, plan: Plan, members: Relation, now_ms: number): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select s.segment_name as segment_name, s.segment_criteria as segment_criteria, s.segment_properties as segment_properties,
       epoch_ms(s.assigned_at) as assigned_ms, epoch_ms(s.expires_at) as expires_ms
     from customer_segments s join ${members.name} m on m.brand_id = s.brand_id and m.id = s.customer_id
     where ${atOrBefore('s', plan.positions.identity)} order by assigned_ms desc, segment_name, s.segment_id limit ${MAX_SEGMENTS}`,
  );
  const shape = {
    segment_name: 'text',
    segment_criteria: 'text?',
    segment_properties: 'text?',
    assigned_ms: 'number',
    expires_ms: 'number?',
  } as const;
  const statements = readAll(rows, shape);
  // Of the statements about a segment the latest counts, and of those of one instant the one that ends first, as for orders.
  const latest = new Map<string, { assigned_ms: number; ends_ms: number }>();
  for (const { segment_name, assigned_ms, expires_ms } of statements) {
    const ends_ms = expires_ms ?? Number.POSITIVE_INFINITY;
    const held = latest.get(segment_name);
    if (assigned_ms > now_ms || (held && held.assigned_ms > assigned_ms)) continue;
    if (held === undefined || held.assigned_ms < assigned_ms || ends_ms < held.ends_ms)
      latest.set(segment_name, { assigned_ms, ends_ms });
  }
  const isCurrent = (segment_name: string, assigned_ms: number, ends_ms: number): boolean => {
    const held = latest.get(segment_name);
    return held?.assigned_ms === assigned_ms && held.ends_ms === ends_ms && ends_ms > now_ms;
  };
  return statements.map(({ segment_name, segment_criteria, segment_properties, assigned_ms, expires_ms }) => ({
    segment_name,
    segment_criteria,
    segment_properties: segment_properties === null ? null : JSON.parse(segment_properties),
    assigned_at: formatInstant(assigned_ms),
    expires_at: expires_ms === null ? null : formatInstant(expires_ms),
    is_current: isCurrent(segment_name, assigned_ms, expires_ms ?? Number.POSITIVE_INFINITY),
  }));
}

export const customer = defineReport({
  name: 'customer',
  command: 'report customer',
  path: '/v1/customers/:customer_id',
  path_parameters: { customer_id: 'Any id of the person' },
  summary: 'One person: ids, journeys, orders, and what each touchpoint earned',
  description: 'The answer covers all ids that are joined to this one.',
  parameters: CustomerParameters,
  result: CustomerResult,
  main_table: { rows: 'journeys' },
  persons: true,
  explain: CUSTOMER_MEANINGS,
  run: (context, { customer_id, ...parameters }, asker) => customerReport(context, customer_id, parameters, asker),
});
