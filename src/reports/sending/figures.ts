/** How often and when to send: like people at one moment, compared by emails in the days before and by the time of sending. It is not causal. */
import { type Static, Type } from '../../domain/typebox.ts';
import { answerOnce } from '../answers.ts';
import { type Asker, type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { EMAIL_LIST_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { knownUntil } from '../sends/mail.ts';
import { MAX_EMAILS } from './asked.ts';
import { compareFrequencies, type Frequency } from './frequency.ts';
import { FrequencyUnits } from './frequency-units.ts';
import { brandTimes } from './like-people.ts';
import { readPeople } from './read-people.ts';
import { TimeUnits } from './time-units.ts';
import { compareTimes, type Times } from './times.ts';

/** How the figures are computed. A change of any formula is a new version. */
const ANALYSIS_VERSION = '1';

export interface SendingFigures {
  frequency: Frequency & { unnamed: number };
  times: Times;
  /** The part of people that was read. */
  people_part: number;
  currency: string;
}

/** What is asked: orders count at their net value, whenever a refund came. */
const { adjustments: _adjustments, ...SHARED } = EMAIL_LIST_PARAMETERS;
export const SendingParameters = Type.Object(SHARED, { additionalProperties: false });

/** The figures of a period, kept as answers of reports are. @throws as reports do. */
export async function sendingFigures(
  context: ReportContext,
  asked: Static<typeof SendingParameters>,
  asker: Asker,
  { most_emails = MAX_EMAILS } = {},
): Promise<SendingFigures> {
  const answer = await context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, asked, {
      ...asker,
      extra: { report: 'sending', analysis_version: ANALYSIS_VERSION, most_emails },
    });
    // The plan holds all that is asked, so a question about other spend finds them again.
    return answerOnce({ ...context, question: 'sending' }, resolved, '', async () => {
      const { plan } = resolved;
      const brands = brandTimes(plan, await knownUntil(snapshot, plan));
      const by_frequency = new FrequencyUnits(brands);
      const by_time = new TimeUnits(brands);
      const people_part = await readPeople(snapshot, context, plan, [by_frequency, by_time], most_emails);
      const figures: SendingFigures = {
        frequency: { ...(await compareFrequencies(by_frequency)), unnamed: by_frequency.unnamed },
        times: await compareTimes(by_time),
        people_part,
        currency: plan.currency,
      };
      return { figures } as ReportJson;
    });
  }, readOptions(context));
  return answer['figures'] as SendingFigures;
}
