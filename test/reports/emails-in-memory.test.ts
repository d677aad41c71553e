/** The reports about emails give the same answer to the byte from histories in memory and by the query. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAMPAIGN_KINDS } from '../../src/domain/campaign-kind.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import type { ServedBy } from '../../src/reports/context.ts';
import { fatigueReport } from '../../src/reports/emails/fatigue.ts';
import { listHealthReport } from '../../src/reports/emails/list-health.ts';
import { emailWorlds } from '../reference/emails.ts';
import { optionsArbitrary } from '../reference/worlds.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { withEmails } from '../support/emails.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { runsOf } from '../support/tier.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_EMAIL_WORLDS', TEST_ENGINE === 'duckdb' ? 5 : 3, 60);
const FILTERS = [
  undefined,
  ['channel:email'],
  ['-campaign_kind:flow'],
  ['campaign_id:'],
  ['brand_id:default'],
  ['-campaign_id:spring'],
  ['email_id:'],
] as const;

test('on random worlds, also while rows come and at earlier positions', async () => {
  await fc.assert(
    fc.asyncProperty(
      emailWorlds(),
      optionsArbitrary,
      fc.constantFrom('campaign_id', 'email_id', 'campaign_kind'),
      fc.constantFrom(...FILTERS),
      fc.option(fc.constantFrom(...CAMPAIGN_KINDS), { nil: undefined }),
      fc.option(fc.nat(100), { nil: undefined }),
      async (emails, options, by, filter, campaign_kind, as_of) => {
        await withEmails(emails, async (engine) => {
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          const asked = parametersOf(options, []);
          const { start, end, currency, adjustments, conversion_type, week_start } = asked;
          const last = Number(engine.as_of('main').split(':')[1]);
          const when = { start, end, ...(as_of === undefined ? {} : { as_of: `main:${Math.min(as_of, last)}` }) };
          const types = conversion_type ? { conversion_type } : {};
          const list = {
            ...when,
            ...types,
            currency,
            adjustments,
            engaged_days: 3,
            lapsing_days: 15,
            dormant_days: 40,
          };
          const weeks = { ...when, ...types, week_start, ...(campaign_kind ? { campaign_kind } : {}) };
          await askReportBoth(listHealthReport, engine.reports, list);
          await askReportBoth(fatigueReport, engine.reports, weeks);
          const { models: _models, week_start: _week, filter: _filter, ...rest } = asked;
          const campaigns = {
            ...rest,
            ...when,
            model: 'linear',
            by,
            ...(filter ? { filter: [...filter] } : {}),
          } as const;
          await askReportBoth(campaignsReport, engine.reports, campaigns);
          const histories = await filled(engine.reports);
          const sources: ServedBy[] = [];
          const own = {
            ...engine.reports,
            histories: async () => histories,
            served_by: (source: ServedBy) => void sources.push(source),
          };
          const ok = await fatigueReport(own, weeks, ALL_BRANDS).then(
            () => true,
            () => false,
          );
          if (ok) expect(sources).toEqual(['histories']);
        });
      },
    ),
    { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
  );
}, 300_000);
