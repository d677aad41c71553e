/** The part of the configuration that is about one brand. */
import { compileExpression } from './attribution/expression.ts';
import { FITTED_MODEL_NAMES, RULE_MODEL_NAMES } from './attribution/models.ts';
import { FORBIDDEN_KEYS } from './domain/canonical-json.ts';
import {
  AFTER_WITHDRAWAL,
  CONSENT_MODES,
  consentPolicy,
  DENIED,
  type GivenConsentPolicy,
} from './domain/consent/policy.ts';
import { CONVERSION_TYPES } from './domain/conversion.ts';
import { currencyProblem } from './domain/currencies.ts';
import { CUSTOMER_IDS, type CustomerIds } from './domain/email-ids.ts';
import { badRequest } from './domain/errors.ts';
import { type BrandSettings, GIVEN_MODEL_SETTINGS, withGiven } from './domain/settings.ts';
import { isTimeZone } from './domain/time.ts';
import { type Static, Type } from './domain/typebox.ts';
import { IP_STORAGES } from './enrichment/ip.ts';
import { AGENT_STORAGES } from './enrichment/kept-request.ts';
import { BoundsSchema } from './privacy/differential-privacy/bounds.ts';
import { RetentionSchema } from './privacy/retention/policy.ts';
import { AdviceSchema } from './reports/advice/rule-settings.ts';

const closed = { additionalProperties: false } as const;
const oneOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values] });

/** Which touchpoints need consent to count. Countries are the two letters of ISO 3166. */
const ConsentPolicySchema = Type.Object(
  {
    measurement: Type.Optional(oneOf(CONSENT_MODES)),
    countries: Type.Optional(Type.Record(Type.String({ pattern: '^[A-Za-z]{2}$' }), oneOf(CONSENT_MODES))),
    after_withdrawal: Type.Optional(oneOf(AFTER_WITHDRAWAL)),
    sharing: Type.Optional(oneOf(CONSENT_MODES)),
    denied: Type.Optional(oneOf(DENIED)),
  },
  closed,
);

export const HostList = Type.Array(Type.String(), { maxItems: 1_000 });
export const BrandSchema = Type.Object(
  {
    ...GIVEN_MODEL_SETTINGS,
    currency: Type.Optional(Type.String()),
    time_zone: Type.Optional(Type.String()),
    journey_gap_days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3650 })),
    identity_min_probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    custom_models: Type.Optional(Type.Record(Type.String(), Type.String())),
    by_conversion_type: Type.Optional(Type.Record(Type.String(), Type.Object(GIVEN_MODEL_SETTINGS, closed))),
    /** True if keys of scope page may send conversions of the brand. Anyone who opens the page has such a key. */
    page_conversions: Type.Optional(Type.Boolean()),
    /** A page that was opened from the brand's site, or from where its buyers pay (beside the known hosts), is no arrival. */
    own_domains: Type.Optional(HostList),
    payment_hosts: Type.Optional(HostList),
    /** `email` keeps ids of persons that are e-mail addresses in one form. */
    customer_ids: Type.Optional(Type.Unsafe<CustomerIds>({ type: 'string', enum: [...CUSTOMER_IDS] })),
    consent: Type.Optional(ConsentPolicySchema),
    /** What is kept of addresses; as `ip_storage` of the installation says when left out. */
    ip_storage: Type.Optional(oneOf(IP_STORAGES)),
    /** What is kept of user agents; all of it when left out. */
    user_agent_storage: Type.Optional(oneOf(AGENT_STORAGES)),
    /** What one person contributes at most to an answer with noise. */
    differential_privacy: Type.Optional(BoundsSchema),
    /** What its channels and emails must bring; the monitors say when they do not. */
    advice: Type.Optional(AdviceSchema),
    /** Days that records are kept, by kind; null keeps for ever. */
    retention: Type.Optional(RetentionSchema),
  },
  closed,
);

type BrandFile = Static<typeof BrandSchema>;

/** The settings of a brand over those of `base`. @throws bad_request with the setting at fault. */
export function mergeSettings(
  where: string,
  base: BrandSettings,
  {
    page_conversions: _page,
    own_domains: _domains,
    payment_hosts: _hosts,
    customer_ids: _customer_ids,
    consent,
    differential_privacy: _bounds,
    retention: _retention,
    advice: _advice,
    ip_storage: _ip_storage,
    user_agent_storage: _user_agent_storage,
    ...own
  }: BrandFile,
): BrandSettings {
  const { consent: base_consent, ...others } = base;
  const policy = consentPolicy(base_consent, consent as GivenConsentPolicy | undefined);
  const merged = {
    ...others,
    ...(policy === undefined ? {} : { consent: policy }),
    ...own,
    ...withGiven(base, own),
    custom_models: { ...base.custom_models, ...own.custom_models },
    by_conversion_type: { ...base.by_conversion_type, ...own.by_conversion_type },
  } as BrandSettings;
  const currency = currencyProblem(merged.currency);
  if (currency) throw badRequest(`config.${where}.currency`, currency);
  if (!isTimeZone(merged.time_zone))
    throw badRequest(
      `config.${where}.time_zone`,
      `${JSON.stringify(merged.time_zone)} is not an IANA time zone; use one such as Europe/Berlin`,
    );
  checkPosition(where, merged.position);
  for (const [type, settings] of Object.entries(merged.by_conversion_type)) {
    if (!(CONVERSION_TYPES as readonly string[]).includes(type))
      throw badRequest(`config.${where}.by_conversion_type`, `${type} is not one of ${CONVERSION_TYPES.join(', ')}`);
    checkPosition(`${where}.by_conversion_type.${type}`, withGiven(merged, settings).position);
  }
  checkModels(where, merged.custom_models);
  return merged;
}

function checkPosition(where: string, position: { first: number; last: number }): void {
  if (position.first + position.last > 1)
    throw badRequest(
      `config.${where}.position`,
      `first (${position.first}) and last (${position.last}) add up to more than 1; lower one of them`,
    );
}

function checkModels(where: string, models: Record<string, string>): void {
  for (const [name, expression] of Object.entries(models)) {
    if (!/^[a-z][a-z0-9_]{0,59}$/.test(name))
      throw badRequest(
        `config.${where}.custom_models.${name}`,
        'is not a model name; use at most 60 lower-case letters, digits and underscores, the first one a letter',
      );
    if ([...RULE_MODEL_NAMES, ...FITTED_MODEL_NAMES].includes(name))
      throw badRequest(`config.${where}.custom_models.${name}`, 'is the name of a built-in model; choose another');
    if (FORBIDDEN_KEYS.has(name))
      throw badRequest(
        `config.${where}.custom_models.${name}`,
        'is a name that JSON objects must not use; choose another',
      );
    compileExpression(expression);
  }
}
