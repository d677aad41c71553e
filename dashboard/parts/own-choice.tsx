/** A choice of one page, kept in its address. A link shows the first option, and no control. */
import { LINK } from '../api/shared.ts';
import { useOwnChoice } from '../view.ts';
import { Choice } from './choice.tsx';

export type Options = ReadonlyArray<readonly [value: string, text: string]>;

/** @returns the chosen value, and the control. The first option is the one at the beginning. */
export function useChoiceOf(name: string, label: string, options: Options) {
  const [[chosen = ''], setChosen] = useOwnChoice(name);
  const [first] = options[0]!;
  const value = options.some(([own]) => own === chosen) ? chosen : first;
  const control =
    LINK !== '' ? null : (
      <Choice
        label={label}
        value={value}
        options={options}
        onChange={(next) => setChosen(next === first ? [] : [next])}
      />
    );
  return [value, control] as const;
}
