/** The commands of the program with their options and arguments, read from its own help. */

export interface Flag {
  name: string;
  /** `<dir>`; undefined for a flag without a value. */
  value: string | undefined;
}

export interface CommandForm {
  words: string[];
  args: string[];
  flags: Flag[];
}

/** All commands that do something. @param help the help of some words */
export async function commandTree(help: (words: readonly string[]) => Promise<string>): Promise<CommandForm[]> {
  const forms: CommandForm[] = [];
  const walk = async (words: readonly string[]): Promise<void> => {
    const text = await help(words);
    const names = section(text, 'Commands').flatMap((line) => /^ {2}([a-z][\w-]*)/.exec(line)?.[1] ?? []);
    const flags = section(text, 'Options').flatMap((line): Flag[] => {
      const [, name, value] = /^ {2}(?:-\w, )?(--[\w-]+)(?: (<[^>]+>))?/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, value }];
    });
    const [usage = ''] = /^Usage: .*(?:\n {2,}.*)*/.exec(text) ?? [];
    const args = [...usage.matchAll(/[<[](\w+)[>\]]/g)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'options' && name !== 'command');
    if (words.length > 0) forms.push({ words: [...words], args, flags });
    for (const name of names) if (name !== 'help') await walk([...words, name]);
  };
  await walk([]);
  return forms;
}

function section(text: string, title: string): string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(`${title}:`);
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.indexOf('');
  return end < 0 ? rest : rest.slice(0, end);
}
