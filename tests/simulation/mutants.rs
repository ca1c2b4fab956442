//! Hosts that break one promise each, to see that seeds find it. Each lies at a seam of the host,
//! so that nothing of the host itself knows of them.

/// A promise that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutant {
    /// The cursor is on disk before the containers of what it passed.
    CursorFirst,
    /// The store answers before anything is on disk.
    NoSync,
    /// Containers of one key wait in lines of their own.
    NoOrder,
    /// At a start, the last of what waits is left out.
    ForgetsAtStart,
    /// An id depends on the host that read the change.
    OtherIds,
    /// What was seen before makes a container once more.
    SeesTwice,
    /// What a destination did not take is forgotten.
    GivesUp,
    /// A notification's bytes are not those that were sent before.
    OtherBytes,
    /// A record's next change is not told what was told before.
    ForgetsMemos,
    /// A destination is left out when a container is filled.
    LeavesOut,
    /// A commit does not see that the cursor was set meanwhile.
    NoFence,
    /// Containers are forgotten as a connector is taken back, and the cursor stays.
    ForgetsWhatItTakesBack,
    /// Whoever asks for a pause is not heard.
    DeafToPauses,
    /// An instance that has served a poll serves the next.
    ReusesInstances,
    /// An answer that the EHR gives once is not kept.
    ForgetsAnswers,
    /// The token that was given first is sent for ever.
    KeepsTokens,
    /// Waits are counted by the clock on the wall.
    WaitsByTheWall,
    /// A restart forgets what a connector is on trial against.
    ForgetsTrials,
    /// Nothing is kept of a delivery that is done.
    ForgetsReceipts,
    /// What two connections call by the same name is one.
    MixesConnections,
    /// Where a task stood before is forgotten.
    ForgetsThePast,
    /// What is made waits in its key's line alone.
    NoLinesOfRecords,
    /// After a restart, each task waits in lines of its own.
    ApartAfterARestart,
    /// Who refuses one is left alone by all.
    OneForAll,
    /// What cannot be read is left out.
    LeavesOutTheOdd,
    /// What cannot be read is found each time that it is read.
    FindsTheOddAgain,
    /// Who knew a record under another key is told of it last.
    TellsOfMovesLast,
}

impl Mutant {
    pub(super) const ALL: [Self; 27] = [
        Self::CursorFirst,
        Self::NoSync,
        Self::NoOrder,
        Self::ForgetsAtStart,
        Self::OtherIds,
        Self::SeesTwice,
        Self::GivesUp,
        Self::OtherBytes,
        Self::ForgetsMemos,
        Self::LeavesOut,
        Self::NoFence,
        Self::ForgetsWhatItTakesBack,
        Self::DeafToPauses,
        Self::ReusesInstances,
        Self::ForgetsAnswers,
        Self::KeepsTokens,
        Self::WaitsByTheWall,
        Self::ForgetsTrials,
        Self::ForgetsReceipts,
        Self::MixesConnections,
        Self::ForgetsThePast,
        Self::NoLinesOfRecords,
        Self::ApartAfterARestart,
        Self::OneForAll,
        Self::LeavesOutTheOdd,
        Self::FindsTheOddAgain,
        Self::TellsOfMovesLast,
    ];
}
