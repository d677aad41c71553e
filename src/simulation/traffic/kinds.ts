/**
 * The kinds of traffic in the corpus of labelled opens and clicks. Each is written from what is documented or commonly described of
 * a proxy, a scanner or a reader. None of it was recorded on real mail.
 */
import { LINK_SCANNERS } from './link-scanners.ts';
import type { TrafficKind } from './message.ts';
import { OPENERS } from './openers.ts';
import { READERS } from './readers.ts';

export const TRAFFIC_KINDS: readonly TrafficKind[] = [...OPENERS, ...LINK_SCANNERS, ...READERS];
