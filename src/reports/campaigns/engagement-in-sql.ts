/**
 * The engagement of all campaigns by the query. Each has the figures of the campaign report: its own events, and those of links that name
 * it by its label. docs/semantics.md 10 and 19.
 */
import { makePersons } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { labelOf } from '../../enrichment/labels.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill, materialise, type Relation } from '../../warehouse/relation.ts';
import { mapInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import { addKind, type Kinds } from '../campaign-kinds.ts';
import { ENGAGEMENT_COUNTS, ENGAGEMENT_OF_PERSON, engagementOfPeople, readEngagement } from '../campaign-metrics.ts';
import { ALL_EMAILS, emailEvents } from '../email-events.ts';
import { type Filters, lineCondition, touchCondition } from '../filters.ts';
import { CAMPAIGN_ALIASES, ENGAGED_PEOPLE } from '../relations.ts';
import {
  type CampaignKey,
  type CampaignsEngagement,
  type EngagementAsked,
  ofCampaigns,
  ofLines,
} from './engagement-asked.ts';

export async function engagementInSql(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  { keys, filters, named, limit }: EngagementAsked,
): Promise<CampaignsEngagement> {
  await makePersons(snapshot, plan, directory);
  const own = await makeEngagedPeople(snapshot, plan, keys, ofLines(filters));
  const kinds = await readKinds(snapshot, own);
  const by_campaign = keys.includes('campaign_id');
  const people = by_campaign
    ? await withAliases(snapshot, own, keys, kinds.labels, [...kinds.names, ...named])
    : own.name;
  const rows_are_people = by_campaign && people === own.name && kinds.are_single;
  const { sql, parameters } = touchCondition(ofCampaigns(filters), 'w');
  const chosen = (from: string): string => `(select w.* from ${from} w where ${sql})`;
  const rows = await snapshot.query(
    `${engagementOfPeople(chosen(people), keys, rows_are_people)} limit ${limit}`,
    parameters,
  );
  const [all] = await snapshot.query(engagementOfPeople(chosen(own.name), [], false), parameters);
  const groups = await mapInTurns(rows, (row) => {
    const values = keys.map((key) => row[key] as string | null);
    return [JSON.stringify(values), { keys: values, engagement: readEngagement(row) }] as const;
  });
  return { groups: new Map(groups), all: groups.length === 0 ? null : readEngagement(all), kinds: kinds.kinds };
}

const PEOPLE_COLUMNS = ['campaign_id', 'is_label', 'campaign_kind', 'person'] as const;

/** Makes `engaged_people`: one row for each person and group of events that some step tells apart. */
async function makeEngagedPeople(
  snapshot: Snapshot,
  plan: Plan,
  keys: readonly CampaignKey[],
  filters: Filters,
): Promise<Relation> {
  const events = await emailEvents(snapshot, plan, ALL_EMAILS);
  const listed = [...PEOPLE_COLUMNS, ...(keys.includes('email_id') ? ['email_id'] : [])].map((name) => `h.${name}`);
  const { sql, parameters } = lineCondition(filters, 'h');
  return materialise(
    snapshot,
    ENGAGED_PEOPLE,
    `select ${listed.map((name) => `${name} as ${name.slice(2)}`).join(', ')}, ${ENGAGEMENT_OF_PERSON} from (${events}) h where ${sql} group by ${listed.join(', ')}`,
    parameters,
  );
}

interface Named {
  /** The campaigns with events. */
  names: ReadonlySet<string>;
  /** Those of them that some link names by its label alone. */
  labels: ReadonlySet<string>;
  kinds: Kinds;
  /** True if every campaign has one kind or none, and is named in one way: then a person has one row in each. */
  are_single: boolean;
}

/** The campaigns with events, and the kinds that these say. */
async function readKinds(snapshot: Snapshot, people: Relation): Promise<Named> {
  const rows = await snapshot.query(
    `select campaign_id, is_label, campaign_kind from ${people.name} group by campaign_id, is_label, campaign_kind`,
  );
  const kinds: Kinds = new Map();
  const names = new Set<string>();
  const labels = new Set<string>();
  let unnamed = 0;
  const turns = new WorkTurns();
  for (const row of readAll(rows, { campaign_id: 'text?', is_label: 'number', campaign_kind: 'text?' })) {
    if (turns.ends()) await turns.next();
    const { campaign_id, is_label, campaign_kind } = row;
    if (campaign_id === null) {
      unnamed += 1;
      continue;
    }
    names.add(campaign_id);
    if (is_label === 1) labels.add(campaign_id);
    if (campaign_kind !== null) addKind(kinds, campaign_id, campaign_kind);
  }
  return { names, labels, kinds, are_single: unnamed <= 1 && rows.length === names.size + unnamed };
}

/** SQL for the people of every campaign, also those whom links that name it by its label brought. */
async function withAliases(
  snapshot: Snapshot,
  people: Relation,
  keys: readonly CampaignKey[],
  labels: ReadonlySet<string>,
  names: readonly string[],
): Promise<string> {
  if (labels.size === 0) return people.name;
  const aliases = await mapInTurns(new Set(names), (campaign_id) => ({
    campaign_id,
    label: labelOf(campaign_id) ?? campaign_id,
  }));
  const others = aliases.filter(({ campaign_id, label }) => label !== campaign_id && labels.has(label));
  if (others.length === 0) return people.name;
  await fill(snapshot, CAMPAIGN_ALIASES, others);
  const of_keys = keys.filter((key) => key !== 'campaign_id');
  const columns = [...of_keys, 'person', ...Object.keys(ENGAGEMENT_COUNTS)];
  const select = (campaign_id: string): string =>
    `select ${campaign_id} as campaign_id, ${columns.map((name) => `p.${name} as ${name}`).join(', ')} from ${people.name} p`;
  return `(${select('p.campaign_id')} union all
    ${select('a.campaign_id')} join ${CAMPAIGN_ALIASES.name} a on a.label = p.campaign_id where p.is_label = 1)`;
}
