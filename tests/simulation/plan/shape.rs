//! Whom a world has: one hospital or two, what is polled of them and how, and where it is told.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use rounds::config::{Config, environment::FixedEnvironment};

use super::super::{chance::Chance, world::BEGINNING};
use crate::support::SECRET;

/// Servers, by their places in a plan.
pub(in super::super) const NAMES: [&str; SERVERS] =
    ["general.sim", "north.sim", "id-general.sim", "id-north.sim", "app.sim", "lake.sim"];
pub(in super::super) const SERVERS: usize = 6;

/// The connections, by the places of their EHRs.
pub(in super::super) const CONNECTIONS: [&str; 2] = ["general", "north"];

/// The destinations, by their places behind [`FIRST_DESTINATION`].
pub(in super::super) const DESTINATIONS: [&str; 2] = ["app", "lake"];

/// What a server is, with its place among its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Server {
    Ehr(usize),
    SignIn(usize),
    Destination(usize),
}

impl Server {
    pub(in super::super) fn of(place: usize) -> Self {
        match place {
            0 | 1 => Self::Ehr(place),
            2 | 3 => Self::SignIn(place - 2),
            _ => Self::Destination(place - 4),
        }
    }
}

/// What most worlds have little of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) struct Shape {
    /// A second connection of the same connector.
    pub(in super::super) north: bool,
    /// A second task of the first connection, at an interval of its own.
    pub(in super::super) orders: bool,
    /// A third, whose entries are handed out once.
    pub(in super::super) queue: bool,
    /// Connections that sign in.
    pub(in super::super) signs_in: [bool; 2],
    /// Connections that may ask so often and no oftener.
    pub(in super::super) slow: bool,
}

impl Shape {
    pub(super) fn draw(chance: &mut Chance) -> Self {
        Self {
            north: chance.happens(0.3),
            orders: chance.happens(0.2),
            queue: chance.happens(0.2),
            signs_in: [chance.happens(0.2), chance.happens(0.2)],
            slow: chance.happens(0.2),
        }
    }

    /// Connections, by their places, and the actions that are polled of them.
    pub(super) fn tasks(&self) -> Vec<(usize, &'static str)> {
        let all = [
            (true, (0, "appointments")),
            (self.orders, (0, "orders")),
            (self.queue, (0, "arrivals")),
            (self.north, (1, "appointments")),
        ];
        all.into_iter().filter_map(|(is, task)| is.then_some(task)).collect()
    }

    /// What its user wrote.
    pub(in super::super) fn config(&self) -> Config {
        static READ: LazyLock<Mutex<HashMap<Shape, Config>>> = LazyLock::new(Mutex::default);
        READ.lock().unwrap().entry(*self).or_insert_with(|| self.read()).clone()
    }

    fn read(&self) -> Config {
        let mut text = "[host]\nconnectors = \"none\"\ndata = \"none\"\n".to_owned();
        let places = if self.north { 0..2 } else { 0..1 };
        places.for_each(|place| text += &self.connection(place));
        text += "[[destination]]\nname = \"app\"\nurl = \"http://app.sim/\"\n\
                 secret = { env = \"SECRET\" }\nevents = [\"*\"]\n\
                 [[destination]]\nname = \"lake\"\nurl = \"http://lake.sim/\"\nconcurrency = 2\n\
                 secret = { env = \"SECRET\" }\nevents = [\"Scheduling.New\"]\n";
        let variables = HashMap::from([("SECRET".to_owned(), SECRET.to_owned())]);
        let environment = FixedEnvironment { variables, files: HashMap::new() };
        Config::parse(&text, "simulation.toml", &environment).unwrap()
    }

    fn connection(&self, place: usize) -> String {
        let name = CONNECTIONS[place];
        let auth = match self.signs_in[place] {
            true => format!(
                "{{ type = \"oauth2-client-credentials\", token_url = \"http://id-{name}.sim/\", \
                 client_id = \"{name}\", client_secret = {{ env = \"SECRET\" }} }}"
            ),
            false => "{ type = \"none\" }".to_owned(),
        };
        let rate = if self.slow { "rate = 2.0\n" } else { "" };
        let mut text = format!(
            "[[connection]]\nname = \"{name}\"\nconnector = \"simulated\"\n\
             base_url = \"http://{name}.sim\"\nsince = \"{BEGINNING}\"\nauth = {auth}\n{rate}\
             [connection.actions]\n"
        );
        for (_, action) in self.tasks().into_iter().filter(|(of, _)| *of == place) {
            text += &format!("{action} = {}\n", cadence(action));
        }
        text
    }
}

fn cadence(action: &str) -> &'static str {
    match action {
        "orders" => "{ cron = \"*/3 * * * *\" }",
        "arrivals" => "{ every = \"90s\" }",
        _ => "{ every = \"1m\" }",
    }
}
