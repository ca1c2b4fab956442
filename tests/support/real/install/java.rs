//! What runs in a JVM. A machine may have none, so it can be asked for before.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::{Kit, broken, ready, run, run_holding};

const HAPI: Kit = Kit {
    name: "hapi",
    locks: files!("java/hapi": "Hapi.java", "jars.sha256", "pom.xml"),
    scripts: &[],
    interpreter: java_there,
    install: install_hapi,
};

/// The oldest JDK that HAPI runs in.
const OLDEST: u32 = 17;

/// What a JVM may take: with what it needs beside, some 700 MB. One compiler and the plain collector
/// make a short life start sooner.
const JVM: [&str; 4] = [
    "-Xmx400m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

/// What this machine lacks of a JDK and Maven; `None` where it has both.
pub(in super::super) fn java_missing() -> Option<&'static str> {
    static MISSING: OnceLock<Option<String>> = OnceLock::new();
    MISSING.get_or_init(|| java_there().err()).as_deref()
}

/// A command that runs HAPI. Installs it on first use: 150 MB, some twenty seconds.
pub(in super::super) fn hapi() -> Command {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    let home = HOME.get_or_init(|| ready(&HAPI));
    let mut command = Command::new("java");
    command.args(JVM).args(["-cp", "classes:jars/*", "Hapi"]).current_dir(home);
    command
}

fn java_there() -> Result<String, String> {
    let needed = |error| {
        format!(
            "a JDK of {OLDEST} or newer and Maven are needed (default-jdk-headless, maven); {error}"
        )
    };
    let compiler = run(Command::new("javac").arg("-version")).map_err(needed)?;
    let number = compiler.split([' ', '.']).nth(1).and_then(|number| number.trim().parse().ok());
    if number.is_none_or(|number: u32| number < OLDEST) {
        return Err(needed(format!("there is {}", compiler.trim())));
    }
    let maven = run(Command::new("mvn").args(["--batch-mode", "--version"])).map_err(needed)?;
    Ok(compiler + &maven)
}

/// The jars come by a repository of their own, which goes again: what runs is looked at by its sums.
fn install_hapi(home: &Path, turn: &File) -> Result<(), String> {
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "-Dmaven.repo.local=repository"]);
    maven.args(["dependency:copy-dependencies", "-DoutputDirectory=jars"]);
    run_holding(turn, maven.current_dir(home))?;
    let repository = home.join("repository");
    fs::remove_dir_all(&repository).map_err(|error| broken(&repository, &error))?;
    are_the_locked(&home.join("jars"), &home.join("jars.sha256"))?;
    let mut compiler = Command::new("javac");
    compiler.args(["-proc:none", "-cp", "jars/*", "-d", "classes", "Hapi.java"]);
    run_holding(turn, compiler.current_dir(home))
}

fn are_the_locked(jars: &Path, lock: &Path) -> Result<(), String> {
    let found = fs::read_dir(jars).map_err(|error| broken(jars, &error))?;
    let mut names: Vec<_> = found.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    names.sort();
    let sums = run(Command::new("sha256sum").args(&names).current_dir(jars))?;
    let locked = fs::read_to_string(lock).map_err(|error| broken(lock, &error))?;
    match sums == locked {
        true => Ok(()),
        false => Err(format!("the jars are not those of {}, but\n{sums}", lock.display())),
    }
}
