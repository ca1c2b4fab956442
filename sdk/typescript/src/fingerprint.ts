import { encodeUtf8 } from "./utf8.js";

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * A fingerprint of these parts, 16 hexadecimal digits: FNV-1a of 64 bits, after each part its
 * length, so that `["ab", "c"]` and `["a", "bc"]` differ. It never changes between versions of
 * the SDK, nor between its languages, so a memo may hold it.
 *
 * It tells two states of one record apart and nothing more: it is no secret-keeping hash, and
 * a value that one could guess (a birth date, a name) can be guessed from it.
 */
export function fingerprint(parts: Iterable<string>): string {
  return hash(parts).toString(16).padStart(16, "0");
}

/** The number that {@link fingerprint} writes in digits: to add up where sets are compared. */
export function hash(parts: Iterable<string>): bigint {
  let sum = OFFSET;
  for (const part of parts) {
    const bytes = encodeUtf8(part);
    sum = add(add(sum, bytes), littleEndian(bytes.length));
  }
  return sum;
}

function add(sum: bigint, bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * PRIME), sum);
}

function littleEndian(length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  return bytes;
}
