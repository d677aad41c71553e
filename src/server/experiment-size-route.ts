/** The route that says how many people an experiment needs, for the page that plans one. */
import { badRequest } from '../domain/errors.ts';
import { words } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { neededPeople } from '../experiments/needed-people.ts';
import type { Route } from './route.ts';

const Asked = Type.Object({
  rate: words('The part of people who order in the time of the experiment, such as 0.03'),
  lift: words('The smallest rise that matters, such as 0.1 for 10 % more orders'),
  holdout: Type.Optional(words('The part of people in the control; 0.5 when left out')),
  people_a_week: Type.Optional(words('People who can be assigned in a week')),
});

const Answer = Type.Object({
  people: Type.Integer({ description: 'In all arms together' }),
  control_people: Type.Integer(),
  weeks: Type.Union([Type.Integer(), Type.Null()], { description: 'Null without people_a_week' }),
  text: Type.String({ description: 'One sentence a line' }),
});

const MAX_PEOPLE_A_WEEK = 1e9;

export const experimentSizeRoute: Route = {
  method: 'GET',
  path: '/v1/experiment-size',
  tag: 'reports',
  scope: 'read',
  viewers: true,
  summary: 'How many people an experiment needs',
  description:
    'Of a comparison of two arms by the part of people who order, with false alarms in 5 % and the rise seen in 80 % of experiments. `tributary experiments plan` says the same and takes other chances.',
  parameters: Asked,
  answers: { 200: { description: 'People, and the reasons in words', schema: Answer } },
  handle: async ({ query }) => {
    const { rate, lift, holdout, people_a_week } = query as Static<typeof Asked>;
    const parts = {
      rate: numberOf('rate', rate, 1),
      lift: numberOf('lift', lift, 10),
      first_share: numberOf('holdout', holdout ?? '0.5', 1),
    };
    if (parts.rate * (1 + parts.lift) >= 1)
      throw badRequest('lift', 'makes the rate 100 % or more; send a smaller rate or lift');
    const weekly = people_a_week === undefined ? null : numberOf('people_a_week', people_a_week, MAX_PEOPLE_A_WEEK);
    return neededPeople({ ...parts, alpha: 0.05, power: 0.8, people_a_week: weekly });
  },
};

/** @throws bad_request unless it lies above 0 and below `most`. */
function numberOf(field: string, text: string, most: number): number {
  const value = Number(text);
  if (!(value > 0 && value < most)) throw badRequest(field, `must be a number above 0 and below ${most}`);
  return value;
}
