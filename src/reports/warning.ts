/** A warning about the numbers of a report. It has a count and names no person. */
export interface Warning {
  code: string;
  count: number;
  message: string;
}
