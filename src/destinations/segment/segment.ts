/**
 * Segment, and what takes its batches: RudderStack and Jitsu. One adapter with three presets, which differ in their address, the form of
 * their key and the meaning of some answers.
 */

import type { OutRequest } from '../../network/request.ts';
import { urlsProblem } from '../../network/urls.ts';
import type { Destination, DestinationOptions, OutItem, RequestContext } from '../destination.ts';
import { urlOf } from '../option-forms.ts';
import { readJitsu, readSegment } from './answers.ts';
import { ERASURE_TOKEN, ERASURE_URL, eraseAtSegment } from './erase.ts';
import { segmentEvent } from './events.ts';

/** Segment takes 500 kB. Its client stays below by this. */
const MAX_BATCH_BYTES = 480_000;
const SEGMENT_URL = 'https://api.segment.io';

interface Preset extends Pick<Destination, 'kind' | 'title' | 'read'> {
  base_url: string;
  /** True if the service has no address of its own. */
  needs_base_url: boolean;
  write_key: string;
  write_key_form: RegExp;
  write_key_problem: string;
  max_items: number;
  erase?: Destination['erase'];
}

export const segment = adapter({
  kind: 'segment',
  title: 'Segment',
  base_url: `Another address of Segment: https://events.eu1.segmentapis.com for a workspace in the EU, where the wrong one loses data silently; ${SEGMENT_URL} when left out`,
  needs_base_url: false,
  write_key: 'The write key of the source (Connections, Sources, the source, Settings, API Keys)',
  write_key_form: /^[!-9;-~]+$/,
  write_key_problem: 'must be the write key of the source, without spaces and colons',
  max_items: 2_500,
  read: readSegment,
  erase: eraseAtSegment,
});

export const rudderstack = adapter({
  kind: 'rudderstack',
  title: 'RudderStack',
  base_url: 'The URL of the data plane, such as https://example.dataplane.rudderstack.com',
  needs_base_url: true,
  write_key: 'The write key of the source',
  write_key_form: /^[!-9;-~]+$/,
  write_key_problem: 'must be the write key of the source, without spaces and colons',
  max_items: 2_500,
  read: readSegment,
});

export const jitsu = adapter({
  kind: 'jitsu',
  title: 'Jitsu',
  base_url: 'The address that takes events of the site, such as https://example.d.jitsu.com',
  needs_base_url: true,
  write_key: 'The server-to-server key of the site, as ID:SECRET',
  write_key_form: /^[!-9;-~]+:[!-9;-~]+$/,
  write_key_problem: 'must be the server-to-server key of the site, as ID:SECRET',
  // An answer names each event that was not taken, and only its first 64 kB are read.
  max_items: 200,
  read: readJitsu,
});

function adapter(preset: Preset): Destination {
  return {
    kind: preset.kind,
    title: preset.title,
    options: { base_url: preset.base_url, ...(preset.erase === undefined ? {} : { erasure_url: ERASURE_URL }) },
    needs: preset.needs_base_url ? ['base_url'] : [],
    secrets: {
      write_key: preset.write_key,
      ...(preset.erase === undefined ? {} : { erasure_token: ERASURE_TOKEN }),
    },
    ...(preset.erase === undefined ? {} : { erase: preset.erase }),
    needs_secrets: ['write_key'],
    check: (settings) =>
      urlsProblem(settings, 'base_url', 'erasure_url') ??
      (preset.write_key_form.test(settings.secrets['write_key']!)
        ? null
        : { option: 'secrets.write_key', problem: preset.write_key_problem }),
    corrections: 'difference',
    limits: { items: preset.max_items, bytes: MAX_BATCH_BYTES, parallel: 4 },
    translate: segmentEvent,
    request,
    read: preset.read,
    check_call: {
      url: (settings) => urlOf(settings, 'base_url', SEGMENT_URL),
      none: `${preset.title} has no call without an effect that shows if the write key is right: look at its live events after the first order`,
    },
  };
}

function request(batch: readonly OutItem[], settings: DestinationOptions, { now_ms }: RequestContext): OutRequest {
  const key = Buffer.from(`${settings.secrets['write_key']}:`).toString('base64');
  return {
    method: 'POST',
    url: `${urlOf(settings, 'base_url', SEGMENT_URL)}/v1/batch`,
    headers: { 'content-type': 'application/json', authorization: `Basic ${key}` },
    body: JSON.stringify({ batch, sentAt: new Date(now_ms).toISOString() }),
  };
}
