//! Thousands of servers of all ways, each with a life of its own: nothing is lost at any, a quiet
//! one is asked once a poll, and what cannot be read whole is said.

use rounds_sdk::Failure;

use crate::server::{Clock, Last, Links, Named, Numbers, Order, Server, Total, Ways};

/// So many servers are tried; `ROUNDS_WORLDS=500-900` names others.
const WORLDS: u64 = 400;

fn ways(numbers: &mut Numbers) -> Ways {
    let order = [Order::ByTime, Order::ByTime, Order::ById, Order::NewestFirst, Order::Scattered];
    let links = [Links::Offset, Links::Offset, Links::Snapshot, Links::None];
    let mut ways = Ways {
        order: numbers.of(&order),
        total: numbers.of(&[Total::Right, Total::Right, Total::Unsaid, Total::OfAll]),
        links: numbers.of(&links),
        last: Last::Nowhere,
        named: numbers.of(&[Named::Configured, Named::BySelf, Named::ByRecords, Named::Unsaid]),
        clock: numbers.of(&[Clock::Date, Clock::Date, Clock::Bundle, Clock::Unsaid]),
        times: true,
        seconds: numbers.one_in(3),
        minutes: false,
        cap: numbers.of(&[2, 5, 10, 1_000, 1_000]),
        whole: numbers.one_in(5),
        bounds: !numbers.one_in(12),
        behind: numbers.of(&[0, 0, 1_500, -2_500, 5 * 60_000]),
        strict: numbers.one_in(8),
    };
    // Nobody can tell that a short page without a count and a link is not all.
    if ways.links == Links::None && ways.total != Total::Right {
        ways.cap = 1_000;
    }
    ways
}

/// Whether all can be read of a server: where it leads nowhere, what fits a page, as more of one
/// time may be made than that.
fn can_be_read(ways: &Ways) -> bool {
    ways.links != Links::None && ways.named != Named::Unsaid || ways.cap >= 1_000
}

/// One step of a server's life.
fn live(server: &mut Server, numbers: &mut Numbers) {
    match numbers.below(10) {
        0 => server.delete(numbers.below(40)),
        1 => {
            // A transaction: many of one time.
            let first = numbers.below(60);
            (first..first + 1 + numbers.below(12)).for_each(|id| server.change(id));
        }
        _ => server.change(numbers.below(60)),
    }
}

#[test]
fn times_to_the_minute_hide_nothing() {
    for seed in 0..worlds().end / 2 {
        let mut numbers = Numbers(seed * 15_485_863 + 1);
        let ways = Ways { minutes: true, named: Named::Configured, ..ways(&mut numbers) };
        let ways = Ways { links: Links::Offset, ..ways };
        let mut server = Server::new(ways, numbers.of(&[2, 3, 5, 10, 100]) as usize);
        let ended = life(&mut server, &mut numbers);
        let told = format!("seed {seed}: {ways:?}\n{:#?}", server.last_requests());
        assert_eq!(
            (server.missed(), ended.map_err(|it| it.to_string())),
            (vec![], Ok(())),
            "{told}"
        );
        let is_said = server.notices.iter().any(|it| it.contains("times to the minute"));
        assert!(is_said || server.seen.is_empty(), "{told}");
    }
}

#[test]
fn a_last_page_that_leads_on_all_the_same_ends_what_it_counts() {
    for seed in 0..worlds().end / 2 {
        let mut numbers = Numbers(seed * 104_729 + 1);
        let last = numbers.of(&[Last::Itself, Last::First, Last::Away, Last::On]);
        let links = numbers.of(&[Links::Offset, Links::Snapshot]);
        let named = Named::Configured;
        let ways = Ways { last, links, named, total: Total::Right, ..ways(&mut numbers) };
        let mut server = Server::new(ways, numbers.of(&[2, 3, 5, 10, 100]) as usize);
        let ended = life(&mut server, &mut numbers);
        let told = format!("seed {seed}: {ways:?}\n{:#?}", server.last_requests());
        assert_eq!(
            (server.missed(), ended.map_err(|it| it.to_string())),
            (vec![], Ok(())),
            "{told}"
        );
    }
}

#[test]
fn a_last_page_that_leads_on_without_a_count_is_told_and_then_said() {
    for (last, says) in [(Last::Itself, "leads to its own page"), (Last::First, "lead nowhere")] {
        let ways =
            Ways { last, order: Order::ById, total: Total::Unsaid, cap: 10, ..Ways::default() };
        let mut server = Server::new(ways, 10);
        (0..25).for_each(|id| server.change(id));
        let mut said = Vec::new();
        for _ in 0..4 {
            server.now += 90_000;
            said.extend(server.poll(|server| server.now += 5).err());
        }
        assert_eq!(server.missed(), [], "{last:?}");
        assert!(said.iter().any(|it| it.to_string().contains(says)), "{last:?}: {said:?}");
    }
}

fn pass_time(server: &mut Server, numbers: &mut Numbers) {
    server.now += i64::from(numbers.of(&[0, 1, 7, 90, 400, 1_100]));
}

#[test]
fn nothing_is_lost_of_any_server() {
    for seed in worlds() {
        let mut numbers = Numbers(seed * 7_919 + 1);
        let ways = ways(&mut numbers);
        let mut server = Server::new(ways, numbers.of(&[2, 3, 5, 10, 100]) as usize);
        if numbers.one_in(3) {
            server.since -= 3_600_000;
        }
        // What was there before.
        for id in 0..numbers.below(30) {
            server.change_at(id, 30_000_000 + i64::from(numbers.below(5_999_000)) - ways.behind);
        }
        let end = life(&mut server, &mut numbers);
        let told = |what: &str| {
            let requests = server.last_requests();
            format!("seed {seed}: {what}\n{ways:?}, {}\n{requests:#?}", server.page_size)
        };
        match end {
            Ok(()) => assert_eq!(server.missed(), [], "{}", told("lost")),
            Err(Failure::UnexpectedResponse(says)) => {
                assert!(!can_be_read(&ways), "{}", told(&says));
                let is_said = says.contains("of one search") || says.contains("leads to");
                assert!(is_said, "{}", told(&says));
                continue;
            }
            Err(failure) => panic!("{}", told(&failure.to_string())),
        }
        let is_known_to_rest = ways.bounds && ways.clock != Clock::Unsaid;
        for _ in 0..2 {
            let before = server.cursor.clone();
            server.now += 90_000;
            let requests = server.poll(|_| {}).unwrap();
            let told = format!(
                "seed {seed}: {requests} when idle\n{ways:?}\n{:#?}",
                server.last_requests()
            );
            if is_known_to_rest {
                assert_eq!((requests, &server.cursor), (1, &before), "{told}");
            }
        }
    }
}

fn worlds() -> std::ops::Range<u64> {
    let named = std::env::var("ROUNDS_WORLDS").unwrap_or_else(|_| format!("0-{WORLDS}"));
    let (first, last) = named.split_once('-').unwrap();
    first.parse().unwrap()..last.parse().unwrap()
}

/// Three polls while things change, and some when all is quiet; as far as it can be read.
fn life(server: &mut Server, numbers: &mut Numbers) -> Result<(), Failure> {
    for _ in 0..3 {
        let mut left = numbers.below(25);
        for _ in 0..numbers.below(40) {
            live(server, numbers);
            pass_time(server, numbers);
        }
        let ended = server.poll(|server| {
            pass_time(server, numbers);
            if left > 0 && numbers.one_in(2) {
                left -= 1;
                live(server, numbers);
            }
        });
        drop(ended);
        pass_time(server, numbers);
    }
    let mut ended = Ok(0);
    for _ in 0..4 {
        server.now += 90_000;
        ended = server.poll(|server| server.now += 5);
    }
    ended.map(drop)
}
