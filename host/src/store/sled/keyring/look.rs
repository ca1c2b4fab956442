//! Looking at keys as their files are now, whether they open or not. Changes nothing.

use std::{collections::BTreeMap, path::Path};

use super::{Stored, files, outer::Outer, places, refused, stored};
use crate::{
    config::Seal,
    store::{Error, KeyState, Keys, seal::Number},
};

/// The keys in a data folder, beside how many values were sealed with each.
pub(in super::super) fn look(
    data: &Path,
    settings: &Seal,
    sealed: &BTreeMap<Number, u64>,
) -> Result<Keys, Error> {
    let (folder, own) = places(data);
    let outer = Outer::read(settings, &own, false).map_err(|why| refused(&folder, why))?;
    let mut keys = BTreeMap::new();
    for (number, path) in files(&folder)? {
        keys.insert(number, state(number, stored(&path), &outer));
    }
    for (number, values) in sealed {
        keys.entry(*number).or_insert_with(|| missing(*number)).values = *values;
    }
    let ids = outer.all().map(|key| key.id().to_owned());
    Ok(Keys { outer: ids.collect(), keys: keys.into_values().collect() })
}

fn state(number: Number, stored: Result<Stored, Error>, outer: &Outer) -> KeyState {
    let state = KeyState { number: number.0, ..KeyState::default() };
    match stored {
        Err(_) => {
            KeyState { error: Some("its file cannot be read, or is damaged".into()), ..state }
        }
        Ok(Stored::Destroyed) => KeyState { destroyed: true, ..state },
        Ok(Stored::Wrapped { connection, outer: id, key }) => {
            let opened = outer.of(&id).and_then(|outer| {
                let opened = outer.unwrap(&key, number, &connection).map(drop);
                opened.map_err(|_| "it is damaged, or was sealed for another connection".into())
            });
            let (connection, outer) = (Some(connection), Some(id));
            KeyState { connection, outer, error: opened.err(), ..state }
        }
    }
}

fn missing(number: Number) -> KeyState {
    let error = Some("its file is missing, and values are sealed with it".into());
    KeyState { number: number.0, error, ..KeyState::default() }
}
