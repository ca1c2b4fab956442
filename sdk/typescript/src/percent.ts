const KEPT: Readonly<Record<string, string>> = { "%3A": ":", "%2C": ",", "%40": "@", "%24": "$" };

/**
 * One segment of a path or one value of a query, percent-encoded: letters, digits and
 * `-._~:,@$` stay, as all of them may stand in either.
 */
export function encode(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return encoded
    .replace(/%3A|%2C|%40|%24/g, (escape) => KEPT[escape] ?? escape)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
