//! What a registry's 401 asks for (RFC 9110, 11; and the token flow of the distribution project).

/// How to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// With name and password at every request.
    Basic,
    /// With a token, which another address gives.
    Bearer {
        /// Where tokens come from.
        realm: String,
        /// What the token is for, as that address calls it.
        service: Option<String>,
    },
}

/// The first challenge that we can answer, of all `www-authenticate` headers. The scope that it
/// asks for is not read: we know what we came for, and ask for no more.
pub(super) fn read<'h>(headers: impl Iterator<Item = &'h str>) -> Option<Challenge> {
    headers.filter_map(read_one).next()
}

fn read_one(header: &str) -> Option<Challenge> {
    let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => Some(Challenge::Basic),
        "bearer" => {
            let parameters = parameters(rest);
            let value = |name: &str| {
                let of = |(key, _): &&(String, String)| key == name;
                parameters.iter().find(of).map(|(_, value)| value.clone())
            };
            Some(Challenge::Bearer { realm: value("realm")?, service: value("service") })
        }
        _ => None,
    }
}

/// `name="value"` or `name=value`, with commas between them.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        let name = name.trim_matches([',', ' ', '\t']).to_ascii_lowercase();
        found.push((name, value.trim().to_owned()));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_we_know_is_taken() {
        let bearer = |realm: &str, service: Option<&str>| {
            Some(Challenge::Bearer { realm: realm.into(), service: service.map(Into::into) })
        };
        for (headers, expected) in [
            (&["Basic realm=\"Registry\""][..], Some(Challenge::Basic)),
            (&["basic"], Some(Challenge::Basic)),
            (
                &["Bearer realm=\"https://a.example/token\",service=\"r\",scope=\"x:y:pull,push\""],
                bearer("https://a.example/token", Some("r")),
            ),
            (
                &["BEARER service=r, realm=https://a.example"],
                bearer("https://a.example", Some("r")),
            ),
            (&["Negotiate", "Bearer realm=\"a\""], bearer("a", None)),
            (&["Bearer service=\"r\""], None),
            (&["Bearer realm=\"a"], bearer("a", None)),
            (&["Digest realm=\"a\""], None),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(read(headers.iter().copied()), expected, "{headers:?}");
        }
    }
}
