/** Reads what people were sent and did, person by person in order of time, in one way on every engine. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { type Chosen, emailEvents } from '../email-events.ts';
import { makeNetOrders } from '../sends/mail.ts';
import { SEND_ORDERS } from '../sends/relations.ts';
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
  await makeNetOrders(snapshot);
  const events = await emailEvents(snapshot, since(plan, EMAILS_FROM_MS), NO_TOUCHES, { since_ever: true });
  const code = `case h.kind when 'delivered' then ${DELIVERED} when 'resubscribed' then ${BACK} else ${LEFT} end`;
  const in_group = groups === GROUPS ? '' : `where hash256(person) < ${groups}`;
  const stream = new PeopleStream(plan, takers);
  const turns = new WorkTurns();
  await snapshot.columns(
    `select person, brand_id, float64(hash256(person)) as person_group, float64(at_ms) as at_ms, float64(code) as code,
       campaign_id, email_id, campaign_kind, float64(message) as message, float64(net) as net
     from (
       select h.person as person, h.brand_id as brand_id, h.at_ms as at_ms, ${code} as code, coalesce(h.campaign_id, '') as campaign_id,
         coalesce(h.email_id, '') as email_id, coalesce(h.campaign_kind, '') as campaign_kind,
         case when h.message_id is null or h.kind <> 'delivered' then int64(0) else hash53(h.message_id) end as message, int128(0) as net
       from (${events}) h where h.kind <> 'delivered' or h.in_period = 1
       union all
       select o.person as person, o.brand_id as brand_id, o.at_ms as at_ms, ${ORDERED} as code, '' as campaign_id,
         '' as email_id, '' as campaign_kind, int64(0) as message, o.net as net from ${SEND_ORDERS.name} o) happened
     ${in_group} order by person, at_ms, code, campaign_id, email_id, campaign_kind, message, net`,
    {},
    async ({ rows, cells }) => {
      for (let i = 0; i < rows; i++) {
        stream.take(cells, i);
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

type Cells = ReadonlyArray<ArrayLike<number | string | null>>;

/** Puts rows together to people. */
class PeopleStream {
  private readonly person = new PersonEvents();
  private name: string | null = null;
  private readonly messages = new Set<number>();
  private readonly brands: ReadonlyMap<string, number>;
  private readonly series = new Map<string, number>();

  constructor(
    { brands }: Plan,
    private readonly takers: readonly TakesPeople[],
  ) {
    this.brands = new Map(brands.map(({ brand_id }, place) => [brand_id, place]));
  }

  take(cells: Cells, row: number): void {
    const text = (column: number): string => cells[column]![row] as string;
    const number = (column: number): number => cells[column]![row] as number;
    if (text(0) !== this.name) this.begin(text(0), text(1), number(2));
    const { person } = this;
    const at_ms = number(3);
    const code = number(4);
    if (code === ORDERED) {
      person.ordered_ms.push(at_ms);
      person.net.push(number(9));
    } else if (code === DELIVERED) {
      const message = number(8);
      if (message !== 0 && this.messages.has(message)) return;
      this.messages.add(message);
      person.delivered_ms.push(at_ms);
      person.series.push(this.seriesOf(text(1), text(5), text(6)));
      person.kind.push(kindNumber(text(7)));
    } else (code === LEFT ? person.left_ms : person.back_ms).push(at_ms);
  }

  end(): void {
    if (this.name !== null && this.person.delivered_ms.length > 0)
      for (const taker of this.takers) taker.take(this.person);
  }

  private begin(name: string, brand_id: string, group: number): void {
    this.end();
    this.name = name;
    this.person.clear();
    this.messages.clear();
    this.person.brand = this.brands.get(brand_id)!;
    this.person.group = group;
  }

  /** Emails of one campaign and email; -1 where nothing names them. */
  private seriesOf(brand_id: string, campaign_id: string, email_id: string): number {
    if (campaign_id === '' && email_id === '') return -1;
    return numberOf(this.series, `${brand_id.length}/${campaign_id.length}/${brand_id}/${campaign_id}/${email_id}`);
  }
}

/** The number of a text; a new one if it has none. */
function numberOf(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, numbers.size);
  return numbers.size - 1;
}
