/** What kind of sending a campaign is. Reports can split by it, since flows and receipts earn other rates than newsletters. */
import { OneOf, orLeftOut } from './fields.ts';
import { Type } from './typebox.ts';

/** A campaign goes to many at once, a flow to one after something that this person did, a transactional email confirms something. */
export const CAMPAIGN_KINDS = ['campaign', 'flow', 'transactional'] as const;
export type CampaignKind = (typeof CAMPAIGN_KINDS)[number];

export const CAMPAIGN_KIND = Type.Optional(
  orLeftOut(OneOf(CAMPAIGN_KINDS, 'Whether it was sent to many, by a flow, or as a confirmation')),
);
