/** How large and how long an experiment has to be, in words. */
import { unitsForRates, type Wanted } from '../learning/sample-size.ts';

export interface Question extends Wanted {
  /** The part of people who order without the treatment. */
  rate: number;
  /** The smallest lift that matters, such as 0.1 for 10 % more orders. */
  lift: number;
  /** People who can be assigned in a week; null if it is not known. */
  people_a_week: number | null;
}

export interface Needed {
  people: number;
  control_people: number;
  weeks: number | null;
  /** One sentence a line. */
  text: string;
}

const percent = (part: number, digits = 1): string => `${Number((part * 100).toFixed(digits))} %`;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

export function neededPeople(question: Question): Needed {
  const { rate, lift, first_share, alpha, power, people_a_week } = question;
  const people = unitsForRates(rate, rate * (1 + lift), question);
  const control_people = Math.ceil(people * first_share);
  const weeks = people_a_week === null ? null : Math.ceil(people / people_a_week);
  const lines = [
    `You need ${whole(people)} people: ${whole(control_people)} in the control (${percent(first_share)}) and ${whole(people - control_people)} who are treated.`,
    `Then a rise from ${percent(rate, 3)} to ${percent(rate * (1 + lift), 3)} of people who order is seen in ${percent(power)} of such experiments, and chance alone looks like a difference in ${percent(alpha)}.`,
    `The holdout costs you about ${whole(control_people * rate * lift)} orders, if the rise is real.`,
    ...(weeks === null
      ? []
      : [
          `At ${whole(people_a_week!)} people a week this takes ${weeks} week${weeks === 1 ? '' : 's'}. Plan whole weeks, since weekdays differ.`,
        ]),
  ];
  return { people, control_people, weeks, text: lines.join('\n') };
}
