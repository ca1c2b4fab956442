//! Orders, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::test::Harness;
use serde_json::json;

#[test]
fn tells_the_events_of_an_order_apart() {
    let recorded = include_str!("../exchanges/order-life.json");
    let related = include_str!("../exchanges/related.json");
    let harness = Harness::<FhirR4>::new("orders").exchanges(related).unwrap();
    let mut harness = harness.exchanges(recorded).unwrap();

    let poll = harness.poll().unwrap();
    assert_eq!(poll.events(), []);
    assert_eq!(poll.skipped[0].1.reason, "a draft, a proposal or a plan is none yet");

    let poll = harness.poll().unwrap();
    assert_eq!(poll.events(), [("80", "Order.New")]);
    let told = &poll.notifications[0].payload;
    assert_eq!(told["Visit"]["VisitNumber"], "V-50");
    assert_eq!(told["Order"]["Priority"], "stat");
    let procedure = json!({
        "Code": "24323-8", "Codeset": "LOINC", "Description": "Comprehensive metabolic panel",
    });
    assert_eq!(told["Order"]["Procedure"], procedure);
    assert_eq!(told["Order"]["Diagnoses"][0]["Code"], "I10");
    assert_eq!(told["Order"]["Provider"]["IDType"], "NPI");

    assert_eq!(harness.poll().unwrap().events(), [("80", "Order.Update")]);
    assert_eq!(harness.poll().unwrap().events(), [("80", "Order.Cancel")]);
}
