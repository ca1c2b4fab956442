//! Names, telephone numbers, e-mail and postal addresses.

use rounds_sdk::model::{Address, PhoneNumber};

use crate::fhir::{self, ContactPoint, HumanName, Text, own};

/// The name that a person goes by: the official one, else the usual one, else any but an old.
pub(crate) fn name<'n, 'a>(names: &'n [HumanName<'a>]) -> Option<&'n HumanName<'a>> {
    let by_use = |usage: &str| names.iter().find(|name| name.usage.as_deref() == Some(usage));
    let current = || names.iter().find(|name| name.usage.as_deref() != Some("old"));
    by_use("official").or_else(|| by_use("usual")).or_else(current)
}

/// Texts as one, separated so; `None` where there are none.
pub(crate) fn join(texts: &[Text], separator: &str) -> Option<String> {
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    (!texts.is_empty()).then(|| texts.join(separator))
}

/// The first telephone number of each kind. A number without a use is taken for one at home.
pub(crate) fn phones(points: &[ContactPoint]) -> PhoneNumber {
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

/// All e-mail addresses.
pub(crate) fn emails(points: &[ContactPoint]) -> Vec<String> {
    let emails = points.iter().filter(|point| point.system.as_deref() == Some("email"));
    emails.filter_map(|email| own(email.value.as_ref())).collect()
}

/// The address to write to: that at home, else any but an old one.
pub(crate) fn address(addresses: &[fhir::Address]) -> Address {
    let by_use = |usage| addresses.iter().find(|known| known.usage.as_deref() == Some(usage));
    let current = || addresses.iter().find(|known| known.usage.as_deref() != Some("old"));
    let Some(address) = by_use("home").or_else(current) else { return Address::default() };
    Address {
        street_address: join(&address.line, ", "),
        city: own(address.city.as_ref()),
        state: own(address.state.as_ref()),
        zip: own(address.postal_code.as_ref()),
        county: own(address.district.as_ref()),
        country: own(address.country.as_ref()),
    }
}
