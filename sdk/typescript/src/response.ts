import { Failure } from "./failure.js";
import { encodeJson } from "./json.js";
import { NO_JSON, read } from "./read.js";
import type { Body, Header } from "./request.js";
import type { Shape } from "./shape.js";
import { decodeUtf8 } from "./utf8.js";

/**
 * The media types that a failure names. One text, so that the host finds its words in the
 * component, and knows them for the connector's own.
 */
const MEDIA_TYPES =
  "application/json, application/fhir+json, text/html, text/plain, " +
  "application/xml, text/xml, application/fhir+xml, application/pdf";

const NOT_ACCEPTABLE =
  "status 406: the EHR has nothing of the media type that the accept header asks for; " +
  "set another in the connection's headers";
const UNSUPPORTED =
  "status 415: the EHR does not know a media type that was sent or asked for; " +
  "set another accept header in the connection's headers";

/** What the EHR answered, whatever its status. */
export class Response {
  constructor(
    /** The HTTP status. */
    readonly status: number,
    /** Names in lower case, and values. */
    readonly headers: readonly Header[],
    /** The body, after decompression. */
    readonly body: Body,
  ) {}

  /** An answer of this status: for tests. What is neither text nor bytes is sent as JSON. */
  static of(status: number, body: unknown = "", headers: Record<string, string> = {}): Response {
    const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
    const isBody = typeof body === "string" || body instanceof Uint8Array;
    return new Response(status, list, isBody ? body : encodeJson(body, "a response's body"));
  }

  /** The first header of this name, which is to be in lower case. */
  header(name: string): string | null {
    return this.headers.find((header) => header.name === name)?.value ?? null;
  }

  /**
   * The answer itself, where its status is 2xx and it is no web page. Statuses that mean
   * something to a connector are for it to look at first: a 404 of one record, a 204 where it says
   * that nothing changed, a 202 where it says that an answer is not ready yet. The last two have no
   * JSON.
   *
   * @throws 401 and 403 are {@link Failure.unauthorized}, 429 {@link Failure.throttled}, 408 and
   * 5xx {@link Failure.unavailable}; everything else is {@link Failure.unexpectedResponse}, as
   * is HTML, which is what a sign-in page or a proxy answers.
   */
  ok(): this {
    const failure = this.#failure();
    if (failure !== null) {
      throw failure;
    }
    return this;
  }

  /**
   * The body as text, without the mark that UTF-8 may begin with.
   *
   * @throws {@link Failure.unexpectedResponse} where it is no UTF-8, with the media type that came.
   */
  text(): string {
    const text = this.#text();
    if (text === null) {
      throw this.#noJson("the body is no UTF-8 text");
    }
    return text;
  }

  /**
   * The body read as JSON of this shape. Without one, its type is the caller's word.
   *
   * @throws {@link Failure.unexpectedResponse} with the place, never with what stands there; of what
   * is no JSON at all with status and media type as well.
   */
  json<T>(shape?: Shape<T>): T {
    const text = this.text();
    return read(text, shape, (what) => {
      if (!what.startsWith(NO_JSON)) {
        return Failure.unexpectedResponse(what);
      }
      return this.#noJson(/[^ \t\r\n]/.test(text) ? what : "the body is empty");
    });
  }

  /** What is wrong, and what came instead. */
  #noJson(what: string): Failure {
    return Failure.unexpectedResponse(`${what} (status ${this.status}, ${this.#mediaType()})`);
  }

  /** The media type in words, where it is one that EHRs and what stands before them answer. */
  #mediaType(): string {
    const [named = ""] = (this.header("content-type") ?? "").toLowerCase().split(";");
    if (named.trim() === "") {
      return "media type none";
    }
    const isKnown = MEDIA_TYPES.split(", ").includes(named.trim());
    return isKnown ? `media type ${named.trim()}` : "another media type";
  }

  #failure(): Failure | null {
    const { status } = this;
    if (status >= 200 && status <= 299) {
      return this.#isHtml() ? Failure.unexpectedResponse(`HTML with status ${status}`) : null;
    }
    if (status === 401 || status === 403) {
      return Failure.unauthorized(`status ${status}`);
    }
    if (status === 429) {
      return Failure.throttled(this.#retryAfter());
    }
    if (status === 406 || status === 415) {
      return Failure.unexpectedResponse(status === 406 ? NOT_ACCEPTABLE : UNSUPPORTED);
    }
    const passes = status === 408 || (status >= 500 && status <= 599);
    return Failure[passes ? "unavailable" : "unexpectedResponse"](`status ${status}`);
  }

  #text(): string | null {
    const text = typeof this.body === "string" ? this.body : decodeUtf8(this.body);
    return text?.startsWith("\ufeff") ? text.slice(1) : text;
  }

  /** The pause that the EHR asks for, where it says it in seconds. */
  #retryAfter(): number | null {
    const seconds = this.header("retry-after")?.trim() ?? "";
    const isNumber = /^\+?\d+$/.test(seconds) && Number(seconds) <= 0xffff_ffff;
    return isNumber ? Number(seconds) : null;
  }

  #isHtml(): boolean {
    const starts = /^(?:<!doctype html|<html)/i;
    const isMarked = /^text\/html/i.test(this.header("content-type") ?? "");
    return isMarked || starts.test((this.#text() ?? "").slice(0, 4096).trimStart());
  }
}
