/** Answers what a link shows. The questions come from the link, and never from who has it. */
import type { FastifyReply } from 'fastify';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { CSV_STYLE_NAMES, type CsvStyle } from '../present/csv.ts';
import type { ReportJson } from '../reports/context.ts';
import type { Report } from '../reports/declare.ts';
import type { Link } from '../sharing/links.ts';
import { daysOf } from '../sharing/periods.ts';
import { readReportQuestion } from '../sharing/report-question.ts';
import {
  type Question,
  questionsOf,
  readSharedAddress,
  type SharedView,
  sameQuestion,
} from '../sharing/shared-pages.ts';
import { questionOfTable, sharedTable } from '../sharing/shared-tables.ts';
import { cancellationOf } from './hang-up.ts';
import type { Services } from './route.ts';

/** The part of a link that decides what it shows. */
export type Showing = Pick<Link, 'kind' | 'brand_id' | 'address' | 'period' | 'as_of'>;

const DEFAULT_PERIOD = 'last_30_days';

/** An answer with what it takes to write it. */
export interface SharedAnswer {
  report: Report;
  answer: ReportJson;
  style: CsvStyle | undefined;
}

/** Refuses an address that cannot be shared. @throws bad_request. */
export function checkShared({ kind, address, period }: Showing): void {
  if (kind !== 'csv') {
    const { view } = readSharedAddress(address);
    if (period === null && (view.start === '') !== (view.end === ''))
      throw badRequest('address', 'has one end of its days; give start and end, or neither');
    return;
  }
  const { parameters } = questionOfTable(address);
  const style = parameters['csv']?.[0];
  if (style !== undefined && !CSV_STYLE_NAMES.includes(style as CsvStyle))
    throw badRequest('address', `csv is not one of ${CSV_STYLE_NAMES.join(', ')}`);
  if (period !== null && (parameters['start'] !== undefined || parameters['end'] !== undefined))
    throw badRequest('period', 'is given, and the address has days; leave one of them out');
}

export class SharedAnswers {
  constructor(private readonly services: Services) {}

  /** The page of a link with its view: days are filled in, and the brand is that of the link. */
  viewOf({ address, period, brand_id }: Showing): { path: string; view: SharedView } {
    const { path, view } = readSharedAddress(address);
    const has_days = view.start !== '' && view.end !== '' && period === null;
    const days = has_days ? {} : this.days(period ?? DEFAULT_PERIOD, brand_id);
    return { path, view: { ...view, ...days, brand_id: brand_id ?? '' } };
  }

  /**
   * Answers a call of a shared page, if the page asks it.
   * @throws forbidden for any other call.
   */
  async ofPage(link: Link, asked: Question, reply: FastifyReply): Promise<SharedAnswer> {
    const { path, view } = this.viewOf(link);
    const found = questionsOf(path, view).find((one) => sameQuestion(one, asked));
    if (found === undefined)
      throw new TributaryError(
        'forbidden',
        'the link does not show this; it shows one view with its days, its brand and its filters. Load the page again',
      );
    return this.run(found, link, reply);
  }

  /** The main table of a link for spreadsheets. */
  ofTable(link: Showing, reply: FastifyReply): Promise<SharedAnswer> {
    return this.run(this.tableQuestion(link), link, reply);
  }

  /** Asks the first question of a link that is about to be made, so that a wrong parameter is told to who makes it. */
  async tryOut(link: Showing, reply: FastifyReply): Promise<void> {
    if (link.kind === 'csv') await this.ofTable(link, reply);
    else {
      const { path, view } = this.viewOf(link);
      await this.run(questionsOf(path, view)[0]!, link, reply);
    }
  }

  private tableQuestion({ address, period, brand_id }: Showing): Question {
    const { path, parameters } = questionOfTable(address);
    const takes = Object.keys(sharedTable(path).parameters.properties);
    const days = period === null ? {} : this.days(period, brand_id);
    const own = { ...days, ...(brand_id === null ? {} : { brand_id }) };
    const fixed = Object.entries(own).filter(([name]) => takes.includes(name));
    return {
      path,
      parameters: { ...parameters, ...Object.fromEntries(fixed.map(([name, value]) => [name, [value]])) },
    };
  }

  private days(period: NonNullable<Link['period']>, brand_id: string | null): { start: string; end: string } {
    const { config, reports } = this.services.tributary;
    const { time_zone } = brand_id === null ? config.defaults : reports.settings(brand_id);
    return daysOf(period, time_zone, reports.clock());
  }

  private async run(question: Question, { brand_id, as_of }: Showing, reply: FastifyReply): Promise<SharedAnswer> {
    const { report, asked: sent } = readReportQuestion(question);
    const style = question.parameters['csv']?.[0] as CsvStyle | undefined;
    const takes_position = as_of !== undefined && report.parameters.properties['as_of'] !== undefined;
    const asked = takes_position ? { ...sent, as_of } : sent;
    const { reports } = this.services.tributary;
    const context = { ...reports, owner: 'links', cancellation: cancellationOf(reply) };
    const answer = await report.run(context, asked, { key_brand_id: brand_id });
    return { report, answer, style };
  }
}
