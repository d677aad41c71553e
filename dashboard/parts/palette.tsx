/** The command palette: every page and every quick choice by name. Ctrl-K or ⌘K opens it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { addDays, today } from '../days.ts';
import { useView, withView } from '../view.ts';
import { usePlaces } from './navigation.ts';
import { addressOfSaved, useSavedViews } from './views.tsx';

interface Command {
  name: string;
  run: () => void;
}

function useCommands(): Command[] {
  const [view, change] = useView();
  const [, go] = useLocation();
  const { pages, of_admins } = usePlaces();
  const saved = useSavedViews();
  const end = addDays(today(), 1);
  const days = (n: number): Command => ({
    name: `Show the last ${n} days`,
    run: () => change({ start: addDays(end, -n), end }),
  });
  return [
    ...[...pages, ...of_admins].map(({ path, name }) => ({
      name: `Go to ${name}`,
      run: () => go(withView(path, view)),
    })),
    ...saved.map((one) => ({ name: `Open the view ${one.name}`, run: () => go(addressOfSaved(one)) })),
    ...[7, 30, 90, 365].map(days),
    ...['linear', 'last_touch', 'first_touch', 'time_decay'].map((model) => ({
      name: `Use the model ${model.replace('_', ' ')}`,
      run: () => change({ model }),
    })),
    { name: 'Compare with the days before', run: () => change({ compare: 'previous_period' }) },
    { name: 'Compare with a year earlier', run: () => change({ compare: 'previous_year' }) },
    { name: 'Remove all filters', run: () => change({ filter: [] }) },
  ];
}

export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const commands = useCommands().filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const open = (): void => {
    setText('');
    setActive(0);
    dialog.current?.showModal();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      open();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    dialog.current?.close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setActive((active + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(commands[active]);
    }
  };
  return (
    <>
      <button type="button" class="quiet" onClick={open} aria-keyshortcuts="Control+K Meta+K">
        Find <kbd>Ctrl K</kbd>
      </button>
      <dialog ref={dialog} class="palette" aria-label="Commands">
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="commands"
          aria-activedescendant={commands.length > 0 ? `command-${active}` : undefined}
          aria-label="Find a page or a choice"
          placeholder="Find a page or a choice"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div id="commands" role="listbox" aria-label="Commands">
          {commands.map((command, i) => (
            <button
              key={command.name}
              id={`command-${i}`}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              onClick={() => run(command)}
            >
              {command.name}
            </button>
          ))}
        </div>
        {commands.length === 0 && <p>Nothing has this name.</p>}
      </dialog>
    </>
  );
}
