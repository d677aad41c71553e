/** The comparison of sends takes long on a large log, so it is asked for. The choice is in the address, so a link shows the same. */
import { useOwnChoice } from '../view.ts';
import { Choice } from './choice.tsx';

const HOURS = [
  ['24', 'a day'],
  ['6', '6 hours'],
  ['48', '2 days'],
  ['168', 'a week'],
] as const;

/** @returns for how many hours after a send orders count, as a text, empty until somebody asks; and the control. */
export function useAskedSends() {
  const [[chosen = ''], choose] = useOwnChoice('window');
  const hours = HOURS.some(([own]) => own === chosen) ? chosen : '';
  const control =
    hours === '' ? (
      <p>
        <button type="button" onClick={() => choose([HOURS[0][0]])}>
          Compare them
        </button>
      </p>
    ) : (
      <Choice label="Orders count for" value={hours} options={HOURS} onChange={(next) => choose([next])} />
    );
  return [hours, control] as const;
}
