/** Asks a report by the query in the engine and from histories in memory, and compares the answers to the byte. */
import { expect } from 'vitest';
import { extendHistories } from '../../src/histories/extend.ts';
import { fillHistories } from '../../src/histories/fill.ts';
import { type Histories, viewOf } from '../../src/histories/histories.ts';
import { type AttributionReportParameters, attributionReport } from '../../src/reports/attribution.ts';
import type { Asker, ReportContext, ReportJson } from '../../src/reports/context.ts';
import { resolvePosition } from '../../src/warehouse/position.ts';
import { ALL_BRANDS } from './events.ts';
import { counting } from './watched.ts';

export interface Answer {
  /** The answer as JSON, or the message of the error. */
  text: string;
  /** True if the engine made credits or paths, or the segments of orders. */
  in_sql: boolean;
}

/** Any report on orders of a period. */
type Run<P> = (context: ReportContext, parameters: P, asker: Asker) => Promise<ReportJson>;

async function ask<P>({ answers: _kept, ...context }: ReportContext, parameters: P, run: Run<P>): Promise<Answer> {
  const { warehouse, counted } = counting(context.warehouse);
  const text = await run({ ...context, warehouse }, parameters, ALL_BRANDS).then(
    (report) => JSON.stringify({ ...report, generated_at: '' }),
    (error: Error) => error.message,
  );
  return { text, in_sql: ['credits', 'order_paths', 'order_segments'].some((table) => counted.tables.has(table)) };
}

/** The histories of a log as it is now. */
export function filled({ warehouse }: ReportContext): Promise<Histories | null> {
  return warehouse.read((snapshot) => fillHistories(snapshot));
}

/** {@link askReportBoth} for the attribution report. */
export function askBoth(
  context: ReportContext,
  parameters: AttributionReportParameters,
  histories?: Histories | null,
): Promise<Answer> {
  return askReportBoth(attributionReport, context, parameters, histories);
}

/**
 * Asks a report both ways, and expects the same answer. Without `histories` they are filled up to a part of the log, then extended
 * to the position of the question, then to the end, and asked at both steps.
 * @returns the answer, and whether the engine had to make it.
 */
export async function askReportBoth<P extends { as_of?: string | undefined }>(
  run: Run<P>,
  context: ReportContext,
  parameters: P,
  histories?: Histories | null,
): Promise<Answer> {
  const by_query = await ask(context, parameters, run);
  const compare = async (own: Histories | null): Promise<Answer> => {
    const answer = await ask({ ...context, histories: async () => own }, parameters, run);
    expect(answer.text).toBe(by_query.text);
    return answer;
  };
  if (histories !== undefined) return compare(histories);
  const whole = await filled(context);
  if (whole === null) return compare(null);
  const { warehouse } = context;
  const asked = await warehouse.read((snapshot) => resolvePosition(snapshot, parameters.as_of));
  // Sometimes nothing is in order, sometimes half.
  const begun = new Map([...asked].map(([name, seq]) => [name, seq % 2 === 0 ? 0 : Math.floor(seq / 2)]));
  const early = await warehouse.read((snapshot) => fillHistories(snapshot, begun));
  for (const next of [asked, whole.position]) {
    if (early === null) break;
    await warehouse.read((snapshot) => extendHistories(early, snapshot, next));
    await compare(viewOf(early));
  }
  return compare(whole);
}
