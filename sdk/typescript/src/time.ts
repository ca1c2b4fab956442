import { nanoseconds, printed } from "./epoch.js";
import { Failure } from "./failure.js";
import type { Numeral } from "./json.js";

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/;
const HTTP =
  /^(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|[+-]0000)$/;
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;
/** The earliest instant that is told, at the start of the year -9999. */
const EARLIEST = -377705023201n * SECOND;
/** The years 1 to 9999, in which numbers are times. */
const FIRST = -62135596800n * SECOND;
const END = 253402300800n * SECOND;

/** How many decimal places a nanosecond is behind a second, and behind a millisecond. */
const [OF_SECONDS, OF_MILLIS] = [9, 6];

/**
 * An instant, as EHRs write them: to compare (`a < b`) and to shift, nothing more. It is parsed
 * from RFC 3339 with an offset or `Z`, and printed in UTC with no more decimals than it has.
 */
export class Time {
  private constructor(private readonly nanoseconds: bigint) {}

  /**
   * The instant that an EHR's answer gives.
   *
   * @throws {@link Failure.unexpectedResponse} for a time without an offset, or no time at all.
   */
  static parse(text: string): Time {
    const [, year, month, day, hour, minute, second, fraction, sign, hours, minutes] =
      RFC_3339.exec(text) ?? [];
    const date = milliseconds([year, month, day, hour, minute, second ?? "0"].map(Number));
    const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
    if (date === null || Number(minutes ?? 0) > 59 || offset >= 26 * 60) {
      throw Failure.unexpectedResponse("no RFC 3339 time with an offset");
    }
    const utc = date - (sign === "-" ? -offset : offset) * 60_000;
    return new Time(BigInt(utc) * MILLISECOND + BigInt((fraction ?? "").padEnd(9, "0")));
  }

  /** The instant that an HTTP header as `Date` gives, where it is one. */
  static fromHttp(text: string): Time | null {
    const [, day, month = "", year, hour, minute, second] = HTTP.exec(text.trim()) ?? [];
    const which = MONTHS.indexOf(month.toLowerCase()) + 1;
    const date = milliseconds([Number(year), which, ...[day, hour, minute, second].map(Number)]);
    return date === null ? null : new Time(BigInt(date) * MILLISECOND);
  }

  /**
   * The instant that is so many seconds after 1970: a number, its digits, or JSON of either, be it
   * quoted, as `1767225600`, `-1.5`, `1.7672256E9` and `"1767225600.25"`. A {@link Numeral}, as
   * `shape.numeral` reads it, has every digit; a number has fifteen.
   *
   * @throws {@link Failure.unexpectedResponse} for what is no number, not of the years 1 to 9999,
   * or finer than nanoseconds.
   */
  static fromEpochSeconds(number: string | number | bigint | Numeral): Time {
    return Time.#ofEpoch(String(number), OF_SECONDS);
  }

  /** The same for milliseconds. */
  static fromEpochMillis(number: string | number | bigint | Numeral): Time {
    return Time.#ofEpoch(String(number), OF_MILLIS);
  }

  static #ofEpoch(number: string, places: number): Time {
    const found = nanoseconds(number, places);
    if (found === null || found < FIRST || found >= END) {
      throw Failure.unexpectedResponse("no epoch time of the years 1 to 9999");
    }
    return new Time(found);
  }

  /**
   * Seconds since 1970, with no more decimals than there are: {@link floorToSecond} first where the
   * EHR wants whole ones.
   */
  epochSeconds(): string {
    return printed(this.nanoseconds, OF_SECONDS);
  }

  /**
   * Milliseconds since 1970, with no more decimals than there are: {@link floorToMilli} first where
   * the EHR wants whole ones.
   */
  epochMillis(): string {
    return printed(this.nanoseconds, OF_MILLIS);
  }

  /** The whole millisecond that it lies in. */
  floorToMilli(): Time {
    return new Time(floor(this.nanoseconds, MILLISECOND) * MILLISECOND);
  }

  /** The whole second that it lies in. */
  floorToSecond(): Time {
    return new Time(floor(this.nanoseconds, SECOND) * SECOND);
  }

  /** So much earlier; the earliest instant there is, where that would be before it. */
  minusMillis(milliseconds: number): Time {
    const earlier = this.nanoseconds - BigInt(milliseconds) * MILLISECOND;
    return new Time(earlier < EARLIEST ? EARLIEST : earlier);
  }

  /** So many seconds earlier. */
  minusSeconds(seconds: number): Time {
    return this.minusMillis(seconds * 1000);
  }

  /** Milliseconds from `earlier` to here, rounded towards zero; negative where it is later. */
  millisSince(earlier: Time): number {
    return Number((this.nanoseconds - earlier.nanoseconds) / MILLISECOND);
  }

  /** Negative, zero or positive: before, at or after the other instant. For `sort`. */
  compare(other: Time): number {
    return (
      Number(this.nanoseconds > other.nanoseconds) - Number(this.nanoseconds < other.nanoseconds)
    );
  }

  /** Nanoseconds since 1970, which is what `<` and `>` compare. */
  valueOf(): bigint {
    return this.nanoseconds;
  }

  /** RFC 3339 in UTC. */
  toString(): string {
    const seconds = floor(this.nanoseconds, SECOND);
    const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
    const digits = String(this.nanoseconds - seconds * SECOND).padStart(9, "0");
    const fraction = digits.replace(/0+$/, "");
    return `${whole}${fraction && "."}${fraction}Z`;
  }

  /** As it is printed. */
  toJSON(): string {
    return this.toString();
  }
}

/** Milliseconds since 1970 of year, month, day, hour, minute and second; a leap second is 59. */
function milliseconds(parts: number[]): number | null {
  const [year = NaN, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, Math.min(second, 59));
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const isTime = hour < 24 && minute < 60 && second <= 60;
  return isDate && isTime ? date.getTime() : null;
}

function floor(value: bigint, unit: bigint): bigint {
  return (value - (((value % unit) + unit) % unit)) / unit;
}
