/** A choice of one page, kept in its address. A link shows the first option, and no control. */
import { LINK } from '../api/shared.ts';
import { useOwnChoice } from '../view.ts';

export type Options = ReadonlyArray<readonly [value: string, text: string]>;

/** @returns the chosen value, and the control. The first option is the one at the beginning. */
export function useChoiceOf(name: string, label: string, options: Options) {
  const [[chosen = ''], setChosen] = useOwnChoice(name);
  const [first] = options[0]!;
  const value = options.some(([own]) => own === chosen) ? chosen : first;
  const control =
    LINK !== '' ? null : (
      <label class="choice">
        <span>{label}</span>
        <select
          value={value}
          onChange={({ currentTarget: { value: next } }) => setChosen(next === first ? [] : [next])}
        >
          {options.map(([own, text]) => (
            <option key={own} value={own}>
              {text}
            </option>
          ))}
        </select>
      </label>
    );
  return [value, control] as const;
}
