/** What a scheduled report asks: reports that may leave the house, and the figures and days above them. */
import { badRequest } from '../domain/errors.ts';
import type { Report } from '../reports/declare.ts';
import { REPORTS } from '../reports/index.ts';
import { readReportQuestion } from '../sharing/report-question.ts';
import { questionOfTable, sharedTable } from '../sharing/shared-tables.ts';

/** A report with the parameters that the configuration gives it. */
export interface AskedReport {
  /** As it is configured. */
  address: string;
  report: Report;
  parameters: Readonly<Record<string, unknown>>;
}

/** What the schedule itself gives. */
const GIVEN = ['start', 'end', 'as_of', 'brand_id', 'model', 'artifact', 'csv', 'format', 'dp_epsilon'];

const DEFAULT_REPORTS = [
  '/v1/reports/attribution?group_by=channel&compare=previous_period',
  '/v1/reports/campaigns?filter=channel:email&compare=previous_period',
];

const ATTRIBUTION = REPORTS.find(({ name }) => name === 'attribution')!;

/** @throws bad_request for a report that tells of persons, and for parameters that it does not have. */
export function readReports(addresses: readonly string[] = DEFAULT_REPORTS): AskedReport[] {
  return addresses.map((address) => {
    const question = questionOfTable(address);
    const { parameters } = question;
    for (const name of GIVEN)
      if (parameters[name] !== undefined)
        throw badRequest(name, `is given by the schedule; take it out of ${JSON.stringify(address.slice(0, 100))}`);
    if (sharedTable(question.path) === ATTRIBUTION && parameters['models'] !== undefined)
      throw badRequest('models', 'is not for a mail, which shows one model; use /v1/reports/models to compare them');
    const { report, asked } = readReportQuestion(question);
    return { address, report, parameters: asked };
  });
}

const EMAIL = 'channel:email';

/** The revenue of the period and of the one before. */
export const HEADLINE: AskedReport = {
  address: 'headline',
  report: ATTRIBUTION,
  parameters: { group_by: 'channel', compare: 'previous_period' },
};
/** What emails earned, by day. */
export const TREND: AskedReport = {
  address: 'trend',
  report: ATTRIBUTION,
  parameters: { group_by: 'day', filter: [EMAIL] },
};

/** The parameters of a call. Those that a report does not have are left out. */
export function parametersOf(
  { report, parameters }: AskedReport,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = Object.keys(report.parameters.properties);
  const own = Object.entries(given).filter(([name]) => known.includes(name) && parameters[name] === undefined);
  // A report with several models has no single one.
  const of_one = parameters['models'] === undefined ? own : own.filter(([name]) => name !== 'model');
  return { ...parameters, ...Object.fromEntries(of_one) };
}
