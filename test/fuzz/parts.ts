/** The parts of the fuzz run, and how the inputs are divided among them. */
import { fuzzCommands } from './commands.ts';
import { fuzzFiles } from './files.ts';
import { fuzzHttp } from './http.ts';
import { fuzzParsers } from './parsers.ts';
import { type Finding, lineOf, type PartResult, type Plan } from './part.ts';

interface Part {
  /** Its share of the inputs. Commands and files cost more than requests. */
  share: number;
  run: (plan: Plan) => Promise<PartResult>;
}

export const PARTS: Record<string, Part> = {
  http: { share: 0.94, run: fuzzHttp },
  cli: { share: 0.02, run: fuzzCommands },
  files: { share: 0.04, run: fuzzFiles },
  parsers: { share: 1, run: fuzzParsers },
};

export interface FuzzOptions extends Plan {
  /** One part with all of the inputs; all parts when left out. */
  part?: string;
  print: (line: string) => void;
}

/** Runs the parts one after the other, prints a line for each, and returns what they found. */
export async function fuzz({ part, print, ...plan }: FuzzOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, { share, run }] of Object.entries(PARTS)) {
    if (part !== undefined && part !== name) continue;
    const inputs = part === undefined ? Math.round(plan.inputs * share) : plan.inputs;
    const result = await run({ ...plan, inputs });
    print(lineOf(result));
    for (const finding of result.findings) {
      print(`BROKEN seed ${plan.seed}, part ${name}, number ${finding.number}: ${finding.problem}`);
      print(`       input: ${finding.input}`);
    }
    findings.push(...result.findings);
  }
  return findings;
}
