/**
 * Write a Rounds connector in TypeScript or JavaScript.
 *
 * A connector is what {@link connector} makes of a few pure functions. It does no I/O: it
 * shapes requests and reads answers, and the host sends them, stores what changed and delivers
 * what is to be told. Everything here is plain JavaScript, so a connector is tested natively;
 * `rounds connector build` turns it into a component.
 *
 * What each word means is the contract's, `wit/0.1.0/connector.wit`; the README shows the way
 * from nothing to a working connector.
 *
 * @module
 */
export { goOnFrom } from "./ahead.js";
export {
  Change,
  type ChangeDetails,
  type ChangeKind,
  Page,
  type PageDetails,
  readEach,
  type Unreadable,
} from "./change.js";
export { type Connector, connector, type Credentials, type WholeConnector } from "./connector.js";
export { Context, type ContextFields } from "./context.js";
export { Failure, type FailureCase } from "./failure.js";
export { fingerprint, hash } from "./fingerprint.js";
export { Numeral } from "./json.js";
export * as link from "./link.js";
export {
  Action,
  type ActionDetails,
  type Auth,
  type Detection,
  type Manifest,
  type RecordTime,
  type TimeForm,
} from "./manifest.js";
export * as model from "./model.js";
export { encode } from "./percent.js";
export { fit } from "./read.js";
export { type Body, type Header, Request } from "./request.js";
export { Response } from "./response.js";
export * as shape from "./shape.js";
export type { Shape, Shaped } from "./shape.js";
export { type Fetch, type Notification, type Skipped, Step } from "./step.js";
export { Time } from "./time.js";
export { decodeUtf8, encodeUtf8 } from "./utf8.js";
