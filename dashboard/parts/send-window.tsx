/** For how long after a send orders count. */
import { useChoiceOf } from './own-choice.tsx';

const HOURS = [
  ['24', 'a day'],
  ['6', '6 hours'],
  ['48', '2 days'],
  ['168', 'a week'],
] as const;

/** @returns the hours, and the control. */
export const useWindow = () => useChoiceOf('window', 'Orders count for', HOURS);
