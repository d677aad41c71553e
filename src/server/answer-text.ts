/** The text of an answer. A large answer is written in portions, so that other requests are answered in between. */
import { WorkTurns } from '../log/work-turns.ts';
import { isObject } from '../present/any.ts';
import { csvParts } from '../present/csv.ts';
import type { ReportJson } from '../reports/context.ts';
import type { MainTable } from '../reports/declare.ts';

/** Longer lists are written item by item. */
const SMALL_LIST = 50;

/** Clients of other answers wait for a new connection at most about this long, for each that is before them. */
const TURN_MS = 3;

/** The texts of long lists, kept for as long as the lists are: kept answers share them. */
const kept = new WeakMap<object, string>();

/** Gives the same text as `JSON.stringify`. A list in the answer must not be changed afterwards. */
export function jsonInTurns(answer: Record<string, unknown>): Promise<string> {
  return textOf(answer, new WorkTurns(TURN_MS));
}

/** The same text as `toCsv`. */
export async function csvInTurns(answer: ReportJson, table: MainTable | null): Promise<string> {
  const turns = new WorkTurns(TURN_MS);
  const parts: string[] = [];
  for (const part of csvParts(answer, table)) {
    parts.push(part);
    if (turns.ends()) await turns.next();
  }
  return parts.join('');
}

async function textOf(value: unknown, turns: WorkTurns): Promise<string> {
  if (Array.isArray(value) && value.length > SMALL_LIST) return listText(value, turns);
  if (!isObject(value)) return JSON.stringify(value);
  const members: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    members.push(`${JSON.stringify(name)}:${await textOf(inner, turns)}`);
    if (turns.ends()) await turns.next();
  }
  return `{${members.join(',')}}`;
}

async function listText(list: readonly unknown[], turns: WorkTurns): Promise<string> {
  const known = kept.get(list);
  if (known !== undefined) return known;
  const items: string[] = [];
  for (const item of list) {
    items.push(JSON.stringify(item) ?? 'null');
    if (turns.ends()) await turns.next();
  }
  const text = `[${items.join(',')}]`;
  kept.set(list, text);
  return text;
}
