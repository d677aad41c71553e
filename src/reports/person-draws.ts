/** The draws of random groups of people: the same for all intervals of reports. They are made for the first one, and kept. */
import { PERSON_GROUPS } from '../attribution/plan.ts';
import { drawGroups, type GroupDraws } from '../learning/group-bootstrap.ts';

const DRAWS = 1_000;
const SEED = 1;

let made: GroupDraws | undefined;

export const personDraws = (): GroupDraws => (made ??= drawGroups(DRAWS, PERSON_GROUPS, SEED));
