/** Answers the tools of assistants for one request: the same reports, with the same key, as the routes of the API. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerText, DEFAULT_ROWS, refusalText } from '../assistants/answer.ts';
import type { ToolAnswer, ToolDesk } from '../assistants/protocol.ts';
import { askable, describedTool, reportNamed, TOOLS, type Tool } from '../assistants/tools.ts';
import { viewAddress } from '../assistants/view-address.ts';
import { RULE_MODEL_NAMES } from '../attribution/models.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { listOf } from '../domain/parameter.ts';
import { checkPath, parameterReader } from '../domain/read-parameters.ts';
import { Type } from '../domain/typebox.ts';
import { programVersion } from '../files/program-version.ts';
import { isObject } from '../present/any.ts';
import type { ReportJson } from '../reports/context.ts';
import type { Report } from '../reports/declare.ts';
import { answerReport, callOf, type ReportCall } from './asked-report.ts';
import { eventOf } from './audit.ts';
import type { Services } from './route.ts';
import { brandsOfKey } from './settings-routes.ts';

type Given = Record<string, unknown>;

/** Arguments that the tools read themselves. All others are parameters of the report, by the same names. */
const OWN = ['report', 'of', 'rows', 'parts', 'columns', 'campaign_id', 'conversion_id'];
/** Parameters that add figures to those of the orders, and change none of them. */
const OF_OTHER_FIGURES = ['compare', 'models', 'group_by', 'intervals', 'consent_bounds'];
const MAX_ID_LENGTH = 1_000;
const MAX_OPTIONS = 30;

/** What all requests of assistants share. Reading arguments is prepared once for each tool and report. */
export class AssistantRules {
  readonly version = programVersion();
  private readonly readers = new Map<Tool | Report, (sent: unknown) => Given>();

  /** @param base the address of the dashboard, without a slash at its end; empty where none is served. */
  constructor(
    readonly services: Services,
    readonly baseOf: (request: FastifyRequest) => string,
  ) {}

  readerOf(asked: Tool | Report): (sent: unknown) => Given {
    const known = this.readers.get(asked);
    if (known !== undefined) return known;
    // What is read apart, and what changes a budget, is no parameter here.
    const { options: _options, dp_epsilon: _epsilon, ...properties } = asked.parameters.properties;
    const made = parameterReader(Type.Object(properties, { additionalProperties: false })) as (sent: unknown) => Given;
    this.readers.set(asked, made);
    return made;
  }
}

export class AssistantDesk implements ToolDesk {
  readonly version: string;
  private readonly open: readonly Tool[];
  private readonly call_of: ReportCall;
  private calls = 0;

  /** @param persons true if answers may tell of single persons. */
  constructor(
    private readonly rules: AssistantRules,
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    persons: boolean,
  ) {
    this.version = rules.version;
    this.open = TOOLS.filter((tool) => persons || !tool.persons);
    this.call_of = callOf(request, reply, rules.services);
  }

  tools(): readonly Record<string, unknown>[] {
    return this.open.map(describedTool);
  }

  has(name: string): boolean {
    return this.open.some((tool) => tool.name === name);
  }

  async call(name: string, given: Given): Promise<ToolAnswer> {
    const tool = this.open.find((one) => one.name === name)!;
    try {
      this.countCall();
      await this.writeDown(tool, given);
      return { text: await this.answer(tool, given), is_error: false };
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      return { text: refusalText(error), is_error: true };
    }
  }

  /** The gate has counted the request. Each further call of a batch counts as one. @throws rate_limited. */
  private countCall(): void {
    this.calls += 1;
    if (this.calls > 1) this.rules.services.rate_limit?.take(this.request.key!);
  }

  /** Every call stands in the audit log before it is answered. @throws state_unavailable. */
  private async writeDown({ name }: Tool, given: Given): Promise<void> {
    const { audit } = this.rules.services.tributary;
    const { key, id } = this.request;
    const asked = { key, id, query: given, params: { tool: name }, body: undefined };
    await audit.add(await eventOf('read', { method: 'POST', path: '/mcp' }, asked, audit));
  }

  private async answer(tool: Tool, { options, ...sent }: Given): Promise<string> {
    const given = this.rules.readerOf(tool)(sent);
    const name = tool.report(given);
    const { rows = DEFAULT_ROWS, parts, columns } = given as { rows?: number; parts?: string; columns?: string };
    const shown = { rows, parts: namesIn(parts), columns: namesIn(columns) };
    const { narrow_it_by } = tool;
    if (name === null) {
      const { answer, attribution } = await this.about(given);
      const view = this.viewOf('today', given, attribution);
      return answerText({ report: 'about', answer, attribution, view, shown: { rows: 100 }, narrow_it_by });
    }
    const report = reportNamed(name);
    const parameters = this.parametersOf(tool, report, given, options);
    const answer = await this.ask(report, { ...parameters, ...idsOf(given) });
    const attribution = await this.attributionBeside(report, parameters, answer);
    const view = this.viewOf(name, parameters, answer, given['campaign_id'] as string | undefined);
    return answerText({ report: name, answer, attribution, view, shown, narrow_it_by });
  }

  private parametersOf(tool: Tool, report: Report, given: Given, options: unknown): Given {
    const own = Object.entries(given).filter(([name]) => !OWN.includes(name));
    const all = { ...Object.fromEntries(own), ...tool.defaults(given), ...readOptions(options) };
    return this.rules.readerOf(report)(
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    );
  }

  private ask(report: Report, asked: Given): Promise<ReportJson> {
    const { request, reply, rules } = this;
    return answerReport({ request, reply, services: rules.services }, this.call_of, report, asked);
  }

  /**
   * The attribution report of the same orders at the same position, for the value that no touch earned; null where the question has none, as
   * that about one order.
   */
  private async attributionBeside(report: Report, asked: Given, answer: ReportJson): Promise<ReportJson | null> {
    if (report.name === 'attribution' && 'reconciliation' in answer) return answer;
    const { report_period, as_of, currency } = answer as { report_period?: Given; as_of?: string; currency?: string };
    if (report_period === undefined) return null;
    const attribution = reportNamed('attribution');
    const same = Object.entries(asked).filter(
      ([name]) => name in attribution.parameters.properties && !OF_OTHER_FIGURES.includes(name),
    );
    const model = (asked['models'] as string | undefined)?.split(',')[0];
    const question = {
      ...{ ...Object.fromEntries(same), ...report_period, as_of, group_by: 'channel' },
      ...(currency === undefined ? {} : { currency }),
      ...(model === undefined ? {} : { model }),
    };
    try {
      return await this.ask(attribution, question);
    } catch (error) {
      // Some reports answer what attribution refuses, such as orders without a rate.
      if (error instanceof TributaryError && error.status < 500) return null;
      throw error;
    }
  }

  /** What can be asked, and the totals of the last 30 days. */
  private async about(given: Given): Promise<{ answer: ReportJson; attribution: ReportJson }> {
    const { tributary } = this.rules.services;
    const attribution = await this.ask(reportNamed('attribution'), { ...given, group_by: 'channel' });
    const brands = await brandsOfKey(tributary, this.request.key!.brand_id);
    const { models } = (await this.ask(reportNamed('fitted'), {})) as { models: ReportJson[] };
    const { report_period, currency, as_of, config_hash, summary } = attribution;
    const answer = {
      ...{ report_period, currency, as_of, config_hash, summary },
      brands: brands.map((brand_id) => {
        const { currency: own, time_zone, custom_models } = tributary.reports.settings(brand_id);
        return { brand_id, currency: own, time_zone, custom_models: Object.keys(custom_models) };
      }),
      rule_models: RULE_MODEL_NAMES.join(', '),
      fitted_models: models.map(({ artifact_id, attribution_model, created_at, passed, in_use }) => ({
        ...{ artifact_id, attribution_model, created_at, passed, in_use },
      })),
      ...askable(),
    };
    return { answer, attribution };
  }

  private viewOf(report: string, parameters: Given, { report_period }: ReportJson, campaign_id?: string): string {
    const period = report_period as { start: string; end: string } | undefined;
    return this.rules.baseOf(this.request) + viewAddress({ report, parameters, report_period: period, campaign_id });
  }
}

const namesIn = (list: string | undefined): string[] | undefined => (list === undefined ? undefined : listOf(list));

/** The ids that are a part of the path of a report. @throws bad_request. */
function idsOf(given: Given): Given {
  const ids = Object.entries(given).filter(([name]) => name === 'campaign_id' || name === 'conversion_id');
  checkPath(Object.fromEntries(ids));
  for (const [name, id] of ids)
    if (String(id).length > MAX_ID_LENGTH)
      throw badRequest(name, `is ${String(id).length} characters long; the limit is ${MAX_ID_LENGTH}`);
  return Object.fromEntries(ids);
}

/** Other parameters, as texts, which the reader of the report reads. @throws bad_request. */
function readOptions(options: unknown): Given {
  if (options === undefined) return {};
  if (!isObject(options) || Object.keys(options).length > MAX_OPTIONS)
    throw badRequest('options', `must be an object of at most ${MAX_OPTIONS} parameters, such as {"currency": "EUR"}`);
  const plain = (value: unknown): unknown =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, plain(value)]));
}
