/** Whose consent is looked at, and what the settings ask of them. */
import { asksForConsent, type ConsentPolicy } from '../domain/consent/policy.ts';
import type { Plan } from './plan.ts';
import { PERSONS } from './relations.ts';

export type Consents = Pick<Plan, 'brands' | 'positions'>;

/** The people whose touchpoints are looked at: SQL that joins rows `ALIAS` with them, their key, and their subjects. */
export interface PeopleSql {
  join: (alias: string) => string;
  person_key: (alias: string) => string;
  /** A select of the subjects of the people in a relation. */
  subjectsOf: (people: string) => string;
}

/** The people of a relation of members. */
export function membersSql({ name }: { name: string }): PeopleSql {
  return {
    join: (alias) => `join ${name} m on m.subject_key = ${alias}.subject_key`,
    person_key: () => 'm.person_key',
    subjectsOf: (people) =>
      `select m.subject_key as subject_key, s.* from ${people} s join ${name} m on m.person_key = s.person_key`,
  };
}

/** Everyone. `persons` has to be there; it names the other ids of a person. */
export const EVERYONE: PeopleSql = {
  join: (alias) =>
    `left join ${PERSONS.name} m on m.subject_key = ${alias}.subject_key and m.brand_id = ${alias}.brand_id`,
  person_key: (alias) => `coalesce(m.person_key, ${alias}.subject_key)`,
  subjectsOf: (people) => `select s.person_key as subject_key, s.* from ${people} s
    union all select m.subject_key as subject_key, s.* from ${people} s join ${PERSONS.name} m on m.person_key = s.person_key`,
};

export function policiesOf({ brands }: Consents): Array<{ brand_id: string; policy: ConsentPolicy }> {
  return brands.flatMap(({ brand_id, settings: { consent } }) =>
    asksForConsent(consent) ? [{ brand_id, policy: consent }] : [],
  );
}

/** True if the settings of the plan hide whoever has not consented, whatever the log holds. */
export function asksForGrants(plan: Consents): boolean {
  return policiesOf(plan).some(({ policy }) =>
    [policy.measurement, ...Object.values(policy.countries)].includes('opt_in'),
  );
}

/** Brands and countries as parameters of a query. */
export class Names {
  readonly parameters: Record<string, string> = {};

  add(name: string): string {
    const parameter = `consent_${Object.keys(this.parameters).length}`;
    this.parameters[parameter] = name;
    return `$${parameter}`;
  }

  list(names: readonly string[]): string {
    return names.map((name) => this.add(name)).join(', ');
  }
}
