//! A searchset Bundle, put together from records that are JSON already.

use std::sync::Arc;

use crate::practice::{Kind, shelf::Record};

/// One page of a search's answer.
pub(in crate::practice) struct Page {
    /// How many records the whole search found.
    pub(in crate::practice) total: usize,
    /// This page's.
    pub(in crate::practice) matches: Vec<Arc<Record>>,
    /// What those refer to, as far as it was asked for.
    pub(in crate::practice) included: Vec<(Kind, Arc<Record>)>,
}

/// The page's links, whole URLs.
pub(in crate::practice) struct Links {
    pub(in crate::practice) this: String,
    pub(in crate::practice) next: Option<String>,
}

/// The page as JSON; `base` is the FHIR base URL.
pub(in crate::practice) fn write(base: &str, kind: Kind, page: &Page, links: &Links) -> Vec<u8> {
    let bodies = page.matches.iter().chain(page.included.iter().map(|(_, record)| record));
    let length: usize =
        bodies.filter_map(|record| record.body.as_ref()).map(|body| body.len() + 160).sum();
    let mut json = Vec::with_capacity(length + 512);
    push(&mut json, &[r#"{"resourceType":"Bundle","type":"searchset","total":"#]);
    push(&mut json, &[&page.total.to_string(), r#","link":["#]);
    link(&mut json, "self", &links.this);
    if let Some(next) = &links.next {
        push(&mut json, &[","]);
        link(&mut json, "next", next);
    }
    push(&mut json, &[r#"],"entry":["#]);
    let matches = page.matches.iter().map(|record| (kind, record, "match"));
    let included = page.included.iter().map(|(kind, record)| (*kind, record, "include"));
    for (number, (kind, record, mode)) in matches.chain(included).enumerate() {
        push(&mut json, &[if number == 0 { "" } else { "," }]);
        entry(&mut json, base, kind, record, mode);
    }
    push(&mut json, &["]}"]);
    json
}

fn entry(json: &mut Vec<u8>, base: &str, kind: Kind, record: &Record, mode: &str) {
    push(json, &[r#"{"fullUrl":""#, base, "/", kind.name(), "/", &record.id, r#"","resource":"#]);
    json.extend_from_slice(record.body.as_deref().unwrap_or(b"null"));
    push(json, &[r#","search":{"mode":""#, mode, r#""}}"#]);
}

fn link(json: &mut Vec<u8>, relation: &str, url: &str) {
    let url = serde_json::Value::from(url).to_string();
    push(json, &[r#"{"relation":""#, relation, r#"","url":"#, &url, "}"]);
}

fn push(json: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        json.extend_from_slice(text.as_bytes());
    }
}
