/**
 * Strings of the IAB Global Privacy Platform. Read are the sections of the EU (a TC string), the US Privacy string and the sections
 * of the United States below; others say nothing here.
 */
import { Bits, MalformedConsent } from './bits.ts';
import { all, type Purposes } from './purposes.ts';
import { readTcf } from './tcf.ts';

const HEADER = { type: 3, version: 1 };
/** No string has more sections than this. */
const MAX_SECTIONS = 64;
const OPTED_OUT = 1;
const NOT_OPTED_OUT = 2;
const GPC_SEGMENT = 1;

const EU_TCF = 2;
const US_PRIVACY = 6;
/** Places, in bits, of the opt-outs of sale, sharing and targeted advertising. A section has some of them. */
const US_OPT_OUTS: Readonly<Record<number, readonly number[]>> = {
  7: [18, 20, 22], // national
  8: [12, 14], // California
  9: [12, 14], // Virginia
  10: [12, 14], // Colorado
  11: [14, 16], // Utah
  12: [12, 14], // Connecticut
};

/**
 * What a GPP string says.
 * @param chosen the ids of the sections that apply to this person; all of them when left out.
 * @throws MalformedConsent
 */
export function readGpp(text: string, chosen?: ReadonlySet<number>): Purposes {
  const [header, ...sections] = text.split('~');
  const ids = sectionIds(new Bits(header!));
  if (ids.length !== sections.length)
    throw new MalformedConsent(`names ${ids.length} sections and has ${sections.length}`);
  const said = ids.flatMap((id, i) => (chosen === undefined || chosen.has(id) ? [readSection(id, sections[i]!)] : []));
  const answer: Purposes = {};
  for (const purpose of ['measurement', 'sharing', 'profiling'] as const) {
    const granted = all(said.map((purposes) => purposes[purpose]));
    if (granted !== undefined) answer[purpose] = granted;
  }
  return answer;
}

/** The ids of the sections, in the order in which they follow: ranges, each from the end of the one before. */
function sectionIds(bits: Bits): number[] {
  if (bits.next(6) !== HEADER.type || bits.next(6) !== HEADER.version)
    throw new MalformedConsent('does not begin with the header of a GPP string');
  const ids: number[] = [];
  let last = 0;
  for (let left = bits.next(12); left > 0; left--) {
    const is_range = bits.next(1) === 1;
    const first = last + bits.nextFibonacci();
    last = is_range ? first + bits.nextFibonacci() : first;
    if (ids.length + last - first >= MAX_SECTIONS)
      throw new MalformedConsent(`names more than ${MAX_SECTIONS} sections`);
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return ids;
}

function readSection(id: number, text: string): Purposes {
  if (id === EU_TCF) return readTcf(text);
  if (id === US_PRIVACY) return readUsPrivacy(text);
  const places = US_OPT_OUTS[id];
  if (places === undefined) return {};
  const [core, ...segments] = text.split('.');
  const bits = new Bits(core!);
  const answers = places.map((place) => notOptedOut(bits.number(place, 2)));
  const has_gpc = segments.some((segment) => {
    const own = new Bits(segment);
    return own.number(0, 2) === GPC_SEGMENT && own.number(2, 1) === 1;
  });
  const sharing = has_gpc ? false : all(answers);
  return sharing === undefined ? {} : { sharing };
}

/** 0 means that the choice does not apply. */
function notOptedOut(value: number): boolean | undefined {
  return value === OPTED_OUT ? false : value === NOT_OPTED_OUT ? true : undefined;
}

/** A US Privacy string such as `1YNN`: version, notice given, sale opted out, covered by the agreement. */
function readUsPrivacy(text: string): Purposes {
  if (!/^1[YN-]{3}$/i.test(text))
    throw new MalformedConsent(`has the US Privacy section ${JSON.stringify(text.slice(0, 20))}`);
  const opt_out = text[2]!.toUpperCase();
  return opt_out === '-' ? {} : { sharing: opt_out === 'N' };
}
