/** Typed arrays that grow. They hold numbers of ids and pairs, of which there may be millions, outside of the garbage collector's view. */

type Grows = Int32Array | Uint32Array | Uint8Array | Float64Array;

/** An array of at least `length` numbers: the given one, or a copy of at least twice its length. New numbers are 0. */
export function withRoom<A extends Grows>(array: A, length: number): A {
  if (length <= array.length) return array;
  const type = array.constructor as new (size: number) => A;
  const longer = new type(Math.max(length, 2 * array.length));
  longer.set(array);
  return longer;
}
