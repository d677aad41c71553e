/**
 * Makes the client of DuckDB read texts whole. It decodes them with a decoder that drops a U+FEFF at the start, so an id that
 * begins with it would be read as another id, and not be found again. Older versions accepted such ids.
 */
import { textDecoder } from '@duckdb/node-api/lib/vectors/dataAccessors.js';

const whole = new TextDecoder('utf-8', { ignoreBOM: true });
textDecoder.decode = whole.decode.bind(whole);
