/** What people of the dashboard may be. `server/roles.ts` says what each may do. */
export const USER_ROLES = ['viewer', 'analyst', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** The role of a person, and the brands that it is for; null is every brand. */
export interface Grant {
  role: UserRole;
  brand_ids: readonly string[] | null;
}
