//! What a search must survive, each by itself; `worlds` mixes all of it.

use fhir_r4::FhirR4;
use rounds_sdk::{Connector, Context, Failure, Response};
use serde_json::json;

use crate::server::{Clock, Links, Order, Server, Total, Ways, failure};

fn nothing(_: &mut Server) {}

/// A server with records made a second apart, the first at the beginning.
fn server(ways: Ways, page_size: usize, records: u32) -> Server {
    let mut server = Server::new(ways, page_size);
    for id in 0..records {
        server.now += 1_000;
        server.change(id);
    }
    server.now += 90_000;
    server
}

#[test]
fn an_idle_poll_is_one_request_with_an_empty_answer() {
    for (seconds, since) in [(false, "2026-01-01T10:00:03.001Z"), (true, "2026-01-01T10:00:04Z")] {
        let mut server = server(Ways { seconds, ..Ways::default() }, 100, 3);
        assert_eq!(server.poll(nothing), Ok(1));
        assert_eq!(server.cursor.clone().unwrap(), format!(r#"{{"since":"{since}"}}"#));
        for _ in 0..3 {
            let before = server.cursor.clone();
            server.now += 60_000;
            assert_eq!(server.poll(nothing), Ok(1));
            assert_eq!(server.cursor, before);
        }
    }
}

#[test]
fn a_time_that_may_gain_siblings_is_asked_for_again() {
    let mut server = Server::new(Ways { seconds: true, ..Ways::default() }, 100);
    server.now += 100;
    server.change(1);
    server.poll(nothing).unwrap();
    server.now += 100;
    server.change(2);
    server.now += 60_000;
    server.poll(nothing).unwrap();
    assert_eq!(server.missed(), []);
}

#[test]
fn many_records_of_one_second_are_read_once_and_not_at_each_poll() {
    let mut server = Server::new(Ways { seconds: true, ..Ways::default() }, 100);
    (0..350).for_each(|id| server.change(id));
    server.now += 60_000;
    let requests = server.poll(nothing).unwrap();
    assert!(requests <= 3, "{requests}");
    assert_eq!(server.missed(), []);
    server.now += 60_000;
    assert_eq!(server.poll(nothing), Ok(1));
}

#[test]
fn a_pass_over_a_server_that_sorts_reads_each_page_once() {
    let mut server = server(Ways { total: Total::Unsaid, ..Ways::default() }, 10, 200);
    let requests = server.poll(nothing).unwrap();
    // Each page shows the last record of the page before, and one page proves the order.
    assert!(requests <= 25, "{requests}");
    assert_eq!(server.missed(), []);
}

#[test]
fn a_full_page_without_a_link_is_not_all() {
    // What sorts is asked on by time, and of a transaction a larger page is asked for.
    let ways = Ways { links: Links::None, ..Ways::default() };
    let mut sorts = server(ways, 10, 35);
    sorts.poll(nothing).unwrap();
    assert_eq!(sorts.missed(), []);
    let mut transaction = Server::new(ways, 10);
    (0..100).for_each(|id| transaction.change(id));
    transaction.now += 60_000;
    transaction.poll(nothing).unwrap();
    assert_eq!(transaction.missed(), []);
    // What neither sorts nor shows more is an error, and what it showed is told.
    let mut hides = server(Ways { order: Order::ById, cap: 10, ..ways }, 100, 35);
    let failure = hides.poll(nothing).unwrap_err().to_string();
    assert!(failure.contains("10 records of 35 of one search are shown"), "{failure}");
    assert!((1..=25).contains(&hides.missed().len()), "{:?}", hides.missed());
    let again = hides.poll(nothing).unwrap_err().to_string();
    assert_eq!(failure, again);
}

#[test]
fn thousands_of_one_time_are_one_pass() {
    for total in [Total::Right, Total::Unsaid] {
        let mut server = Server::new(Ways { total, cap: 200, ..Ways::default() }, 10);
        (0..2_000).for_each(|id| server.change(id));
        for id in 2_000..2_020 {
            server.now += 1_000;
            server.change(id);
        }
        server.now += 60_000;
        server.poll(nothing).unwrap();
        assert_eq!(server.missed(), [], "{total:?}");
        server.now += 60_000;
        assert_eq!(server.poll(nothing), Ok(1), "{total:?}");
    }
}

#[test]
fn pages_that_never_settle_do_not_move_the_cursor() {
    let ways = Ways { order: Order::ById, total: Total::Unsaid, ..Ways::default() };
    let mut server = server(ways, 10, 200);
    server.now += 3_600_000;
    let before = server.poll(|server| {
        server.now += 1_000;
        let first = server.records[0].id;
        server.delete(first);
    });
    assert!(before.unwrap() <= 40);
    assert!(server.cursor.clone().unwrap().contains("10:00:00"), "{:?}", server.cursor);
    assert!(server.notices.iter().any(|notice| notice.contains("moved")), "{:?}", server.notices);
    server.poll(nothing).unwrap();
    assert_eq!(server.missed(), []);
}

#[test]
fn a_clock_behind_the_hosts_hides_no_change_and_makes_no_history_new() {
    for clock in [Clock::Date, Clock::Bundle, Clock::Unsaid] {
        let mut server = Server::new(Ways { behind: 300_000, clock, ..Ways::default() }, 100);
        server.change_at(1, server.now - 2 * 3_600_000);
        server.poll(nothing).unwrap();
        server.now += 10_000;
        server.change(2);
        server.poll(nothing).unwrap();
        assert_eq!(server.missed(), [], "{clock:?}");
        assert!(!server.seen.contains(&(1, 1)));
    }
}

#[test]
fn a_clock_that_is_years_off_is_not_gone_by() {
    let context = Server::new(Ways::default(), 100).context();
    let mut answer = Response::new(200, r#"{"resourceType":"Bundle"}"#);
    answer.headers.push(("date".into(), "Thu, 01 Jan 1970 00:00:00 GMT".into()));
    let page = FhirR4::changes(&context, None, &answer).unwrap();
    assert_eq!(page.cursor, r#"{"since":"2026-01-01T09:00:00Z"}"#);
    assert!(page.notices[0].contains("more than a day"), "{:?}", page.notices);
}

#[test]
fn what_is_older_than_asked_for_is_not_told_and_said() {
    let mut server = server(Ways { bounds: false, ..Ways::default() }, 100, 3);
    server.change_at(9, 1_000);
    server.poll(nothing).unwrap();
    assert_eq!(server.missed(), []);
    assert!(!server.seen.contains(&(9, 1)));
    assert!(server.notices.iter().any(|it| it.contains("does not mind")), "{:?}", server.notices);
}

#[test]
fn a_time_in_the_future_does_not_blind_the_search() {
    for order in [Order::ByTime, Order::NewestFirst, Order::ById] {
        let mut server = server(Ways { order, ..Ways::default() }, 2, 6);
        server.change_at(99, 20 * 86_400_000);
        server.poll(nothing).unwrap();
        server.change(7);
        server.now += 70_000;
        server.poll(nothing).unwrap();
        server.poll(nothing).unwrap();
        assert_eq!(server.missed(), [], "{order:?}");
        assert!(server.seen.contains(&(99, 1)), "{order:?}");
    }
}

#[test]
fn a_listing_reads_everything_and_ends() {
    for order in [Order::ByTime, Order::ById] {
        let mut server = server(Ways { order, ..Ways::default() }, 5, 23);
        server.change_at(99, 1_000);
        server.listing = true;
        server.poll(|server| server.now += 10).unwrap();
        assert_eq!(server.missed(), [], "{order:?}");
        assert!(!server.requests[0].contains("_lastUpdated=ge"), "{}", server.requests[0]);
    }
}

#[test]
fn a_listing_that_moves_is_not_whole() {
    let ways = Ways { order: Order::Scattered, cap: 4, ..Ways::default() };
    let mut server = server(ways, 5, 60);
    server.listing = true;
    let ended = server.poll(|server| {
        let first = server.records[0].id;
        server.delete(first);
    });
    assert_eq!(ended, Err(Failure::CursorLost("the listing moved while it was read".into())));
}

#[test]
fn a_round_begins_again_where_its_next_page_is_gone() {
    let mut server = server(Ways { order: Order::ById, cap: 2, ..Ways::default() }, 3, 4);
    // Out of order from the first page on.
    server.change(0);
    server.page().unwrap();
    assert!(server.cursor.clone().unwrap().contains("_page="));
    let (context, gone) = (server.context(), Response::new(410, ""));
    let page = FhirR4::changes(&context, server.cursor.as_deref(), &gone).unwrap();
    assert!(page.more && !page.cursor.contains("_page="), "{}", page.cursor);
    server.cursor = Some(page.cursor);
    server.poll(nothing).unwrap();
    assert_eq!(server.missed(), []);
}

#[test]
fn where_each_next_page_is_gone_larger_ones_are_asked_for_and_then_it_is_an_error() {
    let ways = Ways { order: Order::ById, links: Links::Gone, ..Ways::default() };
    let mut shows_more = server(ways, 10, 35);
    shows_more.poll(nothing).unwrap();
    assert_eq!(shows_more.missed(), []);
    let mut capped = server(Ways { cap: 10, ..ways }, 10, 35);
    for _ in 0..2 {
        let failure = capped.poll(nothing).unwrap_err().to_string();
        assert!(failure.contains("next links lead nowhere"), "{failure}");
        assert_eq!(capped.missed().len(), 25);
        capped.now += 120_000;
    }
    // It does not stay where it was led.
    capped.ways.links = Links::Offset;
    capped.poll(nothing).unwrap();
    assert_eq!(capped.missed(), []);
}

#[test]
fn links_that_lead_on_and_on_are_an_error_and_the_next_poll_begins_anew() {
    let (order, total) = (Order::ById, Total::Unsaid);
    let ways = Ways { order, total, links: Links::Endless, cap: 10, ..Ways::default() };
    let mut endless = server(ways, 10, 35);
    for _ in 0..2 {
        let failure = endless.poll(nothing).unwrap_err().to_string();
        assert!(failure.contains("next links lead nowhere"), "{failure}");
        assert_eq!(endless.missed(), []);
        endless.change(7);
        endless.now += 120_000;
    }
}

#[test]
fn an_id_that_is_none_is_one_dead_letter_and_the_others_go_on() {
    let long = "y".repeat(1_100);
    let record = |id: &str, patient: &str| {
        let reference = json!({ "reference": format!("Patient/{patient}") });
        json!({ "resource": { "resourceType": "Appointment", "id": id, "status": "booked",
            "participant": [{ "actor": reference, "status": "accepted" }] } })
    };
    let entries = [record("1", "p"), record("", "p"), record(&long, "p"), record("2", &long)];
    let bundle = json!({ "resourceType": "Bundle", "entry": entries, "total": 4 });
    let server = server(Ways::default(), 10, 0);
    let answer = Response::new(200, bundle.to_string());
    let page = FhirR4::changes(&server.context(), None, &answer).unwrap();
    let ids: Vec<_> = page.changes.iter().map(|it| (&*it.id, it.key.as_deref())).collect();
    assert_eq!(ids, [("1", Some("Patient/p")), ("2", Some("Appointment/2"))]);
    assert_eq!(page.unreadable.len(), 2);
}

#[test]
fn a_count_that_is_a_little_too_high_hides_nothing() {
    let ways = Ways { total: Total::OneMore, ..Ways::default() };
    let mut timed = server(ways, 10, 35);
    timed.poll(nothing).unwrap();
    assert_eq!(timed.missed(), []);
    assert!(timed.notices.iter().any(|it| it.contains("counts")), "{:?}", timed.notices);
    // Without times nobody can ask what is beyond: what is shown is told, and then it is an error.
    let mut timeless = server(Ways { times: false, ..ways }, 10, 35);
    let failure = timeless.poll(nothing).unwrap_err().to_string();
    assert!(failure.contains("35 records of 36 of one search are shown"), "{failure}");
    assert_eq!(timeless.missed(), []);
}

#[test]
fn what_changes_once_the_servers_clock_was_put_back_is_told() {
    let mut server = server(Ways::default(), 10, 35);
    server.poll(nothing).unwrap();
    server.ways.behind = 3_600_000;
    server.now += 60_000;
    server.change(7);
    server.poll(nothing).unwrap();
    assert_eq!(server.missed(), []);
    assert!(server.notices.iter().any(|it| it.contains("put back")), "{:?}", server.notices);
    // What it wrote before is of the future now.
    server.now += 60_000;
    assert!(server.poll(nothing).unwrap() <= 6);
    // Machines of one server differ by some seconds.
    server.notices.clear();
    server.ways.behind += 30_000;
    server.poll(nothing).unwrap();
    assert!(!server.notices.iter().any(|it| it.contains("put back")), "{:?}", server.notices);
}

#[test]
fn a_cursor_of_another_shape_or_of_the_future_is_lost() {
    let answer = Response::new(200, r#"{"resourceType":"Bundle"}"#);
    for cursor in ["", "7", "{}", r#"{"since":"2026-01-01T00:00:00Z","page":3}"#] {
        let lost = Failure::CursorLost("not a cursor of this connector".into());
        assert_eq!(failure(Some(cursor), &answer), lost);
    }
    let lost = Failure::CursorLost("a cursor of the future".into());
    assert_eq!(failure(Some(r#"{"since":"2027-01-01T00:00:00Z"}"#), &answer), lost);
}

#[test]
fn asks_for_what_is_there_now() {
    let context =
        Context { action: "patients".into(), ..Server::new(Ways::default(), 7).context() };
    let request = FhirR4::poll(&context, None).unwrap();
    let header = |name: &str| request.headers.iter().find(|(it, _)| it == name).map(|it| &*it.1);
    assert_eq!(header("cache-control"), Some("no-cache"));
    assert!(request.target.starts_with("/Patient?_lastUpdated=ge2026-01-01T10:00:00Z&"));
}
