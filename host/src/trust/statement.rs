//! What a signature says: which bytes, and what they are and may ask.
//!
//! The digest alone would bind the rest. That stands there so that a person sees what was signed,
//! and so that nobody's signature means more than what its signer saw.

use std::fmt::Write;

/// What the text begins with: a signature of this is one of nothing else, and of no other form.
const HEAD: &str = "rounds-connector-signature-v1";
/// The names of the lines, in their order; a statement has any number of the last.
const NAMES: [&str; 5] = ["sha256", "name", "version", "contract", "request"];

/// What is known of a connector when it has been loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The file's SHA-256, in hexadecimal.
    pub digest: String,
    /// The manifest's name.
    pub name: String,
    /// The manifest's version.
    pub version: String,
    /// The contract that it was built against, as `rounds:connector@0.1.0`.
    pub contract: String,
    /// All that it will ever ask for, in any order.
    pub requests: Vec<String>,
}

/// Facts as they are signed: one text for equal facts, and only for those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) facts: Facts,
}

impl Facts {
    fn are_lines(&self) -> bool {
        let Self { digest, name, version, contract, requests } = self;
        let is_line = |text: &String| !text.is_empty() && !text.contains(char::is_control);
        [digest, name, version, contract].into_iter().chain(requests).all(is_line)
    }
}

impl Statement {
    /// The statement of these facts; `None` where one of them is no single line, and so could
    /// pass for another one.
    pub(super) fn new(mut facts: Facts) -> Option<Self> {
        facts.requests.sort();
        facts.requests.dedup();
        facts.are_lines().then_some(Self { facts })
    }

    /// The text that is signed, to its last line's end.
    pub(super) fn text(&self) -> String {
        let Facts { digest, name, version, contract, requests } = &self.facts;
        let [sha256, its_name, its_version, its_contract, request] = NAMES;
        let mut text = format!(
            "{HEAD}\n{sha256}: {digest}\n{its_name}: {name}\n{its_version}: {version}\n\
             {its_contract}: {contract}\n"
        );
        for one in requests {
            // Writing to a text does not fail.
            writeln!(text, "{request}: {one}").unwrap_or_default();
        }
        text
    }

    /// Reads a text of exactly this form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(HEAD)?.strip_prefix('\n')?.split_terminator('\n');
        let [sha256, name, version, contract, request] = NAMES;
        let mut value = |name: &str| Some(value(lines.next()?, name)?.to_owned());
        let mut facts = Facts {
            digest: value(sha256)?,
            name: value(name)?,
            version: value(version)?,
            contract: value(contract)?,
            requests: Vec::new(),
        };
        for line in lines {
            facts.requests.push(self::value(line, request)?.to_owned());
        }
        Self::new(facts).filter(|statement| statement.text() == text)
    }

    /// The first thing that is not as these facts have it: what, signed as, and found.
    pub(super) fn difference(&self, found: &Facts) -> Option<(&'static str, String, String)> {
        let found = Self::new(found.clone());
        let Some(Self { facts: found }) = found else {
            return Some(("manifest", "text of single lines".into(), "something else".into()));
        };
        let requests = |facts: &Facts| format!("[{}]", facts.requests.join(", "));
        let [_, name, version, contract, _] = NAMES;
        let signed = &self.facts;
        [
            (name, signed.name.clone(), found.name.clone()),
            (version, signed.version.clone(), found.version.clone()),
            (contract, signed.contract.clone(), found.contract.clone()),
            ("list of requests", requests(signed), requests(&found)),
        ]
        .into_iter()
        .find(|(_, signed, found)| signed != found)
    }
}

fn value<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    line.strip_prefix(name)?.strip_prefix(": ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            digest: "ab".repeat(32),
            name: "fhir-r4".into(),
            version: "0.1.0".into(),
            contract: "rounds:connector@0.1.0".into(),
            requests: ["POST /_search", "GET /Patient/*", "GET /Patient/*"].map(Into::into).into(),
        }
    }

    #[test]
    fn the_text_is_the_same_for_equal_facts() {
        let statement = Statement::new(facts()).unwrap();
        let expected = format!(
            "rounds-connector-signature-v1\nsha256: {}\nname: fhir-r4\nversion: 0.1.0\n\
             contract: rounds:connector@0.1.0\nrequest: GET /Patient/*\nrequest: POST /_search\n",
            "ab".repeat(32)
        );
        assert_eq!(statement.text(), expected);
        assert_eq!(Statement::parse(&expected), Some(statement));
    }

    #[test]
    fn a_text_of_another_form_is_none() {
        let good = Statement::new(facts()).unwrap().text();
        for (from, to) in [
            ("-v1", "-v2"),
            ("\nname: ", "\nName: "),
            ("version: 0.1.0\n", ""),
            ("GET /Patient/*\n", "POST /_search\n"),
            ("request: GET /Patient/*\n", "request: Z\n"),
            ("\n", "\r\n"),
            ("search\n", "search"),
            ("search\n", "search\nfurther: x\n"),
            ("fhir-r4", ""),
            ("fhir-r4", "fhir\u{1b}-r4"),
        ] {
            let text = good.replace(from, to);
            assert_ne!(text, good, "{from:?}");
            assert_eq!(Statement::parse(&text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_line_cannot_be_stated() {
        let smuggled = Facts { name: "a\nversion: 9.9.9".into(), ..facts() };
        assert_eq!(Statement::new(smuggled.clone()), None);
        let statement = Statement::new(facts()).unwrap();
        assert_eq!(statement.difference(&smuggled).unwrap().0, "manifest");
    }

    #[test]
    fn a_difference_is_named() {
        let statement = Statement::new(facts()).unwrap();
        assert_eq!(statement.difference(&facts()), None);
        let cases = [
            ("name", Facts { name: "other".into(), ..facts() }),
            ("version", Facts { version: "0.1.1".into(), ..facts() }),
            ("contract", Facts { contract: "rounds:connector@0.2.0".into(), ..facts() }),
            ("list of requests", Facts { requests: vec!["GET /**".into()], ..facts() }),
        ];
        for (what, found) in cases {
            assert_eq!(statement.difference(&found).unwrap().0, what);
        }
    }
}
