//! What is wrong with a configuration: every fault with its place, all in one answer.

use std::fmt;

use super::Place;

/// One fault. The message never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file, as the user named it.
    pub file: String,
    /// Where in it; nowhere for what a program built, or for the file as a whole.
    pub place: Place,
    /// What was wrong, and what to write instead.
    pub message: String,
}

/// Something allowed that was hardly meant, as a secret's file that everybody may read.
pub type Warning = Error;

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if !self.place.is_nowhere() {
            write!(f, "{}:", self.place)?;
        }
        if !self.file.is_empty() || !self.place.is_nowhere() {
            f.write_str(" ")?;
        }
        f.write_str(&self.message)
    }
}

/// All faults of one configuration; shown one a line, in file order.
///
/// The host goes on collecting here where only a loaded connector can judge: see [`Errors::at`]
/// and [`Errors::finish`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    file: String,
    errors: Vec<Error>,
}

impl Errors {
    /// No fault yet in this file.
    pub fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), errors: Vec::new() }
    }

    /// Adds a fault at a place.
    pub fn at(&mut self, place: Place, message: impl Into<String>) {
        self.errors.push(Error { file: self.file.clone(), place, message: message.into() });
    }

    /// Adds those that somebody else found.
    pub fn append(&mut self, mut others: Self) {
        self.errors.append(&mut others.errors);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Error> {
        self.errors.iter()
    }

    /// `value` where no fault was found, else all faults in file order.
    pub fn finish<T>(mut self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            return Ok(value);
        }
        self.errors.sort_by_key(|error| error.place);
        Err(self)
    }
}

impl std::error::Error for Errors {}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_in_file_order_one_a_line() {
        let mut errors = Errors::new("rounds.toml");
        errors.at(Place { line: 12, column: 5 }, "second");
        errors.at(Place { line: 2, column: 9 }, "first");
        let told = errors.finish(()).map_err(|errors| errors.to_string());
        assert_eq!(told, Err("rounds.toml:2:9: first\nrounds.toml:12:5: second".to_owned()));
    }

    #[test]
    fn what_no_text_said_has_no_place() {
        let mut errors = Errors::default();
        errors.at(Place::default(), "a connection needs a task");
        assert_eq!(errors.to_string(), "a connection needs a task");
    }
}
