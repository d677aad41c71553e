/** The parameters that reports share: one schema for the query string, the body of a request and the command line. */

import { FITTED_MODEL_NAMES, RULE_MODEL_NAMES } from '../attribution/models.ts';
import { optionParameters } from '../attribution/query-options.ts';
import { CAMPAIGN_KINDS } from '../domain/campaign-kind.ts';
import { choice, words } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { COMPARES } from './earlier-period.ts';
import { TRIED_SETTINGS } from './tried-settings.ts';

/** The period of the orders. Reports on one order or person have none. */
const PERIOD = {
  start: Type.Optional(
    words('First day (YYYY-MM-DD in the brand’s zone) or first instant; 30 days before `end` when left out', {
      'x-value': 'day',
    }),
  ),
  end: Type.Optional(words('The day or instant after the last one; tomorrow when left out', { 'x-value': 'day' })),
};

/** The models, and the fits to use for them. */
const MODEL = {
  model: Type.Optional(
    words(
      `One model: ${[...RULE_MODEL_NAMES, ...FITTED_MODEL_NAMES].join(', ')}, or one of the configuration; linear when left out`,
      { 'x-value': 'name' },
    ),
  ),
  models: Type.Optional(
    words('Several models side by side, separated by commas, instead of `model`', { 'x-value': 'names' }),
  ),
  artifact: Type.Optional(
    words(
      'Ids of fitted artifacts to use for fitted models; the pinned one, else the newest that passed its gate when left out',
      {
        'x-value': 'ids',
      },
    ),
  ),
};

/** The part of the log, and the currency. */
const LOG = {
  brand_id: Type.Optional(
    words('One brand; all brands that the key may read when left out', { 'x-flag': 'brand', 'x-value': 'id' }),
  ),
  as_of: Type.Optional(
    words('`as_of` of an earlier report, or an instant; the newest log position when left out', {
      'x-value': 'position',
    }),
  ),
  currency: Type.Optional(words('ISO 4217 code; the currency of the brand when left out', { 'x-value': 'code' })),
};

/** Parameters of every report that attributes. Lists are separated by commas. */
export const AttributionParameters = Type.Object(
  { ...PERIOD, ...MODEL, ...LOG, ...optionParameters('touches', 'verdicts', 'orders', 'refunds') },
  { additionalProperties: false },
);
export type AttributionParameters = Static<typeof AttributionParameters>;

const MAX_FILTERS = 50;
const MAX_FILTER_LENGTH = 600;

/** Parameters of reports about the orders of a period, in addition to those that every report about credits has. */
const GROUPS_SHOWN = {
  filter: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_FILTER_LENGTH }), {
      maxItems: MAX_FILTERS,
      description:
        'Only what has this value, as FIELD:VALUE with a field of `group_by`; may be given several times. Values of one field: any of them; several fields: all of them. FIELD:!VALUE leaves out; FIELD: is a missing value',
      'x-value': 'field:value',
    }),
  ),
};
/** The parameter of reports that declare what `compare` joins. */
export const COMPARE = {
  compare: Type.Optional(
    choice(
      COMPARES,
      'Sets the period of the same length before, or the same dates a year earlier, beside this period',
      {
        'x-value': COMPARES.join('|'),
      },
    ),
  ),
};
export const PERIOD_REPORT_PARAMETERS = {
  ...AttributionParameters.properties,
  ...TRIED_SETTINGS,
  ...GROUPS_SHOWN,
  ...COMPARE,
};

const { models: _models, ...WITH_ONE_MODEL } = AttributionParameters.properties;
const { model: _model, ...WITH_SEVERAL_MODELS } = PERIOD_REPORT_PARAMETERS;
const { model, currency, brand_id, as_of } = AttributionParameters.properties;

/** Parameters of a report on one campaign. Its sends and opens have no order and no touch, so it has no filters. */
export const ONE_CAMPAIGN_PARAMETERS = { ...WITH_ONE_MODEL, ...COMPARE };
/** Parameters of a report about the orders of a period under one model. */
export const ONE_MODEL_PARAMETERS = { ...WITH_ONE_MODEL, ...TRIED_SETTINGS, ...GROUPS_SHOWN, ...COMPARE };
const { model: _one, artifact: _artifact, ...WITHOUT_MODEL } = ONE_MODEL_PARAMETERS;
/** Parameters of a report about the orders of a period that credits nothing. */
export const NO_MODEL_PARAMETERS = WITHOUT_MODEL;
/** Parameters of reports that set experiments beside the credit of several models. All refunds count whenever they come. */
export const LIFT_PARAMETERS = {
  ...PERIOD,
  models: MODEL.models,
  artifact: MODEL.artifact,
  ...LOG,
  ...optionParameters('touches', 'verdicts', 'orders'),
};
/** Parameters of reports on the people on an email list. Orders have no paths there, so there are no options about touches. */
export const EMAIL_LIST_PARAMETERS = {
  ...PERIOD,
  brand_id,
  as_of,
  currency,
  ...optionParameters('verdicts', 'orders', 'refunds'),
};
/** The parameter of reports on emails that can be about one kind of campaign. */
export const EMAILS_OF_KIND = Type.Optional(
  choice(CAMPAIGN_KINDS, 'Only emails of this kind, and what people did with them; all emails when left out', {
    'x-value': CAMPAIGN_KINDS.join('|'),
  }),
);
/** Parameters of a report about credit of a period under one model, without filters and an earlier period. */
export const ONE_MODEL_UNFILTERED = WITH_ONE_MODEL;
/** Parameters of a report that compares models. */
export const SEVERAL_MODELS_PARAMETERS = WITH_SEVERAL_MODELS;
/** Parameters of a report on one order. It has no parameters about a period or several orders. */
export const ONE_ORDER_PARAMETERS = { ...MODEL, ...LOG, ...optionParameters('touches', 'verdicts') };
/** Parameters of a report on one person. It has no options of the query, so the defaults decide what counts. */
export const ONE_PERSON_PARAMETERS = { brand_id, as_of, model, currency, ...optionParameters('verdicts') };
/** Parameters that a fit shares with reports. It learns from orders at their net value. */
export const FITTED_LOG_PARAMETERS = {
  start: Type.Optional(
    words('First day of the orders to learn from; the start of the log when left out', { 'x-value': 'day' }),
  ),
  end: Type.Optional(words('The day after the last one; the end of the log when left out', { 'x-value': 'day' })),
  ...LOG,
  ...optionParameters('touches', 'verdicts', 'orders'),
};
/** Parameters of the report on the data itself: no model, no order. */
export const DATA_QUALITY_PARAMETERS = { ...PERIOD, brand_id, as_of, ...optionParameters('verdicts') };
