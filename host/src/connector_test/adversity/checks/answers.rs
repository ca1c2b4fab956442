//! Answers that no connector should take for what it asked.

use std::time::Duration;

use bytes::Bytes;

use crate::egress::Response;

/// Deeper than any parser should go.
const DEEP: usize = 10_000;

const JSON: &str = r#"{"error":{"code":"E17","message":"the request could not be served"}}"#;
const HTML: &str = "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>";
const OUTCOME: &str =
    r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}"#;
const SOAP: &str = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><soap:Fault><faultcode>soap:Server</faultcode></soap:Fault></soap:Body></soap:Envelope>";

/// An answer without headers.
pub(super) fn plain(status: u16, body: impl Into<Bytes>) -> Response {
    Response { status, headers: Vec::new(), body: body.into(), retry_after: None }
}

fn typed(status: u16, media_type: &str, body: impl Into<Bytes>) -> Response {
    let headers = vec![("content-type".into(), media_type.into())];
    Response { headers, ..plain(status, body) }
}

/// Every way to say a status: as JSON, as a page, without words, cut off, and with what was
/// recorded for a success.
pub(super) fn with_status(status: u16, good: Option<&Response>) -> Vec<(String, Response)> {
    let said = |how: &str| format!("status {status} {how}");
    let good = good.map_or_else(|| Bytes::from_static(b"{}"), |good| good.body.clone());
    let mut answers = vec![
        (said("with JSON"), typed(status, "application/json", JSON)),
        (said("with HTML"), typed(status, "text/html", HTML)),
        (said("without a body"), plain(status, "")),
        (said("with a body cut off"), typed(status, "application/json", half(&good))),
        (said("with the body of a success"), typed(status, "application/json", good)),
    ];
    if status == 429 {
        let mut patient = plain(status, "");
        patient.headers.push(("retry-after".into(), "30".into()));
        patient.retry_after = Some(Duration::from_secs(30));
        answers.push((said("with Retry-After: 30"), patient));
    }
    answers
}

/// A status of 200, and yet no success.
pub(super) fn errors_inside(good: Option<&Response>) -> Vec<(&'static str, Response)> {
    let json = |body: Bytes| typed(200, "application/json", body);
    let text = |body: &'static str| json(Bytes::from_static(body.as_bytes()));
    let mut answers = vec![
        ("a sign-in page", typed(200, "text/html; charset=utf-8", HTML)),
        ("a sign-in page that says it is JSON", text(HTML)),
        ("{\"error\": …}", text(JSON)),
        ("{\"status\":\"error\", …}", text(r#"{"status":"error","message":"try again"}"#)),
        ("an OperationOutcome", text(OUTCOME)),
        ("a SOAP fault", typed(200, "text/xml", SOAP)),
        ("an empty body", plain(200, "")),
        ("null", text("null")),
        ("a text in JSON", text("\"maintenance\"")),
        ("true", text("true")),
        ("a number of 400 digits", json("7".repeat(400).into())),
        ("lists 10,000 deep", json(("[".repeat(DEEP) + &"]".repeat(DEEP)).into())),
        ("objects 10,000 deep", json(("{\"a\":".repeat(DEEP) + "1" + &"}".repeat(DEEP)).into())),
        ("no UTF-8", json(Bytes::from_static(b"{\"a\":\"\xff\xfe\x80\"}"))),
        ("NUL bytes", json(Bytes::from_static(&[0; 64]))),
    ];
    if let Some(good) = good.filter(|good| good.body.len() > 2) {
        answers.push(("half of a good answer", json(half(&good.body))));
    }
    answers
}

/// A good answer, with something around it that a parser may or may not bear.
pub(super) fn decorated(good: &Response) -> Vec<(&'static str, Response)> {
    let body = &good.body;
    let with = |body: Vec<u8>| Response { body: body.into(), ..good.clone() };
    let mut answers = vec![
        ("a byte order mark before it", with([b"\xef\xbb\xbf", &body[..]].concat())),
        ("white space around it", with([b" \r\n", &body[..], b"\n\n"].concat())),
        ("a NUL byte behind it", with([&body[..], b"\0"].concat())),
    ];
    if let Some(rest) = body.strip_prefix(b"{") {
        let number = "7".repeat(400);
        let deep = "[".repeat(DEEP) + &"]".repeat(DEEP);
        let start = |extra: String| [format!("{{\"x-extra\":{extra},").as_bytes(), rest].concat();
        answers.push(("a number of 400 digits in it", with(start(number))));
        answers.push(("lists 10,000 deep in it", with(start(deep))));
    }
    answers
}

fn half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}
