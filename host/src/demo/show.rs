//! The demo on the terminal: a line a change, a line an arrival, and the count.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;

use crate::practice::{Arrival, Changed, Ehr, Received, Receiver, Tally};

/// Writes lines, and remembers what was written.
pub(super) struct Show<'a> {
    out: &'a mut (dyn Write + Send),
    json: bool,
    /// Changes shown so far.
    pub(super) changed: usize,
    /// Arrivals shown so far.
    pub(super) arrived: usize,
    seen: HashMap<String, usize>,
    /// Arrivals of what was there before, of which no line tells yet.
    backfilled: usize,
}

impl<'a> Show<'a> {
    pub(super) fn new(out: &'a mut (dyn Write + Send), json: bool) -> Self {
        Self { out, json, changed: 0, arrived: 0, seen: HashMap::new(), backfilled: 0 }
    }

    pub(super) fn start(&mut self, ehr: &Ehr, receiver: &Receiver) -> io::Result<()> {
        if self.json {
            let line =
                json!({ "what": "started", "ehr": ehr.base_url(), "receiver": receiver.url() });
            return writeln!(self.out, "{line}");
        }
        writeln!(
            self.out,
            "A practice EHR at {}, polled every second by the connector fhir-r4;",
            ehr.base_url()
        )?;
        writeln!(self.out, "a receiver at {} that verifies each signature.", receiver.url())?;
        writeln!(self.out, "Ctrl-C ends it.\n")
    }

    pub(super) fn changes(&mut self, changes: &[Changed]) -> io::Result<()> {
        self.backfill()?;
        for change in changes {
            self.changed += 1;
            let Changed { kind, id, version, event, at } = change;
            if self.json {
                let line = json!({ "what": "changed", "record": id, "version": version, "event": event, "at": at });
                writeln!(self.out, "{line}")?;
            } else {
                writeln!(
                    self.out,
                    "{}  EHR changed  {:<26} {kind}/{id} version {version}",
                    clock(*at),
                    event
                )?;
            }
        }
        self.out.flush()
    }

    pub(super) fn arrivals(&mut self, received: &[Received]) -> io::Result<()> {
        let arrivals: Vec<_> = received.iter().filter_map(Received::arrival).collect();
        self.arrived += received.len();
        self.backfilled += arrivals.iter().filter(|arrival| arrival.backfill).count();
        let json = self.json;
        for arrival in arrivals.iter().filter(|arrival| json || !arrival.backfill) {
            self.arrival(arrival)?;
        }
        self.out.flush()
    }

    /// One line for all that was there before: it arrives in many small pieces.
    fn backfill(&mut self) -> io::Result<()> {
        let count = std::mem::take(&mut self.backfilled);
        match count {
            0 => Ok(()),
            _ if self.json => Ok(()),
            _ => writeln!(
                self.out,
                "{:12}    arrived    {count} appointments that were there before, marked as backfill",
                ""
            ),
        }
    }

    fn arrival(&mut self, arrival: &Arrival) -> io::Result<()> {
        let times = self.seen.entry(arrival.id.clone()).or_default();
        *times += 1;
        let repeated = *times > 1;
        let took = arrival.changed_at.map(|changed_at| arrival.at.duration_since(changed_at));
        if self.json {
            let line = json!({
                "what": "arrived", "id": arrival.id, "record": arrival.record, "event": arrival.event,
                "at": arrival.at, "after_ms": took.map(|took| took.as_millis()), "repeated": repeated,
                "backfill": arrival.backfill,
            });
            return writeln!(self.out, "{line}");
        }
        let took = took.map(seconds).unwrap_or_default();
        let again = if repeated { "  (again)" } else { "" };
        let (at, event, record) = (clock(arrival.at), &arrival.event, &arrival.record);
        writeln!(
            self.out,
            "{at}    arrived    {event:<26} {record}, {took} after the change{again}"
        )
    }

    /// What happened since the last line.
    pub(super) fn rest(&mut self, ehr: &Ehr, receiver: &Receiver) -> io::Result<()> {
        let (changes, attempts) = (ehr.changes(), receiver.attempts());
        self.changes(changes.get(self.changed..).unwrap_or_default())?;
        self.arrivals(attempts.get(self.arrived..).unwrap_or_default())
    }

    pub(super) fn end(&mut self, tally: &Tally) -> io::Result<()> {
        self.backfill()?;
        let (missing, repeated) = (tally.missing.len(), tally.repeated);
        if self.json {
            let line = json!({
                "what": "ended", "changes": tally.changes, "sent": tally.arrived, "superseded": tally.coalesced,
                "missing": missing, "repeated": repeated, "out_of_order": tally.out_of_order,
            });
            return writeln!(self.out, "{line}");
        }
        writeln!(self.out, "\nsent {}, missing {missing}, repeated {repeated}", tally.arrived)?;
        if tally.coalesced > 0 {
            writeln!(
                self.out,
                "{} more changed again before they were polled: an EHR shows the latest version only",
                tally.coalesced
            )?;
        }
        if let Some(delays) = tally.delays {
            let (median, p95, max) =
                (seconds(delays.median), seconds(delays.p95), seconds(delays.max));
            writeln!(
                self.out,
                "from change to arrival: median {median}, 95 of 100 within {p95}, longest {max}"
            )?;
        }
        self.out.flush()
    }
}

/// The time of day here.
fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f").to_string()
}

fn seconds(duration: SignedDuration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
