/** Reads what people were sent and did, person by person in order of time, in one way on every engine. */

import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { EVENTS, ORDERS } from '../../attribution/relations.ts';
import { CAMPAIGN_KINDS } from '../../domain/campaign-kind.ts';
import { groupOfName } from '../../histories/emails/fill-emails.ts';
import type { Columns, Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { type Chosen, emailEvents } from '../email-events.ts';
import { EMAILS_FROM_MS, ORDERS_FROM_MS } from './asked.ts';
import { PersonEvents, type TakesPeople } from './person-events.ts';
import { kindNumber } from './time-units.ts';

/** What rows are, in the order of those of one instant. */
const [BACK, DELIVERED, LEFT, ORDERED] = [0, 1, 2, 3] as const;

/** Confirmations follow what the person did, and nobody chooses how many there are. */
const NO_TOUCHES: Chosen = {
  of_events: `e.event_type in ('delivered', 'unsubscribed', 'complained', 'resubscribed') and (e.event_type <> 'delivered' or e.campaign_kind is null or e.campaign_kind <> 'transactional')`,
  of_touches: '1 = 0',
  parameters: {},
};

/** SQL for {@link kindNumber}. */
const KIND = `case ${CAMPAIGN_KINDS.map((kind) => `when h.campaign_kind = '${kind}' then ${kindNumber(kind)}`).join(' ')} else 0 end`;

const since = (plan: Plan, before_ms: number): Plan => ({
  ...plan,
  brands: plan.brands.map((brand) => ({ ...brand, start_ms: brand.start_ms - before_ms })),
});

/** @param most_emails with more, only some random groups of people are read. @returns the part of people that was read: 1 / a power of 2. */
export async function readPeople(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  takers: readonly TakesPeople[],
  most_emails: number,
): Promise<number> {
  const groups = await groupsToRead(snapshot, plan, most_emails);
  await makeOrdersAndEvents(snapshot, since(plan, ORDERS_FROM_MS), context.directory);
  const events = await emailEvents(snapshot, since(plan, EMAILS_FROM_MS), NO_TOUCHES, { since_ever: true });
  const code = `case h.kind when 'delivered' then ${DELIVERED} when 'resubscribed' then ${BACK} else ${LEFT} end`;
  const in_group = groups === GROUPS ? '' : `where hash256(person) < ${groups}`;
  const stream = new PeopleStream(plan, takers);
  const turns = new WorkTurns();
  await snapshot.columns(
    `select person, brand_id, float64(at_ms) as at_ms, float64(code) as code,
       campaign_id, email_id, float64(kind_no) as kind_no, float64(message) as message, float64(net) as net
     from (
       select h.person as person, h.brand_id as brand_id, h.at_ms as at_ms, ${code} as code, coalesce(h.campaign_id, '') as campaign_id,
         coalesce(h.email_id, '') as email_id, ${KIND} as kind_no,
         case when h.message_id is null or h.kind <> 'delivered' then int64(0) else hash53(h.message_id) end as message, int128(0) as net
       from (${events}) h where h.kind <> 'delivered' or h.in_period = 1
       union all
       select concat(o.brand_id, '/', o.person_id) as person, o.brand_id as brand_id, o.at_ms as at_ms, ${ORDERED} as code, '' as campaign_id,
         '' as email_id, 0 as kind_no, int64(0) as message, int128(v.after_micros - v.before_micros) as net
       from ${ORDERS.name} o join ${EVENTS.name} v on v.order_no = o.order_no) happened
     ${in_group} order by person, at_ms, code, campaign_id, email_id, kind_no, message, net`,
    {},
    async ({ rows, cells }) => {
      const own = cellsOf(cells);
      for (let i = 0; i < rows; i++) {
        stream.take(own, i);
        if (turns.ends(4_096)) await turns.next();
      }
    },
  );
  stream.end();
  return groups / GROUPS;
}

const GROUPS = 256;

/** So many groups of people that their emails are at most `most`. */
async function groupsToRead(snapshot: Snapshot, { brands, positions }: Plan, most: number): Promise<number> {
  const from_ms = Math.min(...brands.map(({ start_ms }) => start_ms)) - EMAILS_FROM_MS;
  const until_ms = Math.max(...brands.map(({ end_ms }) => end_ms));
  const [row] = await snapshot.query(
    `select count(*) as emails from email_events e where e.event_type = 'delivered' and ${atOrBefore('e', positions.touchpoints)}
       and e.occurred_at >= instant(${from_ms}) and e.occurred_at < instant(${until_ms})`,
  );
  const { emails } = read(row, { emails: 'number' });
  let groups = GROUPS;
  while (groups > 1 && (emails * groups) / GROUPS > most) groups /= 2;
  return groups;
}

/** The cells of some rows, by column, in the order of the query. */
interface Cells {
  person: ArrayLike<string>;
  brand_id: ArrayLike<string>;
  at_ms: ArrayLike<number>;
  code: ArrayLike<number>;
  campaign_id: ArrayLike<string>;
  email_id: ArrayLike<string>;
  kind: ArrayLike<number>;
  message: ArrayLike<number>;
  net: ArrayLike<number>;
}

function cellsOf(cells: Columns['cells']): Cells {
  const texts = (column: number) => cells[column] as ArrayLike<string>;
  const numbers = (column: number) => cells[column] as ArrayLike<number>;
  return {
    ...{ person: texts(0), brand_id: texts(1), at_ms: numbers(2), code: numbers(3) },
    ...{ campaign_id: texts(4), email_id: texts(5), kind: numbers(6), message: numbers(7), net: numbers(8) },
  };
}

/** Puts rows together to people. */
class PeopleStream {
  private readonly person = new PersonEvents();
  private name: string | null = null;
  private readonly messages = new Set<number>();
  private readonly brands: ReadonlyMap<string, number>;
  /** By brand, campaign and email. */
  private readonly series = new Map<string, Map<string, Map<string, number>>>();
  private all_series = 0;

  constructor(
    { brands }: Plan,
    private readonly takers: readonly TakesPeople[],
  ) {
    this.brands = new Map(brands.map(({ brand_id }, place) => [brand_id, place]));
  }

  take(cells: Cells, row: number): void {
    const name = cells.person[row]!;
    if (name !== this.name) this.begin(name, cells.brand_id[row]!);
    const { person } = this;
    const at_ms = cells.at_ms[row]!;
    const code = cells.code[row]!;
    if (code === DELIVERED) {
      const message = cells.message[row]!;
      if (message !== 0 && this.messages.has(message)) return;
      this.messages.add(message);
      person.delivered_ms.push(at_ms);
      person.series.push(this.seriesOf(cells.brand_id[row]!, cells.campaign_id[row]!, cells.email_id[row]!));
      person.kind.push(cells.kind[row]!);
    } else if (code === ORDERED) {
      person.ordered_ms.push(at_ms);
      person.net.push(cells.net[row]!);
    } else (code === LEFT ? person.left_ms : person.back_ms).push(at_ms);
  }

  end(): void {
    if (this.name !== null && this.person.delivered_ms.length > 0)
      for (const taker of this.takers) taker.take(this.person);
  }

  private begin(name: string, brand_id: string): void {
    this.end();
    this.name = name;
    this.person.clear();
    this.messages.clear();
    this.person.brand = this.brands.get(brand_id)!;
    this.person.group = groupOfName(name);
  }

  /** Emails of one campaign and email; -1 where nothing names them. */
  private seriesOf(brand_id: string, campaign_id: string, email_id: string): number {
    if (campaign_id === '' && email_id === '') return -1;
    const of_campaign = within(within(this.series, brand_id), campaign_id);
    let series = of_campaign.get(email_id);
    if (series === undefined) {
      series = this.all_series;
      this.all_series += 1;
      of_campaign.set(email_id, series);
    }
    return series;
  }
}

/** The map of a text; a new one if it has none. */
function within<T>(maps: Map<string, Map<string, T>>, text: string): Map<string, T> {
  let own = maps.get(text);
  if (own === undefined) {
    own = new Map();
    maps.set(text, own);
  }
  return own;
}
