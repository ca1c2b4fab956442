/**
 * What a connector written without types may get wrong: a value of another type at the
 * contract's border is a trap without words, so each is looked at before.
 */
import { Failure } from "../failure.js";

/** An object, as a function that is there and not asynchronous answers. */
export function object<T extends object>(value: T | undefined, what: string): T {
  if (value instanceof Promise) {
    throw Failure.internal(`${what} is a promise: a connector's functions are not async`);
  }
  if (typeof value !== "object" || value === null) {
    throw Failure.internal(`${what} is ${kind(value)}`);
  }
  return value;
}

/** Text; half a surrogate pair, which no UTF-8 has, becomes U+FFFD. */
export function text(value: string, what: string): string {
  if (typeof value !== "string") {
    throw Failure.internal(`${what} is ${kind(value)}, no text`);
  }
  return value.toWellFormed();
}

/** Text, where there is any. */
export function optional(value: string | null | undefined, what: string): string | null {
  return value === null || value === undefined ? null : text(value, what);
}

/** A whole number of 32 bits. */
export function count(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw Failure.internal(`${what} is no whole number from 0 to 4294967295`);
  }
  return value;
}

/** A list, of which each is turned into something else. */
export function list<A, B>(value: readonly A[], what: string, item: (item: A) => B): B[] {
  if (!Array.isArray(value)) {
    throw Failure.internal(`${what} is ${kind(value)}, no list`);
  }
  return value.map((it: A) => item(it));
}

/** One of these words. */
export function oneOf<T extends string>(words: readonly T[], value: T, what: string): T {
  if (!words.includes(value)) {
    throw Failure.internal(`${what} is none of ${words.join(", ")}`);
  }
  return value;
}

function kind(value: unknown): string {
  return value === null ? "null" : typeof value;
}
