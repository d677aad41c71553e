/** What schedules work with. */
import type { MailSettings } from '../mail/settings.ts';
import type { OutNetwork } from '../network/network.ts';
import type { ReportContext } from '../reports/context.ts';
import type { Links } from '../sharing/links.ts';
import type { State } from '../state/port.ts';
import type { SqlDesk } from '../views/desk.ts';
import type { HandedMarks } from './handed-marks.ts';

export interface ScheduleParts {
  state: State;
  reports: ReportContext;
  links: Links;
  desk: SqlDesk;
  marks: HandedMarks;
  /** Null where no mail can be sent. */
  mail: MailSettings | null;
  /** The address under which people reach this server, without a slash at its end; null if nobody configured one. */
  public_url: string | null;
  /** From 0 to 1, for the jitter of pauses. */
  random: () => number;
  /** Sends requests; the network of this machine when left out. */
  network?: Pick<OutNetwork, 'send'>;
}
