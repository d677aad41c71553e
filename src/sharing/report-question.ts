/** Reads the call of a report that stands in an address: which report it is for, and its parameters. */

import { parameterReader } from '../domain/read-parameters.ts';
import type { Report } from '../reports/declare.ts';
import type { Question } from './shared-pages.ts';
import { reportOf } from './shared-tables.ts';

/** Reading parameters is prepared once for each report. */
const readers = new Map<Report, (sent: unknown) => object>();

/** Parameters that say how an answer is written. */
const FORM_PARAMETERS = ['format', 'csv'];

/** The report of a question, and what it asks. @throws bad_request naming the parameter. */
export function readReportQuestion(question: Question): { report: Report; asked: Record<string, unknown> } {
  const { report, of_path } = reportOf(question);
  const reader = readers.get(report) ?? parameterReader(report.parameters);
  readers.set(report, reader);
  const sent = Object.entries(question.parameters).filter(([name]) => !FORM_PARAMETERS.includes(name));
  const plain = Object.fromEntries(sent.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  return { report, asked: { ...reader(plain), ...of_path } };
}
