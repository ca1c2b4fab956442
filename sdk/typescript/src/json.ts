import { Failure } from "./failure.js";

/**
 * A number, digit for digit as JSON writes it: `1.0`, `12345678901234567890`. Encoding writes
 * the same digits again (natively too from Node 22 on; Node 20 rounds them).
 */
export class Numeral {
  constructor(
    /** As JSON writes it. */
    readonly digits: string,
  ) {
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(digits)) {
      throw new TypeError("no number of JSON");
    }
  }

  /** The nearest number that JavaScript has. */
  valueOf(): number {
    return Number(this.digits);
  }

  /** The digits. */
  toString(): string {
    return this.digits;
  }

  /** What `JSON.stringify` takes for it. */
  toJSON(): unknown {
    return RAW.rawJSON?.(this.digits) ?? Number(this.digits);
  }
}

/** What newer engines have, and the types do not know yet. */
const RAW = JSON as { rawJSON?: (text: string) => unknown };

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/**
 * Reads JSON. Numbers that JavaScript would write in other digits become {@link Numeral}s
 * where `exact` is asked for. Half a surrogate pair is no text, and no valid JSON here.
 */
export function parseJson(text: string, exact: boolean): unknown {
  const mayBeHalf = text.includes("\\ud") || text.includes("\\uD");
  if (exact || mayBeHalf) {
    return JSON.parse(text, (exact ? keepDigits : keepWhole) as never);
  }
  return JSON.parse(text);
}

const keepWhole: Reviver = (key, value) => {
  if (!key.isWellFormed() || (typeof value === "string" && !value.isWellFormed())) {
    throw new SyntaxError("half a surrogate pair");
  }
  return value;
};

const keepDigits: Reviver = (key, value, context) => {
  const source = context?.source;
  if (typeof value === "number" && source !== undefined && String(value) !== source) {
    return new Numeral(source);
  }
  return keepWhole(key, value);
};

/** Where JSON is broken, as far as the engine says; its own words quote what stands there. */
export function placeOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) {
    return "";
  }
  const lines = text.slice(0, Number(position)).split("\n");
  return ` at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/**
 * Compact JSON of a value. What JSON cannot hold is a failure of the connector's own, named
 * by `what`.
 */
export function encodeJson(value: unknown, what: string): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) {
    throw Failure.internal(`${what} is no JSON`);
  }
  return text;
}
