/** Reports whose main table may be shared as CSV. The list is closed: none of them has rows about single persons, orders or events. */
import { badRequest } from '../domain/errors.ts';
import type { Report } from '../reports/declare.ts';
import { REPORTS } from '../reports/index.ts';
import { type Question, questionOf } from './shared-pages.ts';

const SHARED_REPORTS = [
  'attribution',
  'campaigns',
  'models',
  'claims',
  'changes',
  'paths',
  'lags',
  'synergies',
  'cohorts',
  'lifetime_value',
  'list_health',
  'fatigue',
  'send_times',
] as const;

/** The report with this path, if its answers may leave the house. @throws bad_request. */
export function sharedTable(path: string): Report {
  const found = REPORTS.find((report) => report.path === path && isShared(report.name));
  if (found === undefined)
    throw badRequest(
      'address',
      `${JSON.stringify(path.slice(0, 60))} cannot be shared; these reports can, since they tell of no person: ${REPORTS.filter(
        ({ name }) => isShared(name),
      )
        .map((report) => report.path)
        .join(', ')}`,
    );
  return found;
}

const isShared = (name: string): boolean => (SHARED_REPORTS as readonly string[]).includes(name);

/** The call that an address of a report makes. @throws bad_request for a report that cannot be shared. */
export function questionOfTable(address: string): Question {
  const question = questionOf(address);
  sharedTable(question.path);
  return question;
}

/** The report that a question is for, and the parameters in its path. An id may have slashes. */
export function reportOf({ path }: Question): { report: Report; of_path: Record<string, string> } {
  for (const report of REPORTS) {
    if (report.writes !== null) continue;
    const [before = '', name, after] = report.path.split(/:(\w+)/);
    if (name === undefined) {
      if (report.path === path) return { report, of_path: {} };
    } else if (path.startsWith(before) && path.endsWith(after!) && path.length > before.length + after!.length)
      return { report, of_path: { [name]: path.slice(before.length, path.length - after!.length) } };
  }
  throw badRequest('address', 'there is no such report');
}
