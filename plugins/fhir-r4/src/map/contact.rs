//! Names, telephone numbers, e-mail and postal addresses.

use rounds_sdk::model::{Address, PhoneNumber};

use crate::{
    current::{Lasting, holding},
    fhir::{self, ContactPoint, HumanName, Text, own},
};

/// The name that a person goes by now: the official one, else the usual one, else any. Where none
/// holds now, any but an old.
pub(crate) fn name<'n, 'a>(names: &'n [HumanName<'a>], now: &str) -> Option<&'n HumanName<'a>> {
    chosen(names, &["official", "usual"], now)
}

/// Of those that hold now the first with one of these uses, else any but a maiden name.
fn chosen<'l, T: Lasting>(all: &'l [T], usages: &[&str], now: &str) -> Option<&'l T> {
    let current = holding(all, now);
    let by_use = |usage: &&str| current.iter().find(|one| one.usage() == Some(usage)).copied();
    let is_maiden = |one: &&&T| one.usage() == Some("maiden");
    let any = || current.iter().find(|one| !is_maiden(one)).or(current.first()).copied();
    let ended = || all.iter().find(|one| one.usage() != Some("old"));
    usages.iter().find_map(by_use).or_else(any).or_else(ended)
}

/// Texts as one, separated so; `None` where there are none.
pub(crate) fn join(texts: &[Text], separator: &str) -> Option<String> {
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    (!texts.is_empty()).then(|| texts.join(separator))
}

/// The first telephone number of each kind that holds now. A number without a use is taken for one at home.
pub(crate) fn phones(points: &[ContactPoint], now: &str) -> PhoneNumber {
    let points = holding(points, now);
    let first = |usages: &[Option<&str>]| {
        let mut phones = points.iter().filter(|point| point.system.as_deref() == Some("phone"));
        own(phones.find(|phone| usages.contains(&phone.usage.as_deref()))?.value.as_ref())
    };
    PhoneNumber {
        home: first(&[Some("home"), None]),
        office: first(&[Some("work")]),
        mobile: first(&[Some("mobile")]),
    }
}

/// All e-mail addresses that hold now.
pub(crate) fn emails(points: &[ContactPoint], now: &str) -> Vec<String> {
    let emails =
        holding(points, now).into_iter().filter(|point| point.system.as_deref() == Some("email"));
    emails.filter_map(|email| own(email.value.as_ref())).collect()
}

/// The address to write to now: that at home, else any. Where none holds now, any but an old one.
pub(crate) fn address(addresses: &[fhir::Address], now: &str) -> Address {
    let Some(address) = chosen(addresses, &["home"], now) else { return Address::default() };
    Address {
        street_address: join(&address.line, ", "),
        city: own(address.city.as_ref()),
        state: own(address.state.as_ref()),
        zip: own(address.postal_code.as_ref()),
        county: own(address.district.as_ref()),
        country: own(address.country.as_ref()),
    }
}
