/**
 * Statements about persons that decide nothing any more: they are old, a later one about the same took their place, and what they
 * decided is gone. The latest statement stays however old it is.
 */
import { PURPOSES } from '../../domain/consent/purposes.ts';
import { PROBABILISTIC } from '../../domain/identity-link.ts';
import type { ErasureRelation } from '../../warehouse/port.ts';
import { atOrBeforeEdge, isAged } from './aged-sql.ts';
import type { Edges } from './edges.ts';
import { isKeptLink } from './kept-links.ts';
import type { Retained } from './policy.ts';

interface Superseded {
  relations: ErasureRelation[];
  where: string;
}

/** The same edges, none later than that of another kind: what that kind keeps, a statement may still decide. */
function notBeyond(edges: Edges, name: Retained, other: Retained): Edges {
  const of = (own: Edges['defaults']): Edges['defaults'] => ({
    ...own,
    [name]: own[name] === null || own[other] === null ? null : Math.min(own[name], own[other]),
  });
  return { defaults: of(edges.defaults), brands: new Map(Array.from(edges.brands, ([id, own]) => [id, of(own)])) };
}

/**
 * A consent goes when a later one of the same ids says the same purposes, and the touchpoints up to that one are gone: what holds for a
 * touchpoint is what was said last before it.
 */
export function supersededConsents(given: Edges): Superseded {
  const edges = notBeyond(given, 'consents', 'touchpoints');
  const same = ['brand_id', 'customer_id', 'anonymous_id'].map((column) => `coalesce(${column}, '')`).join(', ');
  const next = PURPOSES.map(
    (purpose) =>
      `min(case when ${purpose} is not null then at_ms end) over (partition by ${same} order by at_ms range between 1 following and unbounded following) as next_${purpose}`,
  );
  const decided = PURPOSES.map(
    (purpose) =>
      `(${purpose} is null or (next_${purpose} is not null and ${atOrBeforeEdge(edges, 'consents', `next_${purpose}`)}))`,
  );
  const columns = `brand_id, consent_id, ${PURPOSES.join(', ')}`;
  return {
    relations: [
      {
        name: 'superseded_consents',
        sql: `select brand_id as gone_brand, consent_id as gone_id from (
            select ${columns}, ${next.join(', ')} from (
              select ${columns}, customer_id, anonymous_id, epoch_ms(occurred_at) as at_ms from consents where not ${isKeptLink}) said) seen
          where ${decided.join(' and ')}`,
      },
    ],
    where: `${isAged(edges, 'consents', 'consents')} and (brand_id, consent_id) in (select gone_brand, gone_id from superseded_consents)`,
  };
}

/**
 * A statement that links two ids goes when a later one about the pair counts wherever it would. Statements that unlink stay, since a
 * proposal may depend on them.
 */
export function supersededLinks(edges: Edges): Superseded {
  const sure = 'coalesce(probability, 1.0)';
  const said = "coalesce(state, 'linked')";
  const columns = [
    'brand_id, link_id',
    'case when left_id < right_id then left_id else right_id end as one_id',
    'case when left_id < right_id then right_id else left_id end as other_id',
    `case when kind = '${PROBABILISTIC}' then 1 else 0 end as is_proposal`,
    `${said} as said, ${sure} as sure, epoch_ms(occurred_at) as at_ms`,
  ];
  // A later statement that unlinks the pair takes the place of every link of it.
  const next_sure = `max(case when said = 'unlinked' then 2.0 else sure end) over (partition by brand_id, one_id, other_id, is_proposal
    order by at_ms range between 1 following and unbounded following)`;
  return {
    relations: [
      {
        name: 'superseded_links',
        sql: `select distinct brand_id as gone_brand, link_id as gone_id from (
            select brand_id, link_id, said, sure, ${next_sure} as next_sure from (select ${columns.join(', ')} from identity_links) l) seen
          where said = 'linked' and next_sure is not null and next_sure >= sure`,
      },
    ],
    where: `${isAged(edges, 'identity_links', 'identity_links')} and (brand_id, link_id) in (select gone_brand, gone_id from superseded_links)`,
  };
}

/** A statement about a segment goes when a later one took its place before all orders that are kept. */
export function supersededSegments(given: Edges): Superseded {
  const edges = notBeyond(given, 'customer_segments', 'orders');
  return {
    relations: [
      {
        name: 'superseded_segments',
        sql: `select brand_id as gone_brand, segment_id as gone_id from (
            select brand_id, segment_id, min(at_ms) over (partition by brand_id, customer_id, segment_name order by at_ms
              range between 1 following and unbounded following) as next_ms
            from (select brand_id, segment_id, customer_id, segment_name, epoch_ms(assigned_at) as at_ms from customer_segments) said) seen
          where next_ms is not null and ${atOrBeforeEdge(edges, 'customer_segments', 'next_ms')}`,
      },
    ],
    where: `${isAged(edges, 'customer_segments', 'customer_segments')} and (brand_id, segment_id) in (select gone_brand, gone_id from superseded_segments)`,
  };
}

/** Records that may name an id which a kept link joins. */
const NAMED_IN = [
  ['touchpoints', 'anonymous_id'],
  ['conversions', 'anonymous_id'],
  ['identity_links', 'left_id'],
  ['identity_links', 'right_id'],
] as const;

/**
 * What was kept to join the ids of a removed record goes by the days of identity_links, when nothing names the anonymous id any more and
 * no statement is about the customer.
 */
export function outlivedKeptLinks(edges: Edges): Superseded {
  const named = NAMED_IN.map(
    ([table, column]) =>
      `select brand_id as named_brand, ${column} as named_id from ${table} where ${column} is not null`,
  );
  const consents = `select brand_id as named_brand, anonymous_id as named_id from consents where anonymous_id is not null and not ${isKeptLink}`;
  return {
    relations: [
      {
        name: 'named_ids',
        sql: `select distinct named_brand, named_id from (${[...named, consents].join(' union all ')}) n`,
      },
    ],
    where: `${isAged(edges, 'identity_links', 'consents')}
      and (brand_id, coalesce(anonymous_id, '')) not in (select named_brand, named_id from named_ids)
      and (brand_id, customer_id) not in (select brand_id, left_id from identity_links union all select brand_id, right_id from identity_links)`,
  };
}
