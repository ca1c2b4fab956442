//! References from one resource to another.

use rounds_sdk::{encode, link};

/// `Type/id` of a reference to a resource of this server: relative, or a whole URL under its
/// base URL, with or without a version. `None` for one of another server, one inside the
/// resource, or one that names nothing.
pub(crate) fn local<'a>(base_url: &str, reference: &'a str) -> Option<(&'a str, &'a str)> {
    let path = if reference.contains("://") {
        link::below(base_url, reference)?.strip_prefix('/')?
    } else {
        reference
    };
    let mut segments = path.split('/');
    let (kind, id) = (segments.next()?, segments.next()?);
    let ends = match segments.next() {
        None => true,
        Some(history) => history == "_history" && segments.count() == 1,
    };
    (ends && is_type(kind) && is_id(id)).then_some((kind, id))
}

/// The path of a resource.
pub(crate) fn path(kind: &str, id: &str) -> String {
    format!("/{kind}/{}", encode(id))
}

fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_id(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['?', '#'])
}

/// Every `reference` that stands anywhere in a resource's text, as it stands there.
pub(crate) fn all(resource: &str) -> impl Iterator<Item = &str> {
    resource.split("\"reference\"").skip(1).filter_map(|rest| {
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        value.split('"').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references_of_this_server_alone() {
        for (reference, expected) in [
            ("Patient/7", Some(("Patient", "7"))),
            ("Patient/7/_history/3", Some(("Patient", "7"))),
            ("https://ehr.example/fhir/Patient/7", Some(("Patient", "7"))),
            ("https://other.example/fhir/Patient/7", None),
            ("#p1", None),
            ("urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", None),
            ("Patient/..", None),
            ("Patient?identifier=7", None),
            ("Patient", None),
            ("", None),
        ] {
            assert_eq!(local("https://ehr.example/fhir", reference), expected, "{reference}");
        }
    }

    #[test]
    fn finds_all_references() {
        let text =
            r##"{"a":{"reference" : "Patient/7"},"b":[{"reference":"#x","display":"reference"}]}"##;
        assert_eq!(all(text).collect::<Vec<_>>(), ["Patient/7", "#x"]);
    }
}
