/**
 * The campaign that a line of spend belongs to. Advertising platforms name campaigns as they were typed, and the labels of links
 * have one spelling. So a name that the report does not credit is looked for by its label. docs/semantics.md 10.
 */
import { creditedTouches } from '../attribution/credits.ts';
import type { Attribution } from '../attribution/query.ts';
import { TributaryError } from '../domain/errors.ts';
import { labelOf } from '../enrichment/labels.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { readAll } from '../warehouse/read-row.ts';
import { columnsOf, fill, materialise, numbered, type Relation } from '../warehouse/relation.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Filters, lineCondition } from './filters.ts';
import { SPEND_CAMPAIGNS, SPEND_LINES } from './relations.ts';

/** The labels of more campaigns, with credit or with spend, are not compared. */
export const MAX_CAMPAIGNS = 100_000;

const label = (name: string): string => labelOf(name) ?? name;

/** The campaigns that a report credits, by name and by label. */
class CreditedCampaigns {
  private readonly names = new Set<string>();
  private readonly by_label = new Map<string, string>();

  /** Of several campaigns with one label the one that is spelled as the label stands for it, else the first in order of names. */
  add(name: string): void {
    this.names.add(name);
    const own = label(name);
    const other = this.by_label.get(own);
    if (other === undefined || (other !== own && (name === own || name < other))) this.by_label.set(own, name);
  }

  /** The campaign of exactly this name, else the one with the same label; null if the report credits neither. */
  find(name: string): string | null {
    return this.names.has(name) ? name : (this.by_label.get(label(name)) ?? null);
  }
}

/**
 * The credited campaigns that campaigns of spend belong to, by name; those that keep their name are left out.
 * @param spent the names of campaigns with spend. @returns null if there are too many campaigns to compare their labels.
 */
export async function creditedNames(
  spent: readonly string[] | null,
  readCredited: ReadCredited,
): Promise<Map<string, string> | null> {
  const renamed = new Map<string, string>();
  if (spent === null || spent.length > MAX_CAMPAIGNS) return null;
  if (spent.length === 0) return renamed;
  const credited = await creditedCampaigns(await readCredited());
  if (credited === null) return null;
  const turns = new WorkTurns();
  for (const campaign_id of spent) {
    if (turns.ends()) await turns.next();
    const credited_id = credited.find(campaign_id) ?? campaign_id;
    if (credited_id !== campaign_id) renamed.set(campaign_id, credited_id);
  }
  return renamed;
}

/**
 * The lines of spend, each with the name of the credited campaign that it belongs to. A campaign without credit keeps its name.
 * @returns null if there are too many campaigns to compare their labels.
 */
export async function withCampaigns(
  snapshot: Snapshot,
  lines: Relation,
  readCredited: ReadCredited,
): Promise<Relation | null> {
  const names = await creditedNames(await namesIn(snapshot, `${lines.name} t`), readCredited);
  if (names === null) return null;
  if (names.size === 0) return lines;
  const renamed = Array.from(names, ([campaign_id, credited_id]) => ({ campaign_id, credited_id }));
  await fill(snapshot, SPEND_CAMPAIGNS, renamed);
  const columns = columnsOf(SPEND_LINES, 's', { campaign_id: 'coalesce(n.credited_id, s.campaign_id)' });
  return materialise(
    snapshot,
    numbered(SPEND_LINES, 1),
    `select ${columns} from ${lines.name} s left join ${SPEND_CAMPAIGNS.name} n on n.campaign_id = s.campaign_id`,
  );
}

/**
 * The lines of spend of one campaign: those of the credited campaign that its name finds. If the report credits none, those under
 * exactly its name, else those with the same label.
 * @throws unprocessable if there are too many campaigns to compare their labels.
 */
export async function linesOfCampaign(
  snapshot: Snapshot,
  lines: Relation,
  query: Attribution,
  campaign_id: string,
): Promise<Relation> {
  const spent = await namesIn(snapshot, `${lines.name} t`);
  const credited =
    spent === null || spent.length === 0 ? null : await creditedCampaigns(await readCreditedNames(snapshot, query));
  if (spent === null || (spent.length > 0 && credited === null))
    throw new TributaryError(
      'unprocessable',
      `start: the period has more than ${MAX_CAMPAIGNS} campaigns, too many to compare their labels; ask for a shorter period`,
      { field: 'start' },
    );
  const target = credited?.find(campaign_id) ?? null;
  const is_exact = target === null && spent.includes(campaign_id);
  const turns = new WorkTurns();
  const own: Array<{ campaign_id: string; credited_id: string }> = [];
  for (const name of spent) {
    if (turns.ends()) await turns.next();
    const is_own =
      target !== null
        ? credited!.find(name) === target
        : is_exact
          ? name === campaign_id
          : label(name) === label(campaign_id);
    if (is_own) own.push({ campaign_id: name, credited_id: campaign_id });
  }
  await fill(snapshot, SPEND_CAMPAIGNS, own);
  return materialise(
    snapshot,
    numbered(SPEND_LINES, 1),
    `select ${columnsOf(SPEND_LINES, 's')} from ${lines.name} s join ${SPEND_CAMPAIGNS.name} n on n.campaign_id = s.campaign_id`,
  );
}

/** The lines that filters by brand, channel and campaign let pass. */
export async function chosenLines(snapshot: Snapshot, lines: Relation, filters: Filters): Promise<Relation> {
  const { sql, parameters } = lineCondition(filters, 's');
  if (Object.keys(parameters).length === 0 && filters.of_touches.length === 0) return lines;
  return materialise(
    snapshot,
    numbered(SPEND_LINES, 2),
    `select ${columnsOf(SPEND_LINES, 's')} from ${lines.name} s where ${sql}`,
    parameters,
  );
}

/** Reads the names of the campaigns with credit; null if there are too many to compare. */
export type ReadCredited = () => Promise<readonly string[] | null>;

/** The campaigns that a query credits: see {@link ReadCredited}. */
export function readCreditedNames(snapshot: Snapshot, query: Attribution): Promise<string[] | null> {
  return namesIn(snapshot, creditedTouches(query));
}

async function creditedCampaigns(names: readonly string[] | null): Promise<CreditedCampaigns | null> {
  if (names === null) return null;
  const credited = new CreditedCampaigns();
  const turns = new WorkTurns();
  for (const name of names) {
    if (turns.ends()) await turns.next();
    credited.add(name);
  }
  return credited;
}

/** The campaigns in a table `t`; null if there are more than the limit. */
async function namesIn(snapshot: Snapshot, from: string): Promise<string[] | null> {
  const rows = await snapshot.query(
    `select distinct t.campaign_id as campaign_id from ${from} where t.campaign_id is not null limit ${MAX_CAMPAIGNS + 1}`,
  );
  if (rows.length > MAX_CAMPAIGNS) return null;
  return readAll(rows, { campaign_id: 'text' }).map(({ campaign_id }) => campaign_id);
}
