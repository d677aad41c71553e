/**
 * Proposals that two people are one, kept in state until a person decides. What is accepted becomes a link in the log, and what is
 * undone a statement that takes it back, so the log alone says who is who.
 */

import { createHash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import { type IdentityLinkInput, PROBABILISTIC } from '../../domain/identity-link.ts';
import type { Mentions } from '../../domain/mentions.ts';
import { formatInstant } from '../../domain/time.ts';
import { everyEntry } from '../../state/entries.ts';
import type { ErasableCollection } from '../../state/erasable.ts';
import type { Json, State } from '../../state/port.ts';
import type { Found } from './propose.ts';

const COLLECTION = 'identity_proposals';
export const PROPOSAL_STATES = ['open', 'quarantined', 'accepted', 'undone'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
const MAX_LISTED = 1_000;

export interface Proposal extends Found {
  proposal_id: string;
  brand_id: string;
  state: ProposalState;
  proposed_at: string;
  decided_at: string | null;
  /** The name of the key or user who decided. */
  decided_by: string | null;
  /** Statements in the log so far. */
  statements: number;
}

/** Puts a statement into the log. */
type Send = (link: IdentityLinkInput) => Promise<void>;

export class Proposals {
  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /** In order of probability, the highest first. @param has ids of which one is named. */
  async list({
    brand_id,
    state,
    has,
  }: {
    brand_id: string | null;
    state?: ProposalState | undefined;
    has?: ReadonlySet<string>;
  }): Promise<Proposal[]> {
    const found: Proposal[] = [];
    for await (const { value } of everyEntry(this.state, COLLECTION)) {
      const one = value as unknown as Proposal;
      if (brand_id !== null && one.brand_id !== brand_id) continue;
      if (state !== undefined && one.state !== state) continue;
      if (has && !has.has(one.left_id) && !has.has(one.right_id)) continue;
      found.push(one);
    }
    found.sort((a, b) => b.probability - a.probability || (a.proposal_id < b.proposal_id ? -1 : 1));
    return found.slice(0, MAX_LISTED);
  }

  /** Keeps what was found in place of the open proposals of a brand. What was decided stays decided. */
  async replace(brand_id: string, found: readonly Found[]): Promise<{ open: number; quarantined: number }> {
    return this.state.transaction(async (transaction) => {
      const decided = new Set<string>();
      for (const { key, value } of await transaction.list(COLLECTION, { prefix: prefixOf(brand_id), limit: 10_000 })) {
        const one = value as unknown as Proposal;
        if (one.brand_id !== brand_id) continue;
        if (one.state === 'accepted' || one.state === 'undone') decided.add(one.proposal_id);
        else await transaction.delete(COLLECTION, key);
      }
      const counts = { open: 0, quarantined: 0 };
      for (const pair of found) {
        const proposal_id = idOf(brand_id, pair);
        if (decided.has(proposal_id)) continue;
        const state = pair.quarantine === null ? 'open' : 'quarantined';
        counts[state]++;
        const made: Proposal = {
          proposal_id,
          brand_id,
          ...pair,
          state,
          proposed_at: formatInstant(this.clock()),
          decided_at: null,
          decided_by: null,
          statements: 0,
        };
        await transaction.put(COLLECTION, prefixOf(brand_id) + proposal_id, made as unknown as Json);
      }
      return counts;
    });
  }

  /**
   * Links the two people of a proposal.
   * @param confirmed true to accept one that a guard keeps apart.
   * @throws not_found; conflict if it is accepted already, or is quarantined and not confirmed.
   */
  async accept(proposal_id: string, by: Decision & { confirmed: boolean }, send: Send): Promise<Proposal> {
    const one = await this.find(proposal_id, by.brand_id);
    if (one.state === 'accepted') throw conflict(`${proposal_id} is accepted already`);
    if (one.quarantine !== null && !by.confirmed)
      throw conflict(`${proposal_id} is kept apart (${one.quarantine}); accept it with confirm if you are sure`);
    const { left_id, right_id, probability, parts, prior_weight, household_weight } = one;
    const evidence = {
      proposal_id,
      prior_weight,
      household_weight,
      parts: parts as unknown as Record<string, unknown>[],
    };
    return this.decide(one, 'accepted', by.name, send, { left_id, right_id, state: 'linked', probability, evidence });
  }

  /** Takes an accepted proposal back. @throws not_found; conflict if it is not accepted. */
  async undo(proposal_id: string, by: Decision, send: Send): Promise<Proposal> {
    const one = await this.find(proposal_id, by.brand_id);
    if (one.state !== 'accepted') throw conflict(`${proposal_id} is ${one.state}; only an accepted one can be undone`);
    const { left_id, right_id } = one;
    return this.decide(one, 'undone', by.name, send, { left_id, right_id, state: 'unlinked' });
  }

  /** The statement is sent first. After a crash the same decision sends it again under its id, which counts once. */
  private async decide(
    one: Proposal,
    state: ProposalState,
    decided_by: string,
    send: Send,
    link: Omit<IdentityLinkInput, 'occurred_at'>,
  ): Promise<Proposal> {
    const last_ms = one.decided_at === null ? 0 : Date.parse(one.decided_at);
    const decided_at = formatInstant(Math.max(this.clock(), last_ms + 1));
    const { proposal_id, brand_id, statements } = one;
    const link_id = `${proposal_id}_${statements + 1}`;
    await send({ ...link, link_id, brand_id, kind: PROBABILISTIC, occurred_at: decided_at });
    const decided: Proposal = { ...one, state, decided_at, decided_by, statements: statements + 1 };
    await this.state.transaction((transaction) =>
      transaction.put(COLLECTION, prefixOf(brand_id) + proposal_id, decided as unknown as Json),
    );
    return decided;
  }

  private async find(proposal_id: string, brand_id: string | null): Promise<Proposal> {
    for await (const { value } of everyEntry(this.state, COLLECTION)) {
      const one = value as unknown as Proposal;
      if (one.proposal_id === proposal_id && (brand_id === null || one.brand_id === brand_id)) return one;
    }
    throw new TributaryError('not_found', 'proposal_id: there is no such proposal; list them first', {
      field: 'proposal_id',
    });
  }
}

interface Decision {
  /** The name of the key or user. */
  name: string;
  /** The brand of the key; null for all brands. */
  brand_id: string | null;
}

const prefixOf = (brand_id: string): string => `${brand_id}/`;

function idOf(brand_id: string, { left_id, right_id }: Found): string {
  const pair = JSON.stringify([brand_id, ...[left_id, right_id].sort()]);
  return `ip_${createHash('sha256').update(pair).digest('hex').slice(0, 16)}`;
}

function conflict(message: string): TributaryError {
  return new TributaryError('conflict', `proposal_id: ${message}`, { field: 'proposal_id' });
}

/** Proposals that name erased people. @param mentions finds the ids of people of a brand. */
export function erasableProposals(mentions: (brand_id: string) => Mentions): ErasableCollection {
  return {
    collection: COLLECTION,
    ownerOf: ({ value }) => {
      const { brand_id, left_id, right_id } = value as unknown as Proposal;
      return mentions(brand_id).inText(left_id) ?? mentions(brand_id).inText(right_id);
    },
  };
}
