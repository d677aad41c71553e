/**
 * Loaded before the server: its clock is TRIBUTARY_CLOCK_MS milliseconds beside the true time, and limits of the time that an answer may
 * take are a tenth.
 */
const now = Date.now;
const beside_ms = Number(process.env.TRIBUTARY_CLOCK_MS);
Date.now = () => now() + beside_ms;
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 10);
