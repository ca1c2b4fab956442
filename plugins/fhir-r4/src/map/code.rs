//! Codes, and the names of code systems.

use rounds_sdk::model::Code;

use crate::fhir::{CodeableConcept, Coding, own};

/// What a concept says in words: its own, else those of its first code, else that code.
pub(crate) fn words(concept: &CodeableConcept) -> Option<String> {
    let concept = itself(concept);
    let coding = concept.coding.first();
    let text = concept.text.as_ref();
    let text = text.or_else(|| coding?.display.as_ref()).or_else(|| coding?.code.as_ref());
    own(text)
}

/// The concept of what R5 has as a concept or a reference.
fn itself<'c, 'a>(concept: &'c CodeableConcept<'a>) -> &'c CodeableConcept<'a> {
    concept.concept.first().unwrap_or(concept)
}

/// A concept's first code, with its words.
pub(crate) fn code(concept: &CodeableConcept) -> Code {
    let concept = itself(concept);
    let coding = concept.coding.first();
    Code {
        code: own(coding.and_then(|coding| coding.code.as_ref())),
        codeset: coding.and_then(codeset),
        description: words(concept),
    }
}

/// The name of a coding's system: that which teams know, else its URI.
pub(crate) fn codeset(coding: &Coding) -> Option<String> {
    let system = coding.system.as_deref()?;
    let name = match system {
        "http://loinc.org" => "LOINC",
        "http://snomed.info/sct" => "SNOMED CT",
        "http://hl7.org/fhir/sid/icd-10" | "http://hl7.org/fhir/sid/icd-10-cm" => "ICD-10",
        "http://www.ama-assn.org/go/cpt" => "CPT",
        "http://www.nlm.nih.gov/research/umls/rxnorm" => "RxNorm",
        other => other,
    };
    Some(name.to_owned())
}

/// Whether any of a concept's codes is this one.
pub(crate) fn has(concept: &CodeableConcept, code: &str) -> bool {
    itself(concept).coding.iter().any(|coding| coding.code.as_deref() == Some(code))
}
