/** Routes for proposals that two people are one: find, list, accept, undo. */
import { brandWithin } from '../domain/brand-access.ts';
import { TributaryError } from '../domain/errors.ts';
import { choice, flag, words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { brandRule } from '../identity/kept-persons.ts';
import { QUARANTINES } from '../identity/proposals/guards.ts';
import { searchProposals } from '../identity/proposals/run.ts';
import { PROPOSAL_STATES, type Proposal, Proposals } from '../identity/proposals/store.ts';
import type { Collector } from '../log/collector.ts';
import { draftsOf } from '../log/envelope.ts';
import type { Route, Services } from './route.ts';

const PATH = '/v1/identity/proposals';
const SOURCE = 'identity';
/** One search at a time: each compares all people of a brand in a thread. */
const BUSY = 'identity: a search for proposals is running; try again when it has ended';

const Shown = Type.Object({
  proposal_id: Type.String(),
  brand_id: Type.String(),
  left_id: Type.String({ description: 'The name of one person' }),
  right_id: Type.String({ description: 'The name of the other person' }),
  probability: Type.Number({ description: 'The probability that the two are one person' }),
  quarantine: Type.Union([choice(QUARANTINES, 'What keeps the two apart unless a person confirms'), Type.Null()]),
  prior_weight: Type.Number({ description: 'Log2 odds before any comparison' }),
  household_weight: Type.Number({ description: 'Bits that shared values lose, since a household explains them too' }),
  parts: Type.Array(
    Type.Object({
      comparison: Type.String(),
      level: Type.String({ description: 'How well the values agree' }),
      weight: Type.Number({ description: 'Bits: log2(m / u) of the level' }),
      frequency_weight: Type.Number({ description: 'Bits for a rare value, less for a frequent one' }),
    }),
  ),
  state: choice(PROPOSAL_STATES, '`open`, `quarantined`, `accepted` or `undone`'),
  proposed_at: Type.String(),
  decided_at: Type.Union([Type.String(), Type.Null()]),
  decided_by: Type.Union([Type.String(), Type.Null()], { description: 'The name of the key or user who decided' }),
  statements: Type.Integer({ description: 'Statements in the log that the decisions made' }),
});

const EXAMPLE: Proposal = {
  proposal_id: 'ip_1f0e9d8c7b6a5f4e',
  brand_id: 'default',
  left_id: 'customer-17',
  right_id: 'customer-4021',
  probability: 0.9731,
  quarantine: null,
  prior_weight: -12.1,
  household_weight: 0,
  parts: [{ comparison: 'last_name', level: 'equal', weight: 8.2, frequency_weight: 1.1 }],
  state: 'open',
  proposed_at: '2026-11-28T09:00:00.000Z',
  decided_at: null,
  decided_by: null,
  statements: 0,
};

const Brand = {
  brand_id: Type.Optional(words('The brand', { 'x-flag': 'brand', 'x-value': 'id' })),
};
const Listed = Type.Object({
  ...Brand,
  state: Type.Optional(choice(PROPOSAL_STATES, 'Only proposals in this state')),
  person_id: Type.Optional(words('Only proposals about this person', { 'x-value': 'id' })),
});
const Searched = Type.Object(Brand, { additionalProperties: false });
const Accepted = Type.Object(
  { confirm: Type.Optional(flag('Accepts a proposal that a guard keeps apart')) },
  { additionalProperties: false },
);

/** Without a collector there is no log to write to, so proposals are only listed. */
export function identityRoutes(services: Services): Route[] {
  const { state, reports, collector } = services.tributary;
  const proposals = new Proposals(state, reports.clock);
  return [
    listRoute(proposals),
    ...(collector === null
      ? []
      : [searchRoute(services, proposals), acceptRoute(proposals, collector), undoRoute(proposals, collector)]),
  ];
}

function listRoute(proposals: Proposals): Route {
  return {
    method: 'GET',
    path: PATH,
    tag: 'administration',
    scope: 'admin',
    audit: 'read',
    summary: 'List proposals that two people are one',
    description: 'The most likely first, at most 1,000.',
    parameters: Listed,
    answers: {
      200: {
        description: 'The proposals',
        schema: Type.Object({ proposals: Type.Array(Shown) }),
        example: { proposals: [EXAMPLE] },
      },
    },
    handle: async ({ query, key }) => {
      const { brand_id, state, person_id } = query as Static<typeof Listed>;
      const of = brandWithin(key!.brand_id, brand_id);
      return {
        proposals: await proposals.list({
          brand_id: of,
          state,
          ...(person_id === undefined ? {} : { has: new Set([person_id]) }),
        }),
      };
    },
  };
}

function searchRoute({ tributary }: Services, proposals: Proposals): Route {
  const { warehouse, reports } = tributary;
  const readBody = bodyReader(Searched, { brand_id: DEFAULT_BRAND });
  let running = false;
  return {
    method: 'POST',
    path: PATH,
    tag: 'administration',
    scope: 'admin',
    summary: 'Look for people who are probably one',
    description:
      'Compares the people of a brand who were seen last, by what the log has of them: addresses, names and places of orders, networks and devices. What it finds takes the place of the open proposals; what was decided stays.',
    body: { required: false, schema: Searched, examples: { brand: { brand_id: DEFAULT_BRAND } } },
    answers: {
      200: {
        description: 'The search has ended',
        schema: Type.Object({
          people: Type.Integer({ description: 'People that were compared' }),
          truncated: Type.Boolean({ description: 'True if there are more people than can be compared' }),
          open: Type.Integer({ description: 'Proposals that wait for a decision' }),
          quarantined: Type.Integer({ description: 'Pairs that a guard keeps apart' }),
        }),
        example: { people: 4_812, truncated: false, open: 23, quarantined: 2 },
      },
    },
    handle: async (request) => {
      const { brand_id } = readBody(request.body ?? {});
      const brand = brandWithin(request.key!.brand_id, brand_id) ?? DEFAULT_BRAND;
      if (running) throw new TributaryError('busy', BUSY, { retry_after_s: 10 });
      running = true;
      try {
        const rule = brandRule(brand, reports.settings(brand));
        return await searchProposals(warehouse, reports.directory, proposals, rule);
      } finally {
        running = false;
      }
    },
  };
}

const DECIDED = { 200: { description: 'The proposal', schema: Shown, example: { ...EXAMPLE, state: 'accepted' } } };
const ID = { proposal_id: '`proposal_id` from the list' };
const idOf = (params: unknown): string => (params as { proposal_id: string }).proposal_id;

function acceptRoute(proposals: Proposals, collector: Collector): Route {
  const readBody = bodyReader(Accepted, { confirm: true });
  return {
    method: 'POST',
    path: `${PATH}/:proposal_id/accept`,
    tag: 'administration',
    scope: 'admin',
    summary: 'Accept a proposal: the two are one person',
    description: 'Writes a link of kind `probabilistic` into the log. Reports count it once it is loaded.',
    path_parameters: ID,
    body: { required: false, schema: Accepted, examples: { confirmed: { confirm: true } } },
    answers: DECIDED,
    handle: (request) => {
      const { confirm } = readBody(request.body ?? {});
      const { name, brand_id } = request.key!;
      return proposals.accept(
        idOf(request.params),
        { name, brand_id, confirmed: confirm === 'true' },
        sender(collector),
      );
    },
  };
}

function undoRoute(proposals: Proposals, collector: Collector): Route {
  return {
    method: 'POST',
    path: `${PATH}/:proposal_id/undo`,
    tag: 'administration',
    scope: 'admin',
    summary: 'Take an accepted proposal back',
    description: 'Writes a statement into the log that takes the link back. Then reports are as if it had never been.',
    path_parameters: ID,
    answers: DECIDED,
    handle: (request) => proposals.undo(idOf(request.params), request.key!, sender(collector)),
  };
}

/** Puts one link into the log. @throws a bug if the log refuses it, since the program made it. */
function sender(collector: Collector): Parameters<Proposals['accept']>[2] {
  return async (link) => {
    const answer = await collector.accept(
      { source: SOURCE, drafts: draftsOf('identity_links', link) },
      { key_brand_id: null },
    );
    const [refusal] = answer.rejected ?? [];
    if (refusal) throw new Error(`the log refused a link of a proposal: ${JSON.stringify(refusal)}`);
  };
}
