/** Email as a programme: the health of the list, fatigue, times of sending, and what sends brought. */
import { LINK } from '../../api/shared.ts';
import { useChoiceOf } from '../../parts/own-choice.tsx';
import { useView } from '../../view.ts';
import { Fatigue } from './fatigue.tsx';
import { ListHealth } from './list-health.tsx';
import { SendTimes } from './send-times.tsx';
import { Sends } from './sends.tsx';

const KINDS = [
  ['', 'all emails'],
  ['campaign', 'campaigns'],
  ['flow', 'flows'],
  ['transactional', 'transactional'],
] as const;

export default function Email() {
  const [view] = useView();
  const [kind, control] = useChoiceOf('kind', 'Fatigue and times are of', KINDS);
  return (
    <div class="page">
      <h1>Email</h1>
      {view.filter.length > 0 && <p class="muted">These reports are of all emails; filters do not act here.</p>}
      <ListHealth view={view} />
      <div class="own-controls">{control}</div>
      <Fatigue view={view} kind={kind} />
      <SendTimes view={view} kind={kind} />
      {LINK === '' && <Sends view={view} />}
    </div>
  );
}
