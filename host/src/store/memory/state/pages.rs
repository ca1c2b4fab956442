//! What a poll's pages do: tasks, cursors and new containers.

use super::{
    super::super::{
        Commit, Committed, Followed, NewChange, Pass, Tally, Telling, Verdict, known::Moved,
    },
    Held, Record, State,
};
use crate::{
    identity,
    model::{Change, Container, NotificationId, Pending},
};

impl State {
    pub(super) fn commit(&mut self, commit: &Commit) -> Committed {
        let task = self.entry(&commit.task);
        if task.revision != commit.revision {
            return Committed::Fenced { revision: task.revision };
        }
        if let Some(to) = &commit.moves {
            task.revision += 1;
            task.cursor = Some(to.cursor.clone());
            task.past.clone_from(&to.past);
            task.complete |= to.complete;
            (task.answer, task.interrupted) = (None, false);
        }
        task.tell(&commit.notices);
        let began = task.listing.began;
        if let Some(listing) = &commit.listing {
            task.listing = task.listing.passed_on(listing.clone());
        }
        let anew = began != task.listing.began;
        let revision = task.revision;
        if anew {
            self.listings.entry(commit.task.clone()).or_default().seen.clear();
        }
        let (mut made, mut tally) = (Vec::new(), Tally::default());
        for new in &commit.changes {
            self.take(commit, new.clone(), &mut made, &mut tally);
        }
        let told = made.len().saturating_sub(tally.silent);
        self.entry(&commit.task).listing.found(commit.pass, told);
        Committed::Done { revision, made, tally }
    }

    pub(super) fn take(
        &mut self,
        commit: &Commit,
        mut new: NewChange,
        made: &mut Vec<Pending>,
        tally: &mut Tally,
    ) {
        let known = self.records.get(&new.record);
        let last = known.and_then(Record::last);
        let has_seen = |version: &_| known.is_some_and(|record| record.has_seen(version));
        let verdict = new.judge(commit.pass, has_seen, last);
        let followed = last.map(Followed::from);
        let is_news = matches!(verdict, Verdict::New | Verdict::Revived(_));
        let is_used = commit.lists || self.task(&commit.task).listing.is_used();
        // What a poll reads is there, whatever the pass that is under way makes of it.
        let is_there = self.task(&commit.task).listing.is_under_way()
            && self.has_place(&commit.task, new.record);
        let lists = commit.pass == Pass::Listing || is_news && is_used || is_there;
        if lists && !new.says.gone {
            self.lists(commit, &new, verdict);
        }
        match verdict {
            Verdict::NotNow => return,
            Verdict::Seen => return tally.seen += 1,
            Verdict::Same => return tally.same += 1,
            Verdict::Older => return tally.older += 1,
            Verdict::Revived(gone) => {
                new.notification_id = identity::revived(&commit.task, &new.change, gone);
            }
            Verdict::New => {}
        }
        let moved = new.settle_key(&commit.task, followed);
        if new.says.gone {
            self.unlist(&commit.task, new.record);
        }
        if let Some(reason) = new.unreadable.clone() {
            tally.unreadable += 1;
            let held = self.held_of(commit, new);
            return self.inter(held, None, &reason, commit.observed_at);
        }
        if let Some(moved) = moved {
            made.push(self.move_away(commit, &new, moved));
        }
        match new.telling {
            Telling::Nobody => tally.silent += 1,
            _ => tally.news(new.says.at),
        }
        made.push(self.make(commit, new));
    }

    fn make(&mut self, commit: &Commit, new: NewChange) -> Pending {
        let held = self.held_of(commit, new);
        let pending = held.pending();
        self.held.insert(pending.id, held);
        pending
    }

    fn held_of(&mut self, commit: &Commit, new: NewChange) -> Held {
        let NewChange { change, notification_id, record, says, backfill, telling, .. } = new;
        let lane = identity::lane(&commit.task.connection, &change);
        let silent = telling == Telling::Nobody;
        let container = self.container_of(commit, change, notification_id, backfill);
        let container = Container { silent, ..container };
        let known = self.records.entry(record).or_insert_with(|| Record::of(&commit.task));
        known.saw(container.id, says, lane, container.change.key.clone());
        Held::new(container, lane, record)
    }

    /// A container for those who knew the record under another key.
    fn move_away(&mut self, commit: &Commit, new: &NewChange, moved: Moved) -> Pending {
        let Moved { change, notification_id, says, to } = moved;
        let lane = identity::lane(&commit.task.connection, &change);
        let container = self.container_of(commit, change, notification_id, new.backfill);
        let known = self.records.entry(new.record).or_insert_with(|| Record::of(&commit.task));
        known.saw(container.id, says, lane, Some(to));
        let held = Held::new(container, lane, new.record);
        let pending = held.pending();
        self.held.insert(pending.id, held);
        pending
    }

    fn container_of(
        &mut self,
        commit: &Commit,
        change: Change,
        notification_id: NotificationId,
        backfill: bool,
    ) -> Container {
        let (task, silent) = (commit.task.clone(), false);
        let (id, observed_at, filled) = (self.number(), commit.observed_at, None);
        self.made.insert(id, notification_id.clone());
        self.known.insert(notification_id.clone());
        Container { id, task, notification_id, change, backfill, silent, observed_at, filled }
    }
}
