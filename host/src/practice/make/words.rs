//! The words that synthetic records are made of. Towns and states are invented.

pub(super) const FEMALE: &[&str] = &[
    "Adela", "Briony", "Corinna", "Delphine", "Esme", "Fenella", "Greta", "Hester", "Imelda",
    "Jocasta", "Karin", "Leonie", "Maribel", "Nerys", "Ottilie", "Petra", "Rosalind", "Sunniva",
];
pub(super) const MALE: &[&str] = &[
    "Ansel", "Barnaby", "Caspian", "Dorian", "Emeric", "Florian", "Gideon", "Hollis", "Ignatius",
    "Jasper", "Kester", "Lorcan", "Magnus", "Niall", "Osric", "Piers", "Rufus", "Tobias",
];
pub(super) const FAMILY: &[&str] = &[
    "Applewhite",
    "Birdsong",
    "Candlewick",
    "Dapplemere",
    "Elderfield",
    "Fairweather",
    "Goldthorpe",
    "Hazelgrove",
    "Ivybridge",
    "Juniper",
    "Kettleborough",
    "Larkspur",
    "Mossgrove",
    "Nightingale",
    "Oakhanger",
    "Pennyfeather",
    "Quillfeather",
    "Rowanberry",
    "Silverlake",
    "Thistlewood",
    "Underhill",
    "Velvetine",
    "Willowbrook",
    "Yarrowstone",
];
pub(super) const STREETS: &[&str] = &[
    "Acorn Lane",
    "Bramble Way",
    "Clover Street",
    "Dandelion Court",
    "Elm Crescent",
    "Foxglove Road",
    "Gorse Hill",
    "Heather Walk",
    "Iris Gardens",
    "Juniper Row",
];
pub(super) const TOWNS: &[&str] =
    &["Fernvale", "Northmere", "Eastwick Falls", "Saltmarsh", "Highcombe", "Winterbourne Bay"];
/// Codes that ISO 3166 leaves to its users: no state has them.
pub(super) const STATES: &[&str] = &["XA", "XB", "XC"];
pub(super) const ROOMS: &[&str] = &["Room 1", "Room 2", "Room 3", "Room 4", "Room 5", "Room 6"];
pub(super) const DEPARTMENTS: &[&str] =
    &["Family Medicine", "Cardiology", "Dermatology", "Imaging"];
pub(super) const REASONS: &[&str] = &[
    "Annual check-up",
    "Blood pressure follow-up",
    "Sore throat",
    "Knee pain",
    "Skin check",
    "Vaccination",
    "Medication review",
    "Results discussion",
];
pub(super) const CANCEL_REASONS: &[(&str, &str)] =
    &[("pat", "Patient"), ("prov", "Provider"), ("oth-weath", "Weather")];
pub(super) const REMARKS: &[&str] = &[
    "Please come fasting",
    "Bring earlier results",
    "Interpreter requested",
    "Wheelchair access",
    "Call before the visit",
    "Parking behind the house",
];
/// LOINC code, name, unit, lowest and highest usual value.
pub(super) const TESTS: &[(&str, &str, &str, u64, u64)] = &[
    ("2345-7", "Glucose", "mg/dL", 70, 99),
    ("718-7", "Hemoglobin", "g/dL", 12, 17),
    ("2160-0", "Creatinine", "umol/L", 50, 110),
    ("2823-3", "Potassium", "mmol/L", 3, 5),
];
