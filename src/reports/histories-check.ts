/**
 * Checks in the background that histories in memory and the query in the engine give the same answer: of the questions that histories
 * answered since the last check, one is asked again by the query, as of the same position.
 */
import { lastingPart } from './artifact-notes.ts';
import type { Asker, ReportContext, ReportJson } from './context.ts';
import type { Report } from './declare.ts';

/** A question that histories answered. */
export interface AnsweredQuestion {
  report: Pick<Report, 'name' | 'run'>;
  asked: Record<string, unknown>;
  asker: Asker;
  answer: ReportJson;
}

/** Histories and the query gave different answers. The message holds no personal data. */
export class HistoriesDiffer extends Error {
  constructor({ report, answer }: AnsweredQuestion) {
    super(
      `histories: the report ${report.name} (config_hash ${answer['config_hash']}, as_of ${answer['as_of']}) differs from the query; histories are filled again, and until then the query answers. Please report this fault`,
    );
    this.name = 'HistoriesDiffer';
  }
}

export class HistoriesCheck {
  checks = 0;
  differences = 0;
  private question: AnsweredQuestion | null = null;
  private seen = 0;

  /**
   * @param differ is called when an answer differs: it forgets the histories and tells the operator.
   * @param random from 0 to below 1.
   */
  constructor(
    private readonly context: ReportContext,
    private readonly differ: (error: HistoriesDiffer) => void,
    private readonly random: () => number = Math.random,
  ) {}

  /** Takes note of a question. Of those since the last check each is kept with the same chance. */
  remember(question: AnsweredQuestion): void {
    this.seen += 1;
    if (this.random() * this.seen < 1) this.question = question;
  }

  /** Asks the kept question again by the query. A failure of the query is thrown, and says nothing about histories. */
  async run(signal?: AbortSignal): Promise<void> {
    const { question } = this;
    this.question = null;
    this.seen = 0;
    if (question === null) return;
    const { report, asked, asker, answer } = question;
    const { histories: _histories, answers: _answers, cancellation: _cancellation, ...context } = this.context;
    const { start, end } = answer['report_period'] as { start: string; end: string };
    const again = await report.run(context, { ...asked, start, end, as_of: answer['as_of'] }, asker);
    if (signal?.aborted) return;
    // Meanwhile another fit came into use, or a pin: that is another question.
    if (again['config_hash'] !== answer['config_hash']) return;
    this.checks += 1;
    if (textOf(again) === textOf(answer)) return;
    this.differences += 1;
    this.differ(new HistoriesDiffer(question));
  }
}

const textOf = (answer: ReportJson): string => JSON.stringify(lastingPart(answer));
