//! `rounds connector new`: a small working project.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note},
    },
    connector_new::{self, Language},
};

/// Writes a new connector: a small project that works, with a test.
///
/// It tells which patients of a made-up EHR changed, and says what to do next.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector's name: small letters, digits and `-`
    name: String,
    /// What to write it in
    #[arg(long = "lang", value_enum, value_name = "LANGUAGE")]
    language: Language,
    /// Where to put it [default: a folder of its name]
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { name, language, output } = arguments;
    let folder = output.unwrap_or_else(|| PathBuf::from(&name));
    let files = connector_new::write(&name, language, &folder)?;
    note(&format!("{name}: a connector in {language}, {} files; next:", files.len()));
    note(&format!("  cd {}", folder.display()));
    let next = language.next();
    let width = next.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    for (command, what) in next {
        note(&format!("  {command:width$}   # {what}"));
    }
    Ok(Output::open().line(&folder.display().to_string())?)
}
