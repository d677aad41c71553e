/** Answers against the schemas of their declarations. */

import { expect } from 'vitest';
import { Compile } from '../../src/domain/typebox.ts';
import type { Report } from '../../src/reports/declare.ts';
import { REPORTS } from '../../src/reports/index.ts';

export function reportNamed(name: string): Report {
  const found = REPORTS.find((report) => report.name === name);
  if (!found) throw new Error(`no report is named ${name}`);
  return found;
}

/** Compiling a schema takes longer than checking an answer. */
const compiled = new Map<Report, ReturnType<typeof Compile>>();

function checkerOf(report: Report): ReturnType<typeof Compile> {
  const checker = compiled.get(report) ?? Compile(report.result);
  compiled.set(report, checker);
  return checker;
}

/** Fails with the first places that do not fit. */
export function expectToFit(report: Report, answer: unknown, question: unknown = null): void {
  const sent = JSON.parse(JSON.stringify(answer));
  const fits = checkerOf(report);
  const problems = fits.Check(sent) ? [] : [...fits.Errors(sent)].slice(0, 3);
  expect([report.name, question, problems]).toEqual([report.name, question, []]);
}
