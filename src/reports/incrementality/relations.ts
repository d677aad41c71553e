/** The temporary tables of the reports on incrementality. */
import { defineRelation } from '../../warehouse/relation.ts';

export const COUNTED_TOUCHES = defineRelation('counted_touches', 'a touchpoint that may earn credit, of anybody', {
  key: [],
  columns: { person_key: 'int', at_ms: 'int', channel: 'text', campaign_id: 'text?', is_email: 'int' },
});
