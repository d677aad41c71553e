/** The kind of a campaign, from what its events and touches say. */

/** By campaign, all kinds that something says. */
export type Kinds = Map<string, Set<string>>;

export function addKind(kinds: Kinds, campaign_id: string, kind: string): void {
  const known = kinds.get(campaign_id);
  if (known) known.add(kind);
  else kinds.set(campaign_id, new Set([kind]));
}

/** The kind that everything says; null if nothing does, or if there are several. */
export function kindOf(kinds: ReadonlyMap<string, ReadonlySet<string>>, campaign_id: string | null): string | null {
  const [kind, other] = (campaign_id !== null && kinds.get(campaign_id)) || [];
  return kind === undefined || other !== undefined ? null : kind;
}
