/** The customer id of a person in records. It is the same in every world that has this person. */
export function customerId(index: number): string {
  return `cus_${numberOf(index)}`;
}

/** The person's number as it appears in ids. */
export function numberOf(index: number): string {
  return String(index + 1).padStart(6, '0');
}
