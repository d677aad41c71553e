/**
 * Which touchpoints of a person are touches. A landing visit is none of its own, because it belongs to the email click before it.
 * Neither is a repeat within a session. docs/models.md.
 */
import { CLICK_VISIT_MS } from '../../attribution/collapse.ts';
import { TRAITS } from '../../domain/touchpoint.ts';
import type { PersonTouches, TouchKind } from './touch-source.ts';

const LANDING_TYPES: readonly (string | null)[] = ['website_visit', 'page_view'];
/** Events of an email are never repeats within a session. */
const EMAIL_EVENTS: readonly (string | null)[] = ['email_open', 'email_click'];

export class TouchRules {
  private readonly is_click: Uint8Array;
  private readonly is_landing: Uint8Array;
  private readonly is_email_event: Uint8Array;
  /** The same number for kinds with the same channel and sent campaign. */
  private readonly likeness: Uint32Array;
  /** The place of the type in alphabetical order. */
  private readonly type_no: Uint32Array;
  private readonly last_of_session = new Map<number, number>();

  constructor(kinds: readonly TouchKind[]) {
    const flags = (of: (kind: TouchKind) => boolean): Uint8Array => Uint8Array.from(kinds, (kind) => Number(of(kind)));
    this.is_click = flags(({ touchpoint_type }) => touchpoint_type === 'email_click');
    this.is_landing = flags(
      ({ touchpoint_type, traits }) => LANDING_TYPES.includes(touchpoint_type) && (Number(traits) & TRAITS.email) !== 0,
    );
    this.is_email_event = flags(({ touchpoint_type }) => EMAIL_EVENTS.includes(touchpoint_type));
    const alike = kinds.map(({ channel, sent_campaign_id }) => JSON.stringify([channel, sent_campaign_id]));
    this.likeness = numbersOf(alike, [...new Set(alike)]);
    const types = kinds.map(({ touchpoint_type }) => touchpoint_type ?? '');
    this.type_no = numbersOf(types, [...new Set(types)].sort());
  }

  /** Keeps the touches at the front of the arrays, in order of time. @returns how many there are. */
  keep(touches: PersonTouches): number {
    this.sortTypes(touches);
    const { length, at_ms, kind, session } = touches;
    this.last_of_session.clear();
    let click_ms = Number.NEGATIVE_INFINITY;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const own = kind[i]!;
      const at = at_ms[i]!;
      if (this.is_click[own] === 1) click_ms = at;
      const repeats = this.repeats(session[i]!, own);
      if (repeats || (this.is_landing[own] === 1 && at - click_ms <= CLICK_VISIT_MS)) continue;
      at_ms[kept] = at;
      kind[kept++] = own;
    }
    return kept;
  }

  /** True if a touchpoint is like the one before it in its session. */
  private repeats(session: number, kind: number): boolean {
    if (session === 0) return false;
    const before = this.last_of_session.get(session);
    const likeness = this.likeness[kind]!;
    this.last_of_session.set(session, likeness);
    return before === likeness && this.is_email_event[kind] === 0;
  }

  /** Puts touchpoints at one instant in order of their types; those of a type stay in order of their ids. */
  private sortTypes({ length, at_ms, kind, session }: PersonTouches): void {
    for (let from = 0; from < length; ) {
      let until = from + 1;
      let sorted = true;
      for (; until < length && at_ms[until] === at_ms[from]; until++)
        sorted &&= this.type_no[kind[until - 1]!]! <= this.type_no[kind[until]!]!;
      if (!sorted) {
        const [kinds, sessions] = [kind.slice(from, until), session.slice(from, until)];
        const order = Uint32Array.from(kinds, (_, i) => i);
        order.sort((a, b) => this.type_no[kinds[a]!]! - this.type_no[kinds[b]!]! || a - b);
        for (const [i, place] of order.entries())
          [kind[from + i], session[from + i]] = [kinds[place]!, sessions[place]!];
      }
      from = until;
    }
  }
}

function numbersOf(texts: readonly string[], order: readonly string[]): Uint32Array {
  const numbers = new Map(order.map((text, number) => [text, number]));
  return Uint32Array.from(texts, (text) => numbers.get(text)!);
}
