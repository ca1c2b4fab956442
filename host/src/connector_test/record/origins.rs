//! The EHR's names, and what stands for them in a recording.

use url::{Origin, Url};

use crate::connector_test::scenario::BASE_URL;

/// What a second name of the EHR is called, without its scheme.
pub(super) const SECOND: &str = "ehr-1.example";

/// Origins of the EHR with what is written instead, the longest first: one may begin another.
#[derive(Clone)]
pub(super) struct Origins(Vec<(String, String)>);

impl Origins {
    /// Those of a base URL and of what may be asked beside it.
    pub(super) fn of(base_url: &Url, further: &[Origin]) -> Self {
        let mut all = vec![(base_url.origin().ascii_serialization(), BASE_URL.to_owned())];
        for origin in further.iter().map(Origin::ascii_serialization) {
            let scheme = origin.split("://").next().unwrap_or_default();
            let instead = format!("{scheme}://{}", SECOND.replace('1', &all.len().to_string()));
            if all.iter().all(|(known, _)| *known != origin) {
                all.push((origin, instead));
            }
        }
        all.sort_by_key(|(origin, _)| std::cmp::Reverse(origin.len()));
        Self(all)
    }

    /// What is written instead of an origin.
    pub(super) fn instead(&self, origin: &Origin) -> Option<Origin> {
        let origin = origin.ascii_serialization();
        let (_, instead) = self.0.iter().find(|(known, _)| *known == origin)?;
        Some(Url::parse(instead).ok()?.origin())
    }

    /// A text with its origins replaced, and all that stands between by `rest`.
    pub(super) fn replaced(&self, text: &str, rest: &mut dyn FnMut(&str) -> String) -> String {
        replaced(&self.0, text, rest)
    }
}

fn replaced(
    origins: &[(String, String)],
    text: &str,
    rest: &mut dyn FnMut(&str) -> String,
) -> String {
    let Some(((origin, instead), others)) = origins.split_first() else { return rest(text) };
    let parts: Vec<_> = text.split(origin).map(|part| replaced(others, part, rest)).collect();
    parts.join(instead)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_another_and_the_longest_goes_first() {
        let url = |text: &str| Url::parse(text).unwrap();
        let further =
            ["https://north.example:8443", "https://north.example", "https://south.example"];
        let further = further.map(|text| url(text).origin());
        let origins = Origins::of(&url("https://north.example/fhir"), &further);
        let text = "https://north.example:8443/a https://north.example/b https://south.example";
        let told = origins.replaced(text, &mut str::to_owned);
        assert_eq!(told, "https://ehr-1.example/a http://ehr.example/b https://ehr-2.example");
        let second = origins.instead(&url("https://south.example").origin()).unwrap();
        assert_eq!(second.ascii_serialization(), "https://ehr-2.example");
    }
}
