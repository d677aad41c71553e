import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPaths } from '../../src/models/paths/path-file.ts';
import { type PathRow, rowsOf } from '../reference/paths.ts';

const HEADER = 'path,total_conversions,total_conversion_value,total_null';

/** The file in pieces of so many bytes. */
function read(text: string, piece_bytes = 1 << 20) {
  const bytes = Buffer.from(text, 'utf8');
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece_bytes) pieces.push(bytes.subarray(at, at + piece_bytes));
  return readPaths(pieces);
}

const rows = (text: string): PathRow[] => rowsOf(read(text).paths);
const refusal = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('a path file', () => {
  test('is read whether its cells are quoted or not, and its touches set apart or not', () => {
    const expected = [
      { path: ['email', 'paid search', 'email'], conversions: 2, value: 30.5, nulls: 1 },
      { path: ['direct'], conversions: 0, value: 0, nulls: 7 },
    ];
    expect(rows(`${HEADER}\nemail > paid search > email,2,30.5,1\ndirect,0,0,7\n`)).toEqual(expected);
    expect(rows(`${HEADER}\nemail>paid search>email,2,30.5,1\ndirect,0,0,7`)).toEqual(expected);
    expect(
      rows(
        '"path","total_conversions","total_conversion_value","total_null"\r\n"email > paid search > email","2","30.5",1\r\n"direct",0,0,7\r\n',
      ),
    ).toEqual(expected);
    expect(rows(`${HEADER}\n  email  >\tpaid search  > email ,2,30.5,1\n\n\r\n direct ,0,0,7\n`)).toEqual(expected);
    expect(rows(`\ufeff${HEADER.replaceAll(',', ';')}\nemail > paid search > email;2;30.5;1\ndirect;0;0;7\n`)).toEqual(
      expected,
    );
    expect(rows(`${HEADER.replaceAll(',', '\t')}\nemail>paid search>email\t2\t30.5\t1\ndirect\t0\t0\t7\n`)).toEqual(
      expected,
    );
  });

  test('may have its columns in any order, others among them, and no value', () => {
    expect(rows('note,total_null,path,id,total_conversions\n"a, b\nc ""d""",3,a > b,7,1\nx,1,b,,0\n')).toEqual([
      { path: ['a', 'b'], conversions: 1, value: 0, nulls: 3 },
      { path: ['b'], conversions: 0, value: 0, nulls: 1 },
    ]);
  });

  test('warns when nobody failed to convert because there is no column for it', () => {
    expect(read('path,total_conversions\na,1\n').warnings).toEqual([
      'the file has no column total_null, so the fit sees no path that did not convert',
    ]);
    expect(read(`${HEADER}\na,1,1,0\n`).warnings).toEqual([]);
  });

  test('keeps names as they are: other scripts, commas and quotes', () => {
    const { states } = read(`${HEADER}\n電子郵件 > "é" > smörgås,1,0,0\n"x, y > the ""é"" > ""é""",1,0,0\n`).paths;
    expect(states).toEqual(['電子郵件', '"é"', 'smörgås', 'x, y', 'the "é"']);
  });

  test('reads every number as JavaScript does', () => {
    const texts = [
      '0.1',
      '12345678901234567890',
      '1e-3',
      '+4',
      '.5',
      '7.',
      '0.30000000000000004',
      '123456789.123456789',
    ];
    const found = rows(`${HEADER}\n${texts.map((text) => `a,${text},"${text}",${text}`).join('\n')}\n`);
    expect(found.map((row) => row.conversions)).toEqual(texts.map(Number));
    expect(found.map((row) => row.value)).toEqual(texts.map(Number));
    expect(found.map((row) => row.nulls)).toEqual(texts.map(Number));
    expect(rows(`${HEADER}\na,1,-5.25,0\n`)[0]!.value).toBe(-5.25);
  });

  test('is refused with the number of the line and what to do', () => {
    expect(refusal('')).toMatch(/^line 1: is missing/);
    expect(refusal(`${HEADER}\n`)).toMatch(/^line 2: is missing/);
    expect(refusal('path,conversions\na,1\n')).toMatch(
      /^line 1: has no column total_conversions; name the columns path,/,
    );
    expect(refusal('path,path,total_conversions\na,a,1\n')).toMatch(/^line 1: has two columns named path/);
    expect(refusal(`${HEADER}\na,1,1,0\n\nb,-1,1,0\n`)).toMatch(
      /^line 4: total_conversions is "-1"; a count cannot be neg/,
    );
    expect(refusal(`${HEADER}\nb,1,1,-0.5\n`)).toMatch(/^line 2: total_null is "-0.5"/);
    expect(refusal(`${HEADER}\nb,one,1,0\n`)).toMatch(/^line 2: total_conversions is "one"; write a number/);
    expect(refusal(`${HEADER}\nb,1,,0\n`)).toMatch(/^line 2: total_conversion_value is ""/);
    expect(refusal(`${HEADER}\nb,1,1e999,0\n`)).toMatch(/^line 2: total_conversion_value is "1e999"/);
    expect(refusal(`${HEADER}\nb,0x10,1,0\n`)).toMatch(/^line 2: total_conversions is "0x10"/);
    for (const path of ['', '   ', '""'])
      expect(refusal(`${HEADER}\n${path},1,1,0\n`)).toMatch(/^line 2: has a path without/);
    for (const path of ['a >  > b', 'a > ', '> a', '"a > "'])
      expect(refusal(`${HEADER}\n${path},1,1,0\n`)).toMatch(/^line 2: has a separator > without a touch/);
    expect(refusal(`${HEADER}\na,1,1\n`)).toMatch(/^line 2: has 3 cells where the header has 4/);
    expect(refusal(`${HEADER}\na,b,1,1,0\n`)).toMatch(/^line 2: /);
    expect(refusal(`${HEADER}\na,1,1,0,0\n`)).toMatch(/^line 2: has 5 cells where the header has 4/);
    expect(refusal(`${HEADER}\n"a" b,1,1,0\n`)).toMatch(/^line 2: has text after a closing quote/);
    expect(refusal(`${HEADER}\n"a > b,1,1,0\nc,1,1,0\n`)).toMatch(/^line 2: opens a quote around a path/);
    expect(refusal(`note,${HEADER}\n"a,b,1,1,0\nc,1,1,0\n`)).toMatch(/^line 2: opens a quote that is not closed/);
    expect(refusal(`${HEADER}\na,0,5,0\n`)).toMatch(
      /^line 2: has a value of 5 and counts neither conversions nor nulls/,
    );
    expect(() =>
      readPaths([Buffer.from(`${HEADER}\n`), Buffer.from([0x61, 0xff, 0x2c]), Buffer.from('1,1,0\n')]),
    ).toThrow(/^line 2: has a touch that is not UTF-8/);
  });

  test('has limits that are told before memory runs out', () => {
    const file = [Buffer.from(`${HEADER}\na > b,1,1,0\na > c,1,1,0\n`)];
    expect(readPaths(file, { paths: 2, touches: 4 }).paths.codes.length).toBe(4);
    expect(() => readPaths(file, { paths: 1, touches: 4 })).toThrow(/more than 1 paths/);
    expect(() => readPaths(file, { paths: 2, touches: 3 })).toThrow(/more than 3 touches/);
    const names = Array.from({ length: 65_536 }, (_, i) => `c${i}`);
    expect(read(`${HEADER}\n${names.slice(1).join('>')},1,1,0\n`).paths.states.length).toBe(65_535);
    expect(refusal(`${HEADER}\n${names.join('>')},1,1,0\n`)).toMatch(/^line 2: more than 65,535 different touches/);
  });

  test('refuses a > that may be part of a name, and warns where it cannot tell', () => {
    for (const path of ['a > b>c', 'a>b > c', '"x>y > z"', 'a >b\\nc>d', 'a > spend >=100 > b', 'a > b >c'])
      expect(refusal(`${HEADER}\n${path.replace('\\n', ',1,1,0\n')},1,1,0\n`)).toMatch(
        /^line [23]: has a > with other blanks around it than another one, so it may be part of a name/,
      );
    expect(read(`${HEADER}\na>b,1,1,0\n`).warnings).toEqual([expect.stringContaining('counts as two touches')]);
    expect(read(`${HEADER}\na > b,1,1,0\nc,1,1,0\n`).warnings).toEqual([]);
    for (const path of ['a -> b', 'a=>b', '"a->b"'])
      expect(refusal(`${HEADER}\n${path},1,1,0\n`)).toMatch(/^line 2: has an arrow; write the touches as names/);
    expect(refusal(`${HEADER}\n"[""a"",""b>c""]",1,1,0\n`)).toMatch(/^line 2: has a list in JSON; write the touches/);
    expect(read(`${HEADER}\ne-mail > a- > [b],1,1,0\n`).paths.states).toEqual(['e-mail', 'a-', '[b]']);
  });

  test('reads the same in pieces of any size', () => {
    const name = fc.constantFrom('email', 'e', 'paid search', 'ü', '電子', 'say "hi"', 'a,b');
    const row = fc.tuple(
      fc.array(name, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.nat(9),
      fc.constantFrom('\n', '\r\n', '\n\n'),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (drafts, bytes) => {
        const text = drafts.map(([path, _tight, n, end]) => {
          const joined = path.join(drafts[0]![1] ? '>' : ' > ').replaceAll('"', '""');
          return `"${joined}",${n},${n / 4},"note\n${n} ""x""",1${end}`;
        });
        const file = `path,total_conversions,total_conversion_value,note,total_null\n${text.join('')}`;
        expect(rowsOf(read(file, bytes).paths)).toEqual(
          drafts.map(([path, , n]) => ({ path, conversions: n, value: n / 4, nulls: 1 })),
        );
      }),
    );
  });
});
