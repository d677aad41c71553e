/** Candidates -> touches: attribution/collapse.ts, for the candidates of one order in memory. */
import { CLICK_VISIT_MS } from '../attribution/collapse.ts';
import type { Touchpoints } from './histories.ts';
import type { LabelFacts } from './label-facts.ts';
import { Latest } from './latest.ts';

/** Up to so many candidates are compared two by two. */
const FEW = 8;

export class Interactions {
  private absorbed = new Uint8Array(1_024);
  /** By key of an email, its strongest candidate. */
  private readonly best_of_email = new Latest();
  /** By session, the likeness of its last touch. */
  private readonly likeness_of_session = new Latest();

  constructor(
    private readonly touchpoints: Touchpoints,
    private readonly facts: LabelFacts,
  ) {}

  /** Keeps the touches of `candidates`, which are in order of time, at their front. @returns how many there are. */
  collapse(candidates: Uint32Array, count: number): number {
    if (count < 2) return count;
    if (count > this.absorbed.length) this.absorbed = new Uint8Array(2 * count);
    const { absorbed } = this;
    // Most paths are so short that a call of fill takes longer.
    for (let i = 0; i < count; i++) absorbed[i] = 0;
    this.absorbVisits(candidates, count);
    if (this.hasEmails(candidates, count)) this.absorbEmails(candidates, count);
    if (this.mayRepeat(candidates, count)) this.absorbRepeats(candidates, count);
    let kept = 0;
    for (let i = 0; i < count; i++) if (this.absorbed[i] === 0) candidates[kept++] = candidates[i]!;
    return kept;
  }

  /** True if several candidates are of an email. Labels are in the processor's cache, messages are not. */
  private hasEmails(candidates: Uint32Array, count: number): boolean {
    const { label } = this.touchpoints;
    const { is_email } = this.facts;
    let emails = 0;
    for (let i = 0; i < count; i++) emails += is_email[label[candidates[i]!]!]!;
    return emails > 1;
  }

  /** False if no two candidates have one likeness. Of many candidates it is not looked at. */
  private mayRepeat(candidates: Uint32Array, count: number): boolean {
    if (count > FEW) return true;
    const { label } = this.touchpoints;
    const { likeness } = this.facts;
    for (let i = 1; i < count; i++) {
      const own = likeness[label[candidates[i]!]!]!;
      for (let before = 0; before < i; before++) if (likeness[label[candidates[before]!]!] === own) return true;
    }
    return false;
  }

  /** Landing visits belong to the latest click before them, of the same email as far as the visit names one. */
  private absorbVisits(candidates: Uint32Array, count: number): void {
    const { at_ms, label } = this.touchpoints;
    const { is_landing, is_click } = this.facts;
    for (let i = 1; i < count; i++) {
      const visit = candidates[i]!;
      if (is_landing[label[visit]!] === 0) continue;
      for (let b = i - 1; b >= 0 && at_ms[visit]! - at_ms[candidates[b]!]! <= CLICK_VISIT_MS; b--) {
        const click = candidates[b]!;
        if (is_click[label[click]!] === 0 || !this.agrees(visit, click)) continue;
        this.absorbed[i] = 1;
        break;
      }
    }
  }

  private agrees(visit: number, click: number): boolean {
    const { label, message } = this.touchpoints;
    const { sent_campaign, email } = this.facts;
    const [v, c] = [label[visit]!, label[click]!];
    return (
      (message[visit] === 0 || message[visit] === message[click]) &&
      (sent_campaign[v] === 0 || sent_campaign[v] === sent_campaign[c]) &&
      (email[v] === 0 || email[v] === email[c])
    );
  }

  /** The key of an email: its message, else its campaign and email (below zero); 0 for what belongs to no known email. */
  private emailKey(place: number): number {
    const label = this.touchpoints.label[place]!;
    if (this.facts.is_email[label] === 0) return 0;
    const message = this.touchpoints.message[place]!;
    return message !== 0 ? message : 0 - this.facts.email_pair[label]!;
  }

  /** Events of one email belong to the strongest; of several of a strength to the first. */
  private absorbEmails(candidates: Uint32Array, count: number): void {
    const { strength } = this.facts;
    const { label } = this.touchpoints;
    this.best_of_email.clear();
    for (let i = 0; i < count; i++) {
      if (this.absorbed[i] === 1) continue;
      const key = this.emailKey(candidates[i]!);
      if (key === 0) continue;
      const best = this.best_of_email.find(key);
      const is_best = best < 0 || strength[label[candidates[i]!]!]! < strength[label[candidates[best]!]!]!;
      if (best >= 0) this.absorbed[is_best ? best : i] = 1;
      if (is_best) this.best_of_email.set(key, i);
    }
  }

  /** Repeats within a session belong to the touch before them. */
  private absorbRepeats(candidates: Uint32Array, count: number): void {
    const { session, label } = this.touchpoints;
    this.likeness_of_session.clear();
    for (let i = 0; i < count; i++) {
      const place = candidates[i]!;
      const own = session[place]!;
      if (this.absorbed[i] === 1 || own === 0) continue;
      const likeness = this.facts.likeness[label[place]!]!;
      if (this.likeness_of_session.find(own) === likeness && this.emailKey(place) === 0) this.absorbed[i] = 1;
      this.likeness_of_session.set(own, likeness);
    }
  }
}
