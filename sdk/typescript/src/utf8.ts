/** UTF-8 without `TextEncoder`, which a component's runtime does not have. */

/** The bytes of a text; half a surrogate pair becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    push(bytes, character.codePointAt(0) ?? 0);
  }
  return Uint8Array.from(bytes);
}

function push(bytes: number[], point: number): void {
  if (point < 0x80) {
    bytes.push(point);
  } else if (point < 0x800) {
    bytes.push(0xc0 | (point >> 6), tail(point));
  } else if (point < 0x10000) {
    bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
  } else {
    bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
}

function tail(point: number): number {
  return 0x80 | (point & 0x3f);
}

/** The text of these bytes, or `null` where they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    // The one decoder of the language itself, and a strict one.
    return decodeURIComponent(Array.from(bytes, percent).join(""));
  } catch {
    return null;
  }
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}
