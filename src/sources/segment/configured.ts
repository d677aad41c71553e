/** What the configuration says about events with names of one's own. */
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import { badRequest } from '../../domain/errors.ts';
import { TOUCHPOINT_TYPES } from '../../domain/touchpoint.ts';

const TYPES: Readonly<Record<string, readonly string[]>> = {
  touchpoint: TOUCHPOINT_TYPES,
  conversion: CONVERSION_TYPES,
};

/** @throws bad_request with the event at fault. */
export function segmentEvents(events: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [event, what] of Object.entries(events)) {
    const [kind, type, ...rest] = what.split(':');
    const types = TYPES[kind!];
    if (types === undefined || rest.length > 0 || !types.includes(type!))
      throw badRequest(
        `config.segment_events.${event}`,
        `${JSON.stringify(what.slice(0, 60))} is not touchpoint:TYPE or conversion:TYPE; use one such as touchpoint:form_submission or conversion:lead_generation`,
      );
  }
  return events;
}
