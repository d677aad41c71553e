/** The fields with which senders say what a person consented to: those of a consent, and in `consent` those of an event. */
import { Flag, JsonObject, Name, StringList } from '../fields.ts';
import { Type } from '../typebox.ts';

const MAX_STRING_LENGTH = 4_000;

export const SIGNAL_FIELDS = {
  purposes: Type.Optional(
    JsonObject('{"measurement": true, "sharing": false, "profiling": false}; what is left out is unknown'),
  ),
  tcf: Type.Optional(Name('The TC string of the IAB framework, version 2 (`euconsent-v2`)', MAX_STRING_LENGTH)),
  gpp: Type.Optional(Name('The string of the IAB Global Privacy Platform', MAX_STRING_LENGTH)),
  gpp_sid: Type.Optional(StringList('The sections of it that apply, such as ["7"]; all when left out')),
  gcm: Type.Optional(JsonObject('Google\'s consent mode: {"analytics_storage": "denied", …}')),
  gpc: Type.Optional(Flag('Global Privacy Control; true denies sharing')),
  country: Type.Optional(Name('The country of the person, such as DE', 10)),
  source: Type.Optional(Name('Who asked the person: the consent platform, a form, an import', 100)),
};

/**
 * What the person of an event said, as of the event. It becomes a consent of its own beside the event (`log/said-consents.ts`), so it is
 * no part of the event's content.
 */
export const EVENT_CONSENT = Type.Optional(
  Type.Record(Type.String(), Type.Unknown(), {
    description:
      'What the person consented to, with the fields `purposes`, `tcf`, `gpp`, `gpp_sid`, `gcm`, `gpc`, `country` and `source` of a consent. It is kept as a consent of its own; one that cannot be read is left out, and the acknowledgement says so',
    'x-kind': 'json',
    'x-stored': false,
    'x-lenient': 'left_out',
  }),
);
