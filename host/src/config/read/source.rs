//! The text that is read, and what was found wrong with it so far.

use std::{
    cell::RefCell,
    ops::Range,
    path::{Path, PathBuf},
};

use crate::config::{Environment, Error, Errors, Place, Warning, place::Lines};

/// One text. Findings are gathered behind a cell, as every value that is read may add one.
pub(super) struct Source<'t> {
    lines: Lines<'t>,
    file: &'t str,
    folder: &'t Path,
    pub(super) environment: &'t dyn Environment,
    errors: RefCell<Errors>,
    warnings: RefCell<Vec<Warning>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(
        text: &'t str,
        file: &'t str,
        folder: &'t Path,
        environment: &'t dyn Environment,
    ) -> Self {
        let errors = RefCell::new(Errors::new(file));
        let (lines, warnings) = (Lines::new(text), RefCell::default());
        Self { lines, file, folder, environment, errors, warnings }
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        self.lines.place(span.start)
    }

    pub(super) fn refuse(&self, place: Place, message: impl Into<String>) {
        self.errors.borrow_mut().at(place, message);
    }

    pub(super) fn warn(&self, place: Place, message: impl Into<String>) {
        let warning = Error { file: self.file.to_owned(), place, message: message.into() };
        self.warnings.borrow_mut().push(warning);
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
