/** `tributary fit --paths FILE`: reads the file as paths. */
import { closeSync, openSync, readSync } from 'node:fs';
import { badRequest } from '../domain/errors.ts';
import { type FitInput, fitInput } from '../models/fit-answer.ts';
import { readPaths } from '../models/paths/path-file.ts';
import { parseTransforms } from '../models/paths/transforms.ts';

const PIECE_BYTES = 1 << 20;

/** Reads a path file and applies the transforms of a spec. */
export function pathsFromFile(file: string, spec: string | undefined): FitInput {
  const transforms = parseTransforms(spec ?? 'none');
  const { paths, warnings } = readPaths(piecesOf(file));
  return fitInput(paths, transforms, warnings);
}

/** The bytes of a file in pieces. All pieces use the same buffer, so a piece is valid until the next one. */
function* piecesOf(file: string): Generator<Uint8Array> {
  const descriptor = openFile(file);
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (;;) {
      const bytes = readSync(descriptor, buffer, 0, PIECE_BYTES, null);
      if (bytes === 0) return;
      yield buffer.subarray(0, bytes);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    throw badRequest('--paths', `${file} is a folder; name a csv file`);
  } finally {
    closeSync(descriptor);
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw badRequest('--paths', `${file} cannot be read (${code}); name a csv file with a column path`);
  }
}
