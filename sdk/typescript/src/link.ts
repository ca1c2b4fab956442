/** Links to a next page: found in a header, and turned into what to ask for. */
import type { Response } from "./response.js";

const WHOLE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/;
const LINK = /[ \t,]*(?:<([^>]*)>)?/y;
// Up to the end of a link, or of one of its parameters: within quotes neither sign ends anything.
const PARAMETERS = /(?:"(?:[^"\\]|\\.)*"?|[^",])*/sy;
const PARAMETER = /(?:"(?:[^"\\]|\\.)*"?|[^";])*/sy;

/** The `next` link of an answer's `Link` headers (RFC 8288), as it stands there: for {@link resolve}. */
export function next(response: Response): string | null {
  const values = response.headers.filter(({ name }) => name === "link");
  for (const { value } of values) {
    const link = nextIn(value);
    if (link !== null) {
      return link;
    }
  }
  return null;
}

/**
 * The link in the first header of this name, as `X-Next-Page`, which holds a URL or a path and
 * nothing else. `null` where it is missing or empty.
 */
export function inHeader(response: Response, name: string): string | null {
  const value = response.header(name.toLowerCase())?.trim() ?? "";
  return (/^<(.*)>$/s.exec(value)?.[1]?.trim() ?? value) || null;
}

/**
 * A link found in an answer, as the target of a request. `asked` is the target that was answered,
 * as `/Appointment?page=1`: what is relative (`?page=2`, `./…`, `/fhir/…`) is relative to that.
 *
 * A link below `baseUrl`, compared as URLs, becomes a target relative to it. Any other whole URL
 * stays as it is, and the host refuses it unless the user allows its origin. A path that is not that
 * of the base URL stays as well, which makes it one below the base URL.
 */
export function resolve(baseUrl: string, asked: string, link: string): string {
  const found = before(link.trim(), "#");
  if (found === "") {
    return asked;
  }
  const whole = absolute(baseUrl, asked, found);
  const isPath = /^\/(?!\/)/.test(found) && !WHOLE.test(asked);
  return below(baseUrl, whole) ?? (isPath ? found : whole);
}

/**
 * What follows the base URL in a URL below it: empty, or from its `/` or `?` on. They are compared
 * as URLs: neither the case of scheme and host nor a usual port makes a difference.
 */
export function below(baseUrl: string, url: string): string | null {
  const [base, its] = [parts(before(baseUrl, "?")), parts(url)];
  const path = base?.path.replace(/\/+$/, "") ?? "";
  if (base === null || base.origin !== its?.origin || !its.path.startsWith(path)) {
    return null;
  }
  const under = its.path.slice(path.length);
  return under === "" || /^[/?]/.test(under) ? under : null;
}

function nextIn(links: string): string | null {
  let at = 0;
  while (at < links.length) {
    const [opening = "", url] = sticky(LINK, links, at);
    const [parameters = ""] = sticky(PARAMETERS, links, at + opening.length);
    if (url !== undefined && url !== "" && isNext(parameters)) {
      return url.trim();
    }
    at += opening.length + parameters.length + 1;
  }
  return null;
}

/** Whether the first `rel` of a link's parameters names `next`, be it among others. */
function isNext(parameters: string): boolean {
  let at = 0;
  while (at < parameters.length) {
    const [parameter = ""] = sticky(PARAMETER, parameters, at);
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(parameter) ?? [];
    if (name.trim().toLowerCase() === "rel") {
      return value.trim().replace(/^"|"$/g, "").toLowerCase().split(/\s+/).includes("next");
    }
    at += parameter.length + 1;
  }
  return false;
}

function sticky(pattern: RegExp, text: string, at: number): (string | undefined)[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}

function absolute(baseUrl: string, asked: string, link: string): string {
  if (WHOLE.test(link)) {
    return link;
  }
  const way = before(asked, "?");
  const url = WHOLE.test(way) ? way : before(baseUrl, "?").replace(/\/+$/, "") + way;
  const [origin = "", scheme = ""] = WHOLE.exec(url) ?? [];
  if (link.startsWith("//")) {
    return `${scheme}:${link}`;
  }
  if (link.startsWith("/")) {
    return origin + withoutDots(link);
  }
  if (link.startsWith("?")) {
    return url + link;
  }
  // What is asked of the base URL itself is taken for a folder of it.
  const path = url.slice(origin.length);
  const folder = way === "" ? path : path.slice(0, Math.max(0, path.lastIndexOf("/")));
  return origin + withoutDots(`${folder}/${link}`);
}

/** A path and its query, with `.` and `..` of the path gone along (RFC 3986, 5.2.4). */
function withoutDots(target: string): string {
  const path = before(target, "?");
  const segments = path.split("/").slice(1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") {
      kept.pop();
    } else if (segment !== ".") {
      kept.push(segment);
    }
  }
  if (/^\.\.?$/.test(segments.at(-1) ?? "")) {
    kept.push("");
  }
  return `/${kept.join("/")}${target.slice(path.length)}`;
}

/** What of a whole URL two are compared by; the path with its query. `null` where it has a user. */
function parts(url: string): { origin: string; path: string } | null {
  const [whole = "", scheme = "", authority = "@"] = WHOLE.exec(url) ?? [];
  if (authority.includes("@")) {
    return null;
  }
  const port = /:[0-9]*$/.exec(authority)?.[0] ?? "";
  const host = authority.slice(0, authority.length - port.length);
  const usual = lower(scheme) === "https" ? ":443" : ":80";
  const origin = `${lower(scheme)}://${lower(host)}${port.length > 1 ? port : usual}`;
  return { origin, path: url.slice(whole.length) };
}

/** In lower case as far as ASCII goes: no other letter is another's equal in a host's name. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** What stands before the first such sign. */
function before(text: string, sign: string): string {
  const at = text.indexOf(sign);
  return at < 0 ? text : text.slice(0, at);
}
