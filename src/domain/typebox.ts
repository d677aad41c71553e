/**
 * The library for JSON schemas, in one place. `npm run build` replaces the compiled form of this file by one file with the whole
 * library, because loading the library's 342 files takes longer than most commands.
 */
export { type Static, type TObject, type TOptional, type TSchema, type TUnsafe, Type } from 'typebox';
export { Compile } from 'typebox/compile';
