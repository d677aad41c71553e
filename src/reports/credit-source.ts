/** Where the figures of the attribution report come from: the query in the engine, or histories in memory. Both give the same. */
import type { WeekStart } from '../domain/time.ts';
import type { Row } from '../warehouse/schema.ts';
import type { ReportJson } from './context.ts';
import type { Filters } from './filters.ts';
import type { GroupSpend } from './group-spend.ts';
import type { GroupKey } from './groups.ts';
import type { Rest } from './unattributed-rows.ts';
import type { Warning } from './warning.ts';

/** What the rows of a report are. */
export interface Grouping {
  keys: readonly GroupKey[];
  filters: Filters;
  week_start: WeekStart;
  /** True if the report asks for {@link CreditSource.spread}. */
  has_spread?: boolean;
  /** True if the rows have intervals, which come from the spread. */
  with_intervals?: boolean;
}

/** Totals that are the same for every model. */
export interface Totals {
  total_conversions: bigint;
  attributed_conversions: bigint;
  email_conversions: number;
  net_micros: bigint;
}

/** A group before it is written for a model. `row` holds its sums as texts: c0, m0 and so on. It is null for a group without credits. */
export interface Group {
  keys: Array<string | null>;
  touched: number;
  touches: bigint;
  row: Row | null;
}

/** What a group touched, and how its credit under the first model spreads over random groups of people. */
export interface Spread {
  keys: Array<string | null>;
  /** People whose orders it touched. */
  people: number;
  /** The net value of the orders that it touched. */
  touched_micros: bigint;
  /** By group of people; those without credit may be left out. */
  credited: ReadonlyMap<number, bigint>;
}

/** The figures of one report. Lists end after `room` + 1 entries: the report has a limit, and says so when it is reached. */
export interface CreditSource {
  totals(): Promise<Totals>;
  groups(room: number): Promise<Group[]>;
  /** The spread of the groups with a touch in a path; empty unless the grouping asks for it. */
  spread(room: number): Promise<Spread[]>;
  /** Rows with email_id, campaign_id, touched, people and the sums of each model. */
  emails(room: number): Promise<Row[]>;
  /** Value that no touch earned under model number `i`, by reason and by the keys about orders and times. */
  rest(i: number, room: number): Promise<Rest[]>;
  /** The credit of touches that the filters leave out; null without filters about touches. */
  leftOut(i: number): Promise<Rest[] | null>;
  spend(limit: number): Promise<GroupSpend>;
  /** The table of journeys by length. */
  journeys(): Promise<ReportJson[]>;
  /** The kinds of the credited campaigns and flows, by campaign: those of the touches in paths, before the filters. */
  kinds(): Promise<Map<string, ReadonlySet<string>>>;
  warnings(): Promise<Warning[]>;
}
