/** The engagement of all campaigns from histories in memory, to the byte as {@link ./engagement-in-sql.ts}. */
import type { Plan } from '../../attribution/plan.ts';
import { labelOf } from '../../enrichment/labels.ts';
import type { EmailHistories, EmailKind } from '../../histories/emails/email-histories.ts';
import { walkEmails } from '../../histories/emails/walk-emails.ts';
import type { Label } from '../../histories/histories.ts';
import { mapInTurns } from '../../warehouse/work-turns.ts';
import { addKind, type Kinds } from '../campaign-kinds.ts';
import { countsOf, type Engagement, type EngagementCount, readEngagement } from '../campaign-metrics.ts';
import { isHuman } from '../emails/emails-in-memory.ts';
import { brandFilter, labelFilter } from '../filters-in-memory.ts';
import {
  type CampaignKey,
  type CampaignsEngagement,
  type EngagementAsked,
  ofCampaigns,
  ofLines,
} from './engagement-asked.ts';

/** All groups together are a group, too. */
const ALL = 0;

export async function engagementInMemory(
  emails: EmailHistories,
  plan: Plan,
  asked: EngagementAsked,
  signal: AbortSignal | undefined,
): Promise<CampaignsEngagement> {
  const groups = await groupsOf(emails, asked);
  const sums = new EngagementSums(emails.kinds, groups);
  const passesBrand = brandFilter(asked.filters);
  const none = { start_ms: Number.POSITIVE_INFINITY, end_ms: Number.NEGATIVE_INFINITY };
  const spans = plan.brands.map((brand) => (passesBrand(brand.brand_id) ? brand : none));
  const wanted = Uint8Array.from(groups.of_kind, (own) => Number(own !== null));
  await walkEmails(emails, plan, { wanted, spans, signal }, sums);
  return told(emails, groups, sums, asked);
}

interface Groups {
  /** The values of the keys. */
  all: Array<Array<string | null>>;
  /** By kind of event, the numbers of its groups; null if no filter about events lets it pass. */
  of_kind: Array<number[] | null>;
}

/** The groups of each kind of event. A campaign that turns out to have no event and no credit gets none by its label. */
async function groupsOf({ kinds }: EmailHistories, { keys, filters, named }: EngagementAsked): Promise<Groups> {
  const passesLine = labelFilter(ofLines(filters));
  const passesCampaign = labelFilter(ofCampaigns(filters));
  const passes = (filter: ReturnType<typeof labelFilter>, kind: Partial<EmailKind>): boolean =>
    filter === null || filter(kind as unknown as Label);
  const by_campaign = keys.includes('campaign_id');
  const aliases = by_campaign ? await aliasesOf(kinds, named) : new Map<string, string[]>();
  const all: Groups['all'] = [[]];
  const numbers = new Map<string, number>();
  const groupOf = (kind: Pick<EmailKind, CampaignKey>): number => {
    const values = keys.map((key) => kind[key]);
    const name = JSON.stringify(values);
    const number = numbers.get(name) ?? all.push(values) - 1;
    numbers.set(name, number);
    return number;
  };
  const of_kind = await mapInTurns(kinds, (kind) => {
    if (kind === null || !passes(passesLine, kind)) return null;
    const own: number[] = [];
    if (passes(passesCampaign, kind)) own.push(ALL, groupOf(kind));
    if (kind.is_label)
      for (const campaign_id of aliases.get(kind.campaign_id!) ?? [])
        if (passes(passesCampaign, { campaign_id })) own.push(groupOf({ ...kind, campaign_id }));
    return own;
  });
  return { all, of_kind };
}

/** By label, the campaigns that links may name by it. */
async function aliasesOf(kinds: EmailHistories['kinds'], named: readonly string[]): Promise<Map<string, string[]>> {
  const names = new Set(named);
  for (const kind of kinds) if (kind !== null && kind.campaign_id !== null) names.add(kind.campaign_id);
  const aliases = new Map<string, string[]>();
  await mapInTurns(names, (campaign_id) => {
    const label = labelOf(campaign_id) ?? campaign_id;
    if (label !== campaign_id) aliases.set(label, [...(aliases.get(label) ?? []), campaign_id]);
  });
  return aliases;
}

/** Counts events by kind, and people by group. */
class EngagementSums {
  /** By kind. */
  readonly events: Float64Array;
  private readonly people_counts: EngagementCount[];
  private readonly people: Uint32Array;
  /** By kind, the counts of people to which it adds, as bits. */
  private readonly bits: Uint8Array;
  private readonly groups: ReadonlyArray<readonly number[] | null>;
  /** By group, the last person that counts, and the counts to which it added, as bits. */
  private readonly last: Uint32Array;
  private readonly added: Uint8Array;
  private person = 0;

  constructor(kinds: EmailHistories['kinds'], { all, of_kind }: Groups) {
    const counted = kinds.map((kind) => (kind === null ? [] : countsOf(countedEvent(kind), 'people')));
    this.people_counts = [...new Set(counted.flat())];
    this.bits = Uint8Array.from(counted, (names) =>
      names.reduce((bits, name) => bits | (1 << this.people_counts.indexOf(name)), 0),
    );
    this.events = new Float64Array(kinds.length);
    this.groups = of_kind;
    this.people = new Uint32Array(all.length * this.people_counts.length);
    this.last = new Uint32Array(all.length);
    this.added = new Uint8Array(all.length);
  }

  begin(): void {
    this.person += 1;
  }

  take(kind: number): void {
    this.events[kind]! += 1;
    const bits = this.bits[kind]!;
    if (bits === 0) return;
    const { last, added, person } = this;
    const groups = this.groups[kind]!;
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i]!;
      if (last[group] !== person) {
        last[group] = person;
        added[group] = 0;
      }
      const fresh = bits & ~added[group]!;
      if (fresh !== 0) this.addPerson(group, fresh);
    }
  }

  end(): void {}

  /** The figures of each group. */
  figures(kinds: EmailHistories['kinds'], count: number): Engagement[] {
    const figures = Array.from({ length: count }, () => readEngagement(undefined));
    for (const [number, kind] of kinds.entries()) {
      if (kind === null || this.events[number] === 0) continue;
      for (const name of countsOf(countedEvent(kind), 'events'))
        for (const group of this.groups[number]!) figures[group]![name] += this.events[number]!;
    }
    for (const [group, own] of figures.entries())
      for (const [c, name] of this.people_counts.entries())
        own[name] = this.people[group * this.people_counts.length + c]!;
    return figures;
  }

  private addPerson(group: number, fresh: number): void {
    this.added[group]! |= fresh;
    const from = group * this.people_counts.length;
    for (let c = 0; c < this.people_counts.length; c++) if ((fresh & (1 << c)) !== 0) this.people[from + c]! += 1;
  }
}

const countedEvent = (kind: EmailKind) => ({ ...kind, is_human: isHuman(kind) ? 1 : 0 }) as const;

function told(
  { kinds }: EmailHistories,
  { all, of_kind }: Groups,
  sums: EngagementSums,
  { keys, named }: EngagementAsked,
): CampaignsEngagement {
  const said: Kinds = new Map();
  const names = new Set(named);
  const has_events = new Set<number>();
  for (const [number, kind] of kinds.entries()) {
    if (kind === null || sums.events[number] === 0) continue;
    if (kind.campaign_id !== null) {
      names.add(kind.campaign_id);
      if (kind.campaign_kind !== null) addKind(said, kind.campaign_id, kind.campaign_kind);
    }
    for (const group of of_kind[number]!) has_events.add(group);
  }
  const figures = sums.figures(kinds, all.length);
  const groups = new Map<string, { keys: Array<string | null>; engagement: Engagement }>();
  const place = keys.indexOf('campaign_id');
  for (const [group, values] of all.entries()) {
    if (group === ALL || !has_events.has(group)) continue;
    const campaign_id = values[place] ?? null;
    if (campaign_id === null || names.has(campaign_id))
      groups.set(JSON.stringify(values), { keys: values, engagement: figures[group]! });
  }
  return { groups, all: groups.size === 0 ? null : figures[ALL]!, kinds: said };
}
