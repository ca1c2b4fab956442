import { encodeJson } from "./json.js";
import { encode } from "./percent.js";
import type { Time } from "./time.js";

/** A header, its name in lower case. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A body: text where it is valid UTF-8, bytes otherwise. */
export type Body = string | Uint8Array;

/**
 * A request for the host to send. Credentials, `host` and `content-length` are the host's to
 * add. Each of its methods answers a new request.
 */
export class Request {
  private constructor(
    /** How it asks. */
    readonly method: "get" | "post",
    /** Path and query under the connection's base URL, or a whole URL that it allows. */
    readonly target: string,
    /** Headers of its own. */
    readonly headers: readonly Header[] = [],
    /** What a POST carries. */
    readonly content: Body | null = null,
  ) {}

  /** A GET of this target. */
  static get(target: string): Request {
    return new Request("get", target);
  }

  /** A POST to this target, still without a body. */
  static post(target: string): Request {
    return new Request("post", target);
  }

  /** Adds `name=value` to the query, both encoded. The name may repeat. */
  query(name: string, value: string | number | bigint | boolean | Time): Request {
    const sign = this.target.includes("?") ? "&" : "?";
    const target = `${this.target}${sign}${encode(name)}=${encode(String(value))}`;
    return new Request(this.method, target, this.headers, this.content);
  }

  /** Adds a header. */
  header(name: string, value: string): Request {
    const headers = [...this.headers, { name: name.toLowerCase(), value }];
    return new Request(this.method, this.target, headers, this.content);
  }

  /** Sets a body of this media type. */
  body(mediaType: string, body: Body): Request {
    const request = new Request(this.method, this.target, this.headers, body);
    return request.header("content-type", mediaType);
  }

  /** Sets a JSON body. */
  json(value: unknown): Request {
    return this.body("application/json", encodeJson(value, "a request's body"));
  }
}
