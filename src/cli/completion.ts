/** `tributary completion`: a script that completes commands and options in a shell, made from the commands themselves. */
import { Argument, Command } from 'commander';
import type { Context } from './options.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

interface Choice {
  name: string;
  description: string;
}
interface Flag extends Choice {
  takes_value: boolean;
  values: readonly string[];
}
/** A command by its words, such as `report journeys`; the program itself has none. `commands` are its subcommands or values. */
interface Place {
  words: string;
  commands: Choice[];
  flags: Flag[];
}

export function addCompletionCommand(program: Command, context: Context): void {
  program
    .command('completion')
    .description('Print a script that completes commands in a shell; bash: eval "$(tributary completion bash)"')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      const all = new Command('tributary');
      await context.addEveryCommand(all);
      context.io.out(SCRIPTS[shell](placesOf(all, '')));
    });
}

function placesOf(command: Command, words: string): Place[] {
  const inner = command.commands.map((one) => placesOf(one, `${words} ${one.name()}`.trim()));
  const flags = command.options
    .filter(({ long, hidden }) => long !== undefined && !hidden)
    .map((option) => ({
      name: option.long!,
      description: option.description,
      takes_value: option.required || option.optional,
      values: option.argChoices ?? choicesIn(option.flags),
    }));
  const help = { name: '--help', description: 'show help', takes_value: false, values: [] };
  const commands = [
    ...command.commands.map((one) => ({ name: one.name(), description: one.description() })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((name) => ({ name, description })),
    ),
  ];
  return [{ words, commands, flags: [...flags, help] }, ...inner.flat()];
}

/** The values of a flag such as `--compare <previous_period|previous_year>`. */
function choicesIn(flags: string): string[] {
  const [, names = ''] = /<([\w|]+)>$/.exec(flags) ?? [];
  return names.includes('|') ? names.split('|') : [];
}

/** A text in single quotes of a shell, on one line. */
const quoted = (text: string): string => `'${text.replaceAll(/\s+/g, ' ').replaceAll("'", "'\\''")}'`;
const namesOf = (choices: readonly Choice[]): string => choices.map(({ name }) => name).join(' ');

/** In bash and zsh: the words of the command so far, without flags, decide what may follow. */
function bash(places: readonly Place[]): string {
  const values = places.flatMap(({ words, flags }) =>
    flags
      .filter((flag) => flag.takes_value)
      .map(
        (flag) =>
          `    ${quoted(`${words} ${flag.name}`)}) ${flag.values.length > 0 ? `words=${quoted(flag.values.join(' '))}` : 'files=1'} ;;`,
      ),
  );
  const follow = places.map(
    ({ words, commands, flags }) =>
      `      ${quoted(words)}) [[ $cur == -* ]] && words=${quoted(namesOf(flags))} || words=${quoted(namesOf(commands))} ;;`,
  );
  const known = places.flatMap(({ words }) => (words === '' ? [] : [quoted(words)])).join('|');
  return `# Completes tributary in bash: eval "$(tributary completion bash)"
_tributary() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} place= words= files= i next
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] && continue
    next=$place\${place:+ }\${COMP_WORDS[i]}
    case $next in ${known}) place=$next ;; esac
  done
  COMPREPLY=()
  case "$place $prev" in
${values.join('\n')}
    *) case $place in
${follow.join('\n')}
    esac ;;
  esac
  if [[ -n $words ]]; then
    while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -W "$words" -- "$cur")
  else
    while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -f -- "$cur")
  fi
}
complete -o filenames -F _tributary tributary
`;
}

/** zsh runs the function of bash. */
function zsh(places: readonly Place[]): string {
  return `#compdef tributary
# Completes tributary in zsh: source <(tributary completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(places).split('\n').slice(1).join('\n')}`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, commands, flags }) => {
    const here = quoted(`__tributary_at ${words}`.trim());
    return [
      ...commands.map(
        ({ name, description }) => `complete -c tributary -f -n ${here} -a ${name} -d ${quoted(description)}`,
      ),
      ...flags.map(({ name, description, takes_value, values }) => {
        const value = !takes_value ? '' : values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : ' -r';
        return `complete -c tributary -n ${here} -l ${name.slice(2)}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  const known = places.flatMap(({ words }) => (words === '' ? [] : [quoted(words)])).join(' ');
  return `# Completes tributary in fish: tributary completion fish | source
function __tributary_at
  set -l place
  for word in (commandline -opc)[2..]
    string match -q -- '-*' $word; and continue
    contains -- (string join ' ' $place $word) ${known}; and set -a place $word
  end
  test (string join ' ' $place) = (string join ' ' $argv)
end
${lines.join('\n')}
`;
}

const SCRIPTS: Record<Shell, (places: readonly Place[]) => string> = { bash, zsh, fish };
