/** Typed arrays that grow, and arrays that threads read without a copy. */

export type Numbers = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

export interface NumbersType<A extends Numbers> {
  new (buffer: ArrayBufferLike, from?: number, length?: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

export const typeOf = <A extends Numbers>(array: A): NumbersType<A> => array.constructor as unknown as NumbersType<A>;

/**
 * An array that other threads may read. Garbage collectors do not see the memory of such arrays, so they are only for what is kept
 * for long.
 */
export function shared<A extends Numbers>(type: NumbersType<A>, length: number): A {
  return new type(new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT));
}

/** A copy that other threads may read, also as numbers of another type. */
export function sharedCopy<A extends Numbers>(array: Numbers, type: NumbersType<A>): A {
  const copy = shared(type, array.length);
  copy.set(array);
  return copy;
}

/** A longer copy of an array. It is shared if the array is. */
export function grown<A extends Numbers>(array: A, length: number): A {
  const type = typeOf(array);
  const is_shared = array.buffer instanceof SharedArrayBuffer;
  const longer = is_shared ? shared(type, length) : new type(new ArrayBuffer(length * type.BYTES_PER_ELEMENT));
  longer.set(array);
  return longer;
}

/** An array of at least `length` numbers: the given one, or a longer copy with some room for more. */
export function roomFor<A extends Numbers>(array: A, length: number): A {
  return length <= array.length ? array : grown(array, Math.ceil(length * 1.25) + 64);
}
