//! Ids with characters in them that mean something in a URL.

use serde_json::Value;

use super::{
    super::{
        json::{self, Path},
        lab::Lab,
        material::CollectCall,
        records::{Record, Records},
        report::{Cost, Done, Flaw, Tally},
        shape,
    },
    Bench, NO_COLLECT, grief,
};
use crate::connector::{Request, Step};

/// An id that is another path, a query, a fragment and no ASCII.
const HOSTILE: &str = "q1/../q2?q3#q4 \u{e9}";

/// What of it must not stand in a target as it is.
const RAW: [&str; 5] = ["q1/", "/q2", "?q3", "#q4", "q4 "];

static RAW_ID: Flaw = Flaw {
    cost: Cost::Leak,
    seen: "an id is put into a request's target as it is",
    costs: "an id with `/`, `?` or `#` in it asks for something else than that record: in the \
            best case the host refuses it and the change is never told, in the worst another \
            patient's data is told in its place",
    mend: "percent-encode every part that comes from an answer: `encode()` or `query()` of the SDK",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("identifiers", "Ids with characters that mean something in a URL");
    lab.watch.pause(true);
    for records in &bench.records {
        for record in records.all.iter().take(2) {
            let call = bench.material.collects.iter().find(|call| call.change == record.change);
            let Some(call) = call else { continue };
            for path in leading(record, call) {
                try_one(lab, &mut tally, records, record, &path).await;
            }
        }
    }
    lab.watch.pause(false);
    tally.done(NO_COLLECT)
}

/// Where in a record the ids stand that its `collect` asks with.
fn leading(record: &Record, call: &CollectCall) -> Vec<Path> {
    let asked: Vec<String> = call.asked.iter().flat_map(|asked| parts(call, asked)).collect();
    let leads =
        |text: &str| asked.iter().any(|part| part == text || text.ends_with(&format!("/{part}")));
    let found = json::scalars(&record.element).into_iter();
    found.filter(|(_, text)| leads(text)).map(|(path, _)| path).collect()
}

/// The segments and parameters of a request, decoded.
fn parts(call: &CollectCall, request: &Request) -> Vec<String> {
    let path = shape::path(&call.place, request);
    let query = shape::query(&call.place, request).unwrap_or_default();
    let decoded = |text: &str| {
        url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
            .map(|(name, _)| name.into_owned())
            .collect::<String>()
    };
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(decoded)
        .chain(query.into_iter().map(|(_, value)| value))
        .collect()
}

async fn try_one(
    lab: &mut Lab<'_>,
    tally: &mut Tally,
    records: &Records<'_>,
    record: &Record,
    path: &Path,
) {
    let call = records.call;
    let text = path.get(&record.element).and_then(json::scalar).unwrap_or_default();
    let start = text.rfind('/').and_then(|at| text.get(..=at)).unwrap_or_default();
    let hostile = Value::String(format!("{start}{HOSTILE}"));
    let answer = records.response(vec![path.set(&record.element, hostile)]);
    let what = format!("`{path}` is `{start}{HOSTILE}`");
    lab.call = format!("{}, {what}", call.at);
    tally.tried();
    let page = match lab.changes(&call.place, call.cursor.as_deref(), &answer).await {
        Ok(page) => page,
        Err(fault) => return grief(tally, &fault, &what, &call.at),
    };
    for change in &page.changes {
        match lab.collect(&call.place, change, None, &[]).await {
            Ok(Step::Fetch(requests)) => {
                let raw = requests.iter().filter(|request| is_raw(&request.target));
                for request in raw {
                    tally.found(&RAW_ID, format!("{what} → asks {}", request.target), &call.at);
                }
            }
            Ok(_) => {}
            Err(fault) => grief(tally, &fault, &what, &call.at),
        }
    }
}

fn is_raw(target: &str) -> bool {
    RAW.iter().any(|raw| target.contains(raw)) || !target.is_ascii()
}
