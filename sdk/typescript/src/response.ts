import { Failure } from "./failure.js";
import { encodeJson } from "./json.js";
import { read } from "./read.js";
import type { Body, Header } from "./request.js";
import type { Shape } from "./shape.js";
import { decodeUtf8 } from "./utf8.js";

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
   * something to a connector, as a 404 of one record, are for it to look at first.
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
   * The body as text.
   *
   * @throws {@link Failure.unexpectedResponse} where it is no UTF-8.
   */
  text(): string {
    const text = this.#text();
    if (text === null) {
      throw Failure.unexpectedResponse("the body is no UTF-8 text");
    }
    return text;
  }

  /**
   * The body read as JSON of this shape. Without one, its type is the caller's word.
   *
   * @throws {@link Failure.unexpectedResponse} with the place, never with what stands there.
   */
  json<T>(shape?: Shape<T>): T {
    return read(this.text(), shape, (what) => Failure.unexpectedResponse(what));
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
    const passes = status === 408 || (status >= 500 && status <= 599);
    return Failure[passes ? "unavailable" : "unexpectedResponse"](`status ${status}`);
  }

  #text(): string | null {
    return typeof this.body === "string" ? this.body : decodeUtf8(this.body);
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
