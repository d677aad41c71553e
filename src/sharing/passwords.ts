/** Passwords of links, as salted hashes that are slow to make. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { Turns } from '../warehouse/turns.ts';

/** The parameters of scrypt are those of Node: N = 16,384, r = 8, p = 1, which take 16 MB and some 50 ms. */
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const MIN_LENGTH = 8;
const MAX_LENGTH = 200;
/** Hashing takes threads that look-ups and files need, too, so one password is hashed at a time. */
const MAX_WAITING = 20;

export type HashedPassword = { salt: string; hash: string };

const turns = new Turns();
const derive = promisify(scrypt) as (password: string, salt: Buffer, bytes: number) => Promise<Buffer>;

function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  if (turns.waiting >= MAX_WAITING)
    throw new TributaryError('busy', 'too many passwords are being checked; try again in a few seconds', {
      retry_after_s: 5,
    });
  return turns.take(() => derive(password.normalize('NFC'), salt, HASH_BYTES));
}

/** @throws bad_request for a password that is too short or too long; busy. */
export async function hashPassword(password: string): Promise<HashedPassword> {
  if (password.length < MIN_LENGTH || password.length > MAX_LENGTH)
    throw badRequest('password', `must have ${MIN_LENGTH} to ${MAX_LENGTH} characters`);
  const salt = randomBytes(SALT_BYTES);
  return { salt: salt.toString('hex'), hash: (await hashOf(password, salt)).toString('hex') };
}

/** Compares in constant time. @throws busy. */
export async function isPassword(password: string, { salt, hash }: HashedPassword): Promise<boolean> {
  if (password.length > MAX_LENGTH) return false;
  return timingSafeEqual(await hashOf(password, Buffer.from(salt, 'hex')), Buffer.from(hash, 'hex'));
}
