//! A connector's name, and putting it where the hello connector has its own.

use std::path::PathBuf;

use crate::connector;

/// What the hello connector is called, as a name and as a type.
const NAME: &str = "hello";
const TYPE: &str = "Hello";

/// A connector's name that may be a package's in every language: as a manifest's, a letter first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let letter_first = text.starts_with(|c: char| c.is_ascii_lowercase());
        let ends_well = !text.ends_with('-') && !text.contains("--");
        (letter_first && ends_well && connector::is_name(text)).then(|| Self(text.into()))
    }

    /// A path of the hello connector, in this one's name.
    pub(super) fn put_into_path(&self, path: &str) -> PathBuf {
        path.replace(NAME, &self.0).into()
    }

    /// A text of the hello connector, in this one's name: as it is where it stands in quotes, or
    /// anywhere in a text that is no program; as an identifier elsewhere.
    pub(super) fn put_into(&self, text: &str, is_program: bool) -> String {
        let mut named = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(NAME).into_iter().chain(rest.find(TYPE)).min() {
            let (before, found) = rest.split_at(at);
            let (word, after) = found.split_at(NAME.len());
            named.push_str(before);
            let form = self.form(word, named.chars().last(), after.chars().next(), is_program);
            named.push_str(form.as_deref().unwrap_or(word));
            rest = after;
        }
        named + rest
    }

    /// What stands for a word between its neighbours; none where it is part of a longer one.
    fn form(
        &self,
        word: &str,
        before: Option<char>,
        after: Option<char>,
        is_program: bool,
    ) -> Option<String> {
        let is_type = word == TYPE;
        let goes_on = |c: char| c.is_alphanumeric() && !(is_type && c.is_uppercase());
        if before.is_some_and(char::is_alphanumeric) || after.is_some_and(goes_on) {
            return None;
        }
        let is_quoted = before.is_some_and(|c| "\"'`".contains(c));
        let is_joined = before == Some('_') || after == Some('_');
        Some(match (is_type, is_joined || (is_program && !is_quoted)) {
            (true, _) => self.type_name(),
            (false, true) => self.identifier(),
            (false, false) => self.0.clone(),
        })
    }

    /// As `MyEhr`.
    fn type_name(&self) -> String {
        let parts = self.0.split('-').map(|part| {
            let (first, rest) = part.split_at(part.len().min(1));
            first.to_ascii_uppercase() + rest
        });
        parts.collect()
    }

    /// As `my_ehr`.
    fn identifier(&self) -> String {
        self.0.replace('-', "_")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn names_that_fit_every_language_are_taken() {
        for (text, fits) in [
            ("epic", true),
            ("my-ehr", true),
            ("ehr2", true),
            ("", false),
            ("My-EHR", false),
            ("2ehr", false),
            ("-ehr", false),
            ("ehr-", false),
            ("my--ehr", false),
            ("my ehr", false),
            ("../ehr", false),
        ] {
            assert_eq!(Name::parse(text).is_some(), fits, "{text}");
        }
        assert_eq!(Name::parse(&"a".repeat(65)), None);
    }

    #[test]
    fn files_are_named_as_the_connector_is() {
        let name = Name::parse("my-ehr").unwrap();
        assert_eq!(name.put_into_path("tests/hello_test.c"), PathBuf::from("tests/my-ehr_test.c"));
    }

    #[test]
    fn the_name_is_put_where_it_fits() {
        let name = Name::parse("my-ehr").unwrap();
        for (text, is_program, expected) in [
            ("name = \"hello\"", false, "name = \"my-ehr\""),
            ("module hello\n", false, "module my-ehr\n"),
            ("describe(\"hello\")", true, "describe(\"my-ehr\")"),
            ("use hello::Hello;", true, "use my_ehr::MyEhr;"),
            ("export!(Hello);", true, "export!(MyEhr);"),
            ("def test_hello(): HelloTest()", true, "def test_my_ehr(): MyEhrTest()"),
            ("Hellos, othello, SayHello", true, "Hellos, othello, SayHello"),
            ("hello hello", false, "my-ehr my-ehr"),
        ] {
            assert_eq!(name.put_into(text, is_program), expected);
        }
    }
}
