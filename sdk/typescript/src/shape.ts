/**
 * Shapes of JSON: what an answer is checked against, and the type that it then has.
 *
 * A shape checks and does not copy: fields that it does not name stay where they are, so that
 * a record can be passed on whole. What does not fit is told by its place, never by its value.
 */
import { Numeral } from "./json.js";

/** Answers the value where it has this shape, and throws a {@link Mismatch} otherwise. */
export type Shape<T> = (value: unknown, place: string) => T;

/** What a value of this shape is. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** Where a value does not have its shape. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";

  constructor(
    /** As `/patients/3/id`; empty for the whole. */
    readonly place: string,
    expected: string,
  ) {
    super(`${place || "/"} is no ${expected}`);
  }
}

/** A string. */
export const text: Shape<string> = (value, place) => {
  if (typeof value !== "string") {
    throw new Mismatch(place, "text");
  }
  return value;
};

/** `true` or `false`. */
export const flag: Shape<boolean> = (value, place) => {
  if (typeof value !== "boolean") {
    throw new Mismatch(place, "flag");
  }
  return value;
};

/** A number, as near as JavaScript has it. */
export const number: Shape<number> = (value, place) => {
  if (typeof value !== "number" && !(value instanceof Numeral)) {
    throw new Mismatch(place, "number");
  }
  return Number(value);
};

/** A whole number that JavaScript has exactly. */
export const integer: Shape<number> = (value, place) => {
  if (!Number.isSafeInteger(value)) {
    throw new Mismatch(place, "whole number");
  }
  return value as number;
};

/** A whole number from 0 on. */
export const count: Shape<number> = (value, place) => {
  if (integer(value, place) < 0) {
    throw new Mismatch(place, "whole number from 0 on");
  }
  return value as number;
};

/** A number, digit for digit as it is written. */
export const numeral: Shape<Numeral> = (value, place) => {
  if (value instanceof Numeral) {
    return value;
  }
  return new Numeral(String(number(value, place)));
};

/** Anything, not looked at. Its numbers may be {@link Numeral}s: it is to be passed on. */
export const any: Shape<unknown> = (value) => value;

/** A list of one shape. */
export function list<T>(item: Shape<T>): Shape<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) {
      throw new Mismatch(place, "list");
    }
    value.forEach((it, at) => put(value, at, item(it, `${place}/${at}`)));
    return value;
  };
}

/** A list of fixed length, each place with a shape of its own. */
export function tuple<T extends unknown[]>(...items: { [K in keyof T]: Shape<T[K]> }): Shape<T> {
  return (value, place) => {
    if (!Array.isArray(value) || value.length !== items.length) {
      throw new Mismatch(place, `list of ${items.length}`);
    }
    items.forEach((item, at) => put(value, at, item(value[at], `${place}/${at}`)));
    return value as T;
  };
}

/** What may be absent, or `null`. */
export function optional<T>(shape: Shape<T>): Shape<T | null | undefined> {
  return (value, place) => (value === undefined || value === null ? value : shape(value, place));
}

/** Fields with shapes; those of {@link optional} shapes may be absent. */
type Fields = Record<string, Shape<unknown>>;

type MayBeAbsent<F extends Fields> = {
  [K in keyof F]: undefined extends Shaped<F[K]> ? K : never;
}[keyof F];

/** An object of these fields; it may have more. */
export type Shaping<F extends Fields> = {
  [K in Exclude<keyof F, MayBeAbsent<F>>]: Shaped<F[K]>;
} & { [K in MayBeAbsent<F>]?: Shaped<F[K]> };

/** An object with these fields; it may have more. */
export function object<F extends Fields>(fields: F): Shape<Shaping<F>> {
  const shapes = Object.entries(fields);
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Mismatch(place, "object");
    }
    const it = value as Record<string, unknown>;
    for (const [name, shape] of shapes) {
      put(it, name, shape(it[name], `${place}/${name}`));
    }
    return it as Shaping<F>;
  };
}

/** Stores what a shape made of a value, where it made something else of it. */
function put<K extends PropertyKey>(whole: Record<K, unknown>, key: K, value: unknown): void {
  if (whole[key] !== value) {
    whole[key] = value;
  }
}
