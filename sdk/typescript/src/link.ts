/** Links to a next page: found in a header, and made whole. */
import { Failure } from "./failure.js";
import type { Response } from "./response.js";

/** The `next` link of an answer's `Link` headers (RFC 8288), as it stands there. */
export function next(response: Response): string | null {
  const values = response.headers.filter(({ name }) => name === "link");
  for (const link of values.flatMap(({ value }) => value.split(", "))) {
    const [, url, parameters] = /^<([^>]*)>(.*)$/s.exec(link.trim()) ?? [];
    const isNext = (parameter: string) => /^(?:rel=next|rel="next")$/.test(parameter.trim());
    if (url !== undefined && parameters?.split(";").some(isNext)) {
      return url;
    }
  }
  return null;
}

/**
 * A link found in the answer to a request of `path` (`/Appointment`), as a request's target: a
 * whole URL stays as it is, anything relative is made whole.
 *
 * @throws {@link Failure.unexpectedResponse} for a link that leads away from `baseUrl`, where
 * the credentials must not follow.
 */
export function resolve(baseUrl: string, path: string, link: string): string {
  const whole = absolute(baseUrl, path, link);
  if (below(baseUrl, whole) === null) {
    throw Failure.unexpectedResponse("a link leads away from the base URL");
  }
  return whole;
}

function absolute(baseUrl: string, path: string, link: string): string {
  const [origin] = split(baseUrl);
  if (link.includes("://")) {
    return link;
  }
  if (link.startsWith("//")) {
    return `${origin.slice(0, origin.indexOf("//"))}${link}`;
  }
  if (link.startsWith("/")) {
    return `${origin}${link}`;
  }
  if (link.startsWith("?")) {
    return `${baseUrl}${path}${link}`;
  }
  return `${baseUrl}${path.slice(0, Math.max(0, path.lastIndexOf("/")))}/${link}`;
}

/** What follows the base URL in a URL below it: empty, or from its `/` or `?` on. */
export function below(baseUrl: string, url: string): string | null {
  const [origin, path] = split(baseUrl);
  const rest = url.slice(origin.length);
  const isSame = lower(url.slice(0, origin.length)) === lower(origin);
  if (!isSame || !rest.startsWith(path)) {
    return null;
  }
  const under = rest.slice(path.length);
  return under === "" || /^[/?]/.test(under) ? under : null;
}

/** In lower case as far as ASCII goes: no other letter is another's equal in a host's name. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Scheme, host and port; and the path. */
function split(baseUrl: string): [origin: string, path: string] {
  const [origin = ""] = /^(?:.*?:\/\/)?[^/]*/s.exec(baseUrl) ?? [];
  return [origin, baseUrl.slice(origin.length)];
}
