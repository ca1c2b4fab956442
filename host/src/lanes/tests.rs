//! Lines as a table, and beside a model that knows all of them at once.

use super::*;

const A: Lane = Lane(1);
const B: Lane = Lane(2);
const X: Lane = Lane(101);
const Y: Lane = Lane(102);
const Z: Lane = Lane(103);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

fn id(number: u64) -> ContainerId {
    ContainerId(number)
}

fn lines(of: &[(u64, Lane, Lane)]) -> Lanes<u64> {
    let mut lanes = Lanes::default();
    for (number, key, record) in of {
        lanes.push(id(*number), [*key, *record], *number, Kind::New);
    }
    lanes
}

/// All that may go now.
fn all(lanes: &mut Lanes<u64>) -> Vec<u64> {
    std::iter::from_fn(|| lanes.take(usize::MAX)).map(|id| id.0).collect()
}

#[test]
fn one_of_a_line_goes_at_a_time_and_others_beside_it() {
    let mut lanes = lines(&[(1, A, X), (2, A, Y), (3, B, Z)]);
    assert_eq!(all(&mut lanes), [1, 3]);
    assert_eq!(lanes.done(id(1)), Some(1));
    assert_eq!(all(&mut lanes), [2]);
    assert_eq!(lanes.get_mut(id(2)), Some(&mut 2));
    assert_eq!(lanes.len(), 2);
}

#[test]
fn a_record_keeps_its_order_whatever_keys_it_had() {
    // A held slot of nobody, then booked for B, whose other record waits for that.
    let mut lanes = lines(&[(1, A, X), (2, B, X), (3, B, Y)]);
    assert_eq!(all(&mut lanes), [1]);
    lanes.hold(id(1), at(10));
    assert_eq!(all(&mut lanes), [0_u64; 0]);
    assert_eq!(lanes.release(at(10)), None);
    assert_eq!(all(&mut lanes), [1]);
    lanes.done(id(1));
    assert_eq!(all(&mut lanes), [2]);
    lanes.done(id(2));
    assert_eq!(all(&mut lanes), [3]);
}

#[test]
fn the_order_is_that_of_the_numbers_whatever_comes_first() {
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let mut lanes = lines(&order.map(|number| (number, A, Lane(100 + number))));
        let mut went = Vec::new();
        while let [first] = all(&mut lanes)[..] {
            went.push(first);
            lanes.done(id(first));
        }
        assert_eq!(went, [1, 2, 3], "{order:?}");
    }
}

#[test]
fn who_is_out_is_not_overtaken_by_a_smaller_number() {
    let mut lanes = lines(&[(5, A, X)]);
    assert_eq!(all(&mut lanes), [5]);
    lanes.push(id(3), [A, Y], 3, Kind::New);
    lanes.push(id(4), [A, Z], 4, Kind::New);
    assert_eq!(all(&mut lanes), [0_u64; 0]);
    lanes.done(id(5));
    assert_eq!(all(&mut lanes), [3]);
    lanes.done(id(3));
    assert_eq!(all(&mut lanes), [4]);
}

#[test]
fn a_held_one_waits_with_all_behind_it() {
    let mut lanes = lines(&[(1, A, X), (2, A, Y)]);
    assert_eq!(all(&mut lanes), [1]);
    lanes.hold(id(1), at(10));
    lanes.push(id(3), [A, Z], 3, Kind::New);
    assert_eq!(lanes.release(at(9)), Some(at(10)));
    assert_eq!(all(&mut lanes), [0_u64; 0]);
    assert_eq!(lanes.release(at(10)), None);
    assert_eq!(all(&mut lanes), [1]);
}

#[test]
fn one_that_is_freed_waits_no_longer_and_is_held_anew_for_as_long_as_that_says() {
    let mut lanes = lines(&[(1, A, X)]);
    assert_eq!(all(&mut lanes), [1]);
    lanes.hold(id(1), at(10));
    lanes.free(id(1));
    assert_eq!(all(&mut lanes), [1]);
    lanes.hold(id(1), at(20));
    assert_eq!(lanes.release(at(10)), Some(at(20)));
    assert_eq!(all(&mut lanes), [0_u64; 0]);
    assert_eq!(lanes.release(at(20)), None);
    assert_eq!(all(&mut lanes), [1]);
}

#[test]
fn an_emptied_line_starts_anew_and_one_number_waits_once() {
    let mut lanes = lines(&[(1, A, A), (1, A, X)]);
    assert_eq!(all(&mut lanes), [1]);
    lanes.done(id(1));
    assert_eq!(lanes.len(), 0);
    assert!(lanes.lines.is_empty());
    lanes.push(id(2), [A, X], 2, Kind::New);
    assert_eq!(all(&mut lanes), [2]);
}

#[test]
fn those_that_were_tried_get_the_room_that_is_left_and_a_turn_of_some() {
    let of = |number| (number, Lane(number), Lane(1000 + number));
    let mut lanes = lines(&[of(1), of(2), of(3)]);
    assert_eq!(all(&mut lanes), [1, 2, 3]);
    (1..=3).for_each(|number| lanes.again(id(number)));
    lanes.push(id(4), [Lane(4), Lane(1004)], 4, Kind::New);
    let mut take = || lanes.take(2).map(|it| it.0);
    assert_eq!([take(), take(), take(), take()], [Some(4), Some(1), Some(2), None]);
    lanes.done(id(1));
    // However many new ones come, and however many of these fail.
    let mut turns = 0;
    for number in 5_u64.. {
        lanes.push(id(number), [Lane(number), Lane(1000 + number)], number, Kind::New);
        turns += 1;
        if lanes.take(2) == Some(id(3)) {
            break;
        }
    }
    assert!(turns <= TURNS_A_TRIED, "{turns}");
}

#[test]
fn a_probe_takes_another_each_time_new_ones_first() {
    let of = |number| (number, Lane(number), Lane(100 + number));
    let mut lanes = lines(&[of(1), of(2), of(3), of(4)]);
    let mut probed = Vec::new();
    for (random, also_tried) in [(0.5, true), (0.5, false), (0.0, true), (0.0, true), (0.0, false)]
    {
        let Some(it) = lanes.probe(random, also_tried) else { break };
        probed.push(it.0);
        lanes.again(it);
    }
    assert_eq!(probed, [4, 2, 3, 1]);
    let again: Vec<_> = (0..5)
        .filter_map(|_| lanes.probe(0.9, true).inspect(|it| lanes.again(*it)))
        .map(|it| it.0)
        .collect();
    assert_eq!(again, [4, 2, 3, 1, 4]);
}

#[test]
fn what_only_passes_waits_for_those_before_it_alone() {
    let mut lanes = lines(&[(1, A, X)]);
    lanes.push(id(2), [A, Y], 2, Kind::Passing);
    lanes.push(id(3), [B, Z], 3, Kind::Passing);
    assert_eq!((lanes.take_passing(), lanes.take_passing()), (Some(id(3)), None));
    assert_eq!(all(&mut lanes), [1]);
    lanes.done(id(1));
    assert_eq!((lanes.take(9), lanes.take_passing()), (None, Some(id(2))));
}

/// Numbers by chance, the same at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What may go, as it is said: nobody of either of its lines is out, and none that waits there
/// has a smaller number.
#[derive(Default)]
struct Model {
    waiting: Vec<(u64, [Lane; 2])>,
    out: Vec<(u64, [Lane; 2])>,
    held: Vec<u64>,
}

impl Model {
    fn may_go(&self) -> Vec<u64> {
        let meet = |one: &[Lane; 2], other: &[Lane; 2]| one.iter().any(|it| other.contains(it));
        let may = |(number, lanes): &&(u64, [Lane; 2])| {
            let is_before = |it: &&(u64, [Lane; 2])| it.0 < *number && meet(&it.1, lanes);
            let is_free = !self.out.iter().any(|it| meet(&it.1, lanes));
            is_free && !self.held.contains(number) && !self.waiting.iter().any(|it| is_before(&it))
        };
        let mut may: Vec<_> = self.waiting.iter().filter(may).map(|it| it.0).collect();
        may.sort_unstable();
        may
    }

    fn take(&mut self, number: u64) {
        let at = self.waiting.iter().position(|it| it.0 == number).unwrap_or(usize::MAX);
        self.out.push(self.waiting.remove(at));
    }
}

/// Who could be taken, without taking any.
fn ready(lanes: &Lanes<u64>) -> Vec<u64> {
    let is_ready = |it: &(&ContainerId, &Entry<u64>)| it.1.state == State::Ready;
    let mut ready: Vec<_> = lanes.items.iter().filter(is_ready).map(|(id, _)| id.0).collect();
    ready.sort_unstable();
    ready
}

#[test]
fn whatever_happens_the_same_may_go_as_in_the_model() {
    for seed in 0..200 {
        let (mut chance, mut lanes, mut model) = (Chance(seed), Lanes::default(), Model::default());
        let mut numbers: Vec<u64> = (0..60).collect();
        for step in 0..400 {
            match chance.below(6) {
                0 | 1 if !numbers.is_empty() => {
                    // Mostly in their order.
                    let at =
                        if chance.below(4) == 0 { chance.below(numbers.len() as u64) } else { 0 };
                    let number = numbers.remove(at as usize);
                    let both = [Lane(chance.below(5)), Lane(100 + chance.below(8))];
                    lanes.push(id(number), both, number, Kind::New);
                    model.waiting.push((number, both));
                }
                2 | 3 => {
                    let taken = match chance.below(2) {
                        0 => lanes.take(2),
                        _ => lanes.probe(chance.below(10) as f64 / 10.0, true),
                    };
                    if let Some(taken) = taken {
                        assert!(model.may_go().contains(&taken.0), "seed {seed} step {step}");
                        model.take(taken.0);
                    }
                }
                4 if !model.out.is_empty() => {
                    let it = model.out.remove(chance.below(model.out.len() as u64) as usize);
                    match chance.below(3) {
                        0 => {
                            lanes.hold(id(it.0), at(i64::from(step) + 5));
                            model.held.push(it.0);
                            model.waiting.push(it);
                        }
                        1 => {
                            lanes.again(id(it.0));
                            model.waiting.push(it);
                        }
                        _ => assert_eq!(lanes.done(id(it.0)), Some(it.0)),
                    }
                }
                _ if lanes.release(at(i64::from(step))).is_none() => model.held.clear(),
                _ => {
                    let held = |number: &u64| {
                        lanes
                            .items
                            .get(&id(*number))
                            .is_some_and(|it| matches!(it.state, State::Held(_)))
                    };
                    model.held.retain(held);
                }
            }
            assert_eq!(ready(&lanes), model.may_go(), "seed {seed} step {step}");
        }
    }
}
