/** The files of one period: a view each, as Parquet, in a folder or a bucket. */
import { hash } from 'node:crypto';
import type { Send } from '../book.ts';
import { DELIVERED, type Target } from '../deliver/targets.ts';
import type { ScheduleParts } from '../parts.ts';
import type { ScheduleSettings } from '../settings.ts';
import { folderPlace } from './folder.ts';
import { noteExport } from './known.ts';
import type { Place } from './place.ts';
import { bucketPlace } from './s3.ts';
import type { ExportPlan } from './settings.ts';

export function exportTargets(
  settings: ScheduleSettings,
  plan: ExportPlan,
  parts: ScheduleParts,
  send: Send,
): Target[] {
  const place = placeOf(plan, settings, parts);
  return plan.views.map((view) => ({
    name: `view ${view}`,
    is_repeatable: true,
    deliver: async () => {
      const { start, end, as_of } = send;
      const { brand_id, model, id } = settings;
      const question = {
        sql: `select * from ${view}`,
        values: {},
        format: 'parquet' as const,
        persons: plan.persons,
        parameters: { start, end, brand_id, as_of, model },
      };
      const context = { ...parts.reports, owner: `schedule ${id}` };
      const { content, rows } = await parts.desk.answer(context, question, { key_brand_id: brand_id });
      const name = exportName(id, view, start);
      // Noted before it is written, so that no file is there that nobody knows of.
      await noteExport(parts.state, {
        ...{ schedule_id: id, brand_id, view, start, end, as_of, persons: plan.persons, rows },
        place: place.nameOf(name),
        bytes: content.length,
        sha256: hash('sha256', content, 'hex'),
        written_ms: parts.reports.clock(),
      });
      await place.put(name, content);
      return DELIVERED;
    },
  }));
}

/** The name of a file, by schedule, view and first day: readers take all days of a view as `SCHEDULE/VIEW/*.parquet`. */
export const exportName = (id: string, view: string, start: string): string => `${id}/${view}/${start}.parquet`;

function placeOf(
  { place }: ExportPlan,
  { private_network }: ScheduleSettings,
  { network, random }: ScheduleParts,
): Place {
  if ('folder' in place) return folderPlace(place.folder);
  return bucketPlace(place.s3, {
    private_network,
    random,
    ...(network === undefined ? {} : { network }),
  });
}
