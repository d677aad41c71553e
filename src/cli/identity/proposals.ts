/** `tributary identity propose`, `list`, `accept`, `undo` and `explain`. */
import type { Command } from 'commander';
import { tableOf } from '../../present/any.ts';
import { line } from '../../present/clip.ts';
import { pairs, textTable } from '../../present/table.ts';
import type { Json } from '../client.ts';
import { type DataOptions, withClient } from '../connect.ts';
import { printJson } from '../io.ts';
import { type Context, mustExist, withData } from '../options.ts';
import { pathPart } from '../requests.ts';

const PATH = '/v1/identity/proposals';

interface Flags extends DataOptions {
  json?: boolean;
  brand?: string;
  state?: string;
  confirm?: boolean;
}

const brandOf = ({ brand }: Flags): { brand_id?: string } => (brand === undefined ? {} : { brand_id: brand });

export function addProposalCommands(identity: Command, context: Context): void {
  const { io, open } = context;
  const command = (name: string, description: string): Command =>
    withData(identity.command(name).description(description).option('--json', 'print JSON'), io);
  command('propose', 'look for people who are probably one, from what the log has of them')
    .option('--brand <id>', 'the brand')
    .action(async (flags: Flags) => {
      mustExist(flags.data);
      const found = await withClient(io, open, flags, (client) => client.post(PATH, brandOf(flags)));
      if (flags.json) return printJson(io, found);
      io.out(
        `${found['open']} proposals among ${found['people']} people; ${found['quarantined']} more pairs are kept apart by a guard\n`,
      );
      if (found['truncated']) io.out('only the people who were seen last were compared\n');
    });
  command('list', 'list proposals, the most likely first')
    .option('--brand <id>', 'the brand; all brands when left out')
    .option('--state <state>', 'open, quarantined, accepted or undone')
    .action(async (flags: Flags) => {
      mustExist(flags.data);
      const query = { ...brandOf(flags), ...(flags.state === undefined ? {} : { state: flags.state }) };
      const list = await withClient(io, open, flags, (client) => client.get(PATH, query));
      if (flags.json) return printJson(io, list);
      const rows = (list['proposals'] as Json[]).map(proposalRow);
      io.out(rows.length === 0 ? 'there are no proposals\n' : tableOf(rows, Number.POSITIVE_INFINITY));
    });
  command('accept', 'accept a proposal: the two are one person from now on')
    .argument('<proposal_id>')
    .option('--confirm', 'also accept one that a guard keeps apart')
    .action((id: string, flags: Flags) => decide(context, flags, id, 'accept', flags.confirm ? { confirm: true } : {}));
  command('undo', 'take an accepted proposal back')
    .argument('<proposal_id>')
    .action((id: string, flags: Flags) => decide(context, flags, id, 'undo', {}));
  command('explain', 'say what joins the ids of a person, and what is proposed')
    .argument('<person>', 'any id of the person')
    .option('--brand <id>', 'the brand, where several have the id')
    .action((id: string, flags: Flags) => explain(context, flags, id));
}

async function decide({ io, open }: Context, flags: Flags, id: string, what: string, body: object): Promise<void> {
  mustExist(flags.data);
  const path = `${PATH}/${pathPart('proposal_id', id)}/${what}`;
  const decided = await withClient(io, open, flags, (client) => client.post(path, body));
  if (flags.json) printJson(io, decided);
  else io.out(line`${decided['left_id']} and ${decided['right_id']}: ${decided['state']}\n`);
}

async function explain({ io, open }: Context, flags: Flags, id: string): Promise<void> {
  mustExist(flags.data);
  const { person, proposals } = await withClient(io, open, flags, async (client) => {
    const path = `/v1/customers/${pathPart('customer_id', id)}`;
    const found = (await client.get(path, brandOf(flags)))['person'] as Json;
    const named = await client.get(PATH, { ...brandOf(flags), person_id: found['person_id'] as string });
    return { person: found, proposals: named['proposals'] as Json[] };
  });
  if (flags.json) return printJson(io, { person, proposals });
  io.out(
    pairs([
      ['person', String(person['person_id'])],
      ['ids', (person['ids'] as string[]).join(', ')],
    ]),
  );
  const links = person['links'] as Json[];
  if (links.length > 0) io.out(`\n${tableOf(links.map(linkRow), Number.POSITIVE_INFINITY)}`);
  for (const one of proposals) io.out(`\n${explained(one)}`);
}

/** How a link became known, and if it joins. */
function linkRow(link: Json): Json {
  const by_records = link['by'] === 'records';
  const probability = link['probability'] as number | null | undefined;
  return {
    left_id: link['left_id'],
    right_id: link['right_id'],
    method: by_records ? `${link['records']} records with both ids` : (link['kind'] ?? 'statement'),
    state: by_records ? 'linked' : link['state'],
    probability: probability ?? 1,
    since: by_records ? link['first_at'] : link['occurred_at'],
    joins: link['joins'],
  };
}

function proposalRow(one: Json): Json {
  const { proposal_id, brand_id, left_id, right_id, probability, state, quarantine } = one;
  return { proposal_id, brand_id, left_id, right_id, probability, state, quarantine };
}

function explained(one: Json): string {
  const parts = one['parts'] as Json[];
  const bits = (value: unknown): string => Number(value).toFixed(1);
  return (
    line`${one['proposal_id']}: ${one['left_id']} and ${one['right_id']} (${one['state']}), probability ${one['probability']}\n` +
    textTable(
      [{ name: 'comparison' }, { name: 'level' }, { name: 'bits', right: true }, { name: 'by frequency', right: true }],
      parts.map((part) => [
        String(part['comparison']),
        String(part['level']),
        bits(part['weight']),
        bits(part['frequency_weight']),
      ]),
      [
        ['prior', 'before any comparison', bits(one['prior_weight']), ''],
        ['household', 'explains shared values too', bits(one['household_weight']), ''],
      ],
    )
  );
}
