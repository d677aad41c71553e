/** How the touches of paths are named: at the grain of a fit, or by a column of touchpoints. */
import type { Label } from '../../histories/histories.ts';
import type { LabelColumn } from '../../histories/relations.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { makeSplits, type Naming, SPLIT_JOIN, stateOf, stateSql } from '../grain.ts';

/** Names at a grain, as fits use them, or the values of a column of touchpoints. */
export type PathStates = Naming | { column: LabelColumn };

export interface StateNaming {
  /** The parameter that chose the names. */
  field: 'grain' | 'by';
  /** The columns of touchpoints that `sql` reads. */
  columns: readonly string[];
  /** SQL that names a touch `t`, and what it joins. */
  sql: string;
  join: string;
  prepare(snapshot: Snapshot): Promise<void>;
  /** The same in memory. */
  of(touch: Label): string;
}

const [VALUE, MISSING] = ['=', '-'];

export function stateNaming(states: PathStates): StateNaming {
  if ('grain' in states)
    return {
      field: 'grain',
      columns: ['channel', 'touchpoint_type', 'campaign_id'],
      sql: stateSql(states),
      join: SPLIT_JOIN,
      prepare: (snapshot) => makeSplits(snapshot, states),
      of: (touch) => stateOf(touch, states),
    };
  const { column } = states;
  return {
    field: 'by',
    columns: [column],
    // DuckDB's concat leaves out what is null.
    sql: `case when t.${column} is null then '${MISSING}' else concat('${VALUE}', t.${column}) end`,
    join: '',
    prepare: async () => undefined,
    of: (touch) => (touch[column] === null ? MISSING : `${VALUE}${touch[column]}`),
  };
}

/** The value of the column in the name of a state; null if it is missing. */
export function columnValue(state: string): string | null {
  return state === MISSING ? null : state.slice(VALUE.length);
}
