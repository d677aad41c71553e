/** The id under which a person appears in records: the same in every world that holds this person. */
export function customerId(index: number): string {
  return `cus_${numberOf(index)}`;
}

/** The person's number as ids carry it. */
export function numberOf(index: number): string {
  return String(index + 1).padStart(6, '0');
}
