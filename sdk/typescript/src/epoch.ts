/** Instants as numbers: decimal digits to nanoseconds and back, without a float in between. */

const NUMBER = /^("?)(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,9}))?\1$/;

/** How many digits the largest number of nanoseconds has. */
const LONGEST = 21;

/** A number that has so many decimal places, or `null` where it is none, or has more. */
export function nanoseconds(number: string, places: number): bigint | null {
  const [, , sign, whole, fraction = "", exponent = "0"] = NUMBER.exec(number) ?? [];
  if (whole === undefined) {
    return null;
  }
  const all = `${whole}${fraction}`.replace(/0+$/, "");
  const zeros = Number(exponent) + places + whole.length - all.length;
  const digits = all.replace(/^0+/, "");
  if (digits === "") {
    return 0n;
  }
  if (zeros < 0 || digits.length + zeros > LONGEST) {
    return null;
  }
  return BigInt(`${sign}${digits}${"0".repeat(zeros)}`);
}

/** So many nanoseconds with no more decimals than there are. */
export function printed(nanoseconds: bigint, places: number): string {
  const sign = nanoseconds < 0n ? "-" : "";
  const digits = String(nanoseconds < 0n ? -nanoseconds : nanoseconds).padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -places)}${fraction && "."}${fraction}`;
}
