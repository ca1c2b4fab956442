//! The text that is read, and what was found wrong with it so far.

use std::{
    cell::{Cell, RefCell},
    ops::Range,
    path::{Path, PathBuf},
};

use crate::config::{Environment, Error, Errors, Place, Warning, place::Lines, shape::Sheet};

/// One text. Findings are gathered behind a cell, as every value that is read may add one.
pub(super) struct Source<'t> {
    lines: Lines<'t>,
    file: &'t str,
    folder: &'t Path,
    pub(super) environment: &'t dyn Environment,
    /// All keys that a text may have, for who wrote one in the wrong table.
    pub(super) book: &'t Sheet,
    errors: RefCell<Errors>,
    warnings: RefCell<Vec<Warning>>,
    /// Whether what was read tells which connectors there are, and where the admin API is.
    known: Cell<(bool, bool)>,
    /// Whether all that is the host's own could be read.
    host_is_known: Cell<bool>,
}

impl<'t> Source<'t> {
    pub(super) fn new(
        text: &'t str,
        file: &'t str,
        folder: &'t Path,
        environment: &'t dyn Environment,
        book: &'t Sheet,
    ) -> Self {
        let errors = RefCell::new(Errors::new(file));
        let (lines, warnings) = (Lines::new(text), RefCell::default());
        let known = Cell::new((true, true));
        let host_is_known = Cell::new(true);
        Self { lines, file, folder, environment, book, errors, warnings, known, host_is_known }
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        self.lines.place(span.start)
    }

    pub(super) fn refuse(&self, place: Place, message: impl Into<String>) {
        self.errors.borrow_mut().at(place, message);
    }

    /// How many faults were noted.
    pub(super) fn faults(&self) -> usize {
        self.errors.borrow().len()
    }

    pub(super) fn warn(&self, place: Place, message: impl Into<String>) {
        let warning = Error { file: self.file.to_owned(), place, message: message.into() };
        self.warnings.borrow_mut().push(warning);
    }

    /// Notes that what says which connectors there are could not be read.
    pub(super) fn doubt_connectors(&self) {
        self.known.set((false, self.known.get().1));
    }

    /// Notes the same of what says where the admin API is.
    pub(super) fn doubt_admin(&self) {
        self.known.set((self.known.get().0, false));
    }

    /// Notes that something of the host's own could not be read.
    pub(super) fn doubt_host(&self) {
        self.host_is_known.set(false);
    }

    /// Whether there was no such doubt.
    pub(super) fn host_is_known(&self) -> bool {
        self.host_is_known.get()
    }

    /// Whether there was no such doubt: of connectors, of the admin API.
    pub(super) fn known(&self) -> (bool, bool) {
        self.known.get()
    }

    pub(super) fn folder(&self) -> &'t Path {
        self.folder
    }

    /// A path as seen from the text's folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Both in file order, once the errors are finished.
    pub(super) fn into_findings(self) -> (Errors, Vec<Warning>) {
        let mut warnings = self.warnings.into_inner();
        warnings.sort_by_key(|warning| warning.place);
        (self.errors.into_inner(), warnings)
    }
}
