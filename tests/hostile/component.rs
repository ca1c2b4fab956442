//! Connectors by hand: core modules in text, made components under the contract. What no compiler
//! would write can be written here, as a string that lies outside of memory.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const CONTRACT: &str = include_str!("../../wit/0.1.0/connector.wit");
/// Where the data of a module begins; below is nothing.
const BASE: u32 = 1024;
/// An address for lists and texts of which nothing is read.
pub(super) const NOWHERE: u32 = 8;

/// What it tells of, unless a case says otherwise.
const EVENT: &str = "Scheduling.Modification";

/// A connector of which each case spoils one thing. Without that it is one that finds nothing.
pub(super) struct Odd {
    /// What its functions answer lies in here.
    pub(super) memory: Memory,
    /// Pages of memory that it starts with.
    pub(super) pages: u32,
    /// Of WIT: what it imports, and the packages that these are of.
    pub(super) imports: &'static str,
    pub(super) packages: &'static str,
    /// Of the module: further fields, as imported functions.
    pub(super) fields: String,
    /// The bodies of its functions.
    pub(super) describe: String,
    pub(super) poll: String,
    pub(super) changes: String,
    pub(super) collect: String,
    pub(super) realloc: String,
}

/// What lies in a module's memory from the start, little by little.
#[derive(Default)]
pub(super) struct Memory(Vec<u8>);

impl Memory {
    /// Puts bytes at an address that a list of records may be at.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(8), 0);
        let at = BASE + self.0.len() as u32;
        self.0.extend(bytes);
        at
    }

    pub(super) fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.bytes(&bytes)
    }

    /// A text's address and length.
    pub(super) fn text(&mut self, text: impl AsRef<[u8]>) -> [u32; 2] {
        [self.bytes(text.as_ref()), text.as_ref().len() as u32]
    }

    fn escaped(&self) -> String {
        self.0.iter().map(|byte| format!("\\{byte:02x}")).collect()
    }
}

impl Odd {
    pub(super) fn new(name: &str) -> Self {
        let mut odd = Self {
            memory: Memory::default(),
            pages: 64,
            imports: "",
            packages: "",
            fields: String::new(),
            describe: String::new(),
            poll: String::new(),
            changes: String::new(),
            collect: String::new(),
            realloc: REALLOC.into(),
        };
        odd.describes(name, "GET /appointments");
        let target = odd.memory.text("/appointments?changedsince=0");
        odd.asks(0, target, [NOWHERE, 0]);
        odd.finds([NOWHERE, 0], 0);
        odd.notes("nothing");
        odd
    }

    /// Says this of itself.
    pub(super) fn describes(&mut self, name: impl AsRef<[u8]>, request: &str) {
        self.declares(name, request, EVENT);
    }

    /// Says this of itself, and that it tells of this.
    pub(super) fn declares(&mut self, name: impl AsRef<[u8]>, request: &str, event: &str) {
        let memory = &mut self.memory;
        let [event, schema] = [event, "{}"].map(|text| memory.text(text));
        let [action, version] = ["appointments", "0.1.0"].map(|text| memory.text(text));
        let (name, request) = (memory.text(name), memory.text(request));
        let events = [memory.words(&event), 1];
        let fastest = 1;
        // Its detection, how often it may be polled, that it does not list, and no time of change.
        let rest = [0, fastest, 0, 0, 0, 0, 0];
        let action = [&[action, version, events].concat()[..], &rest].concat();
        let actions = [memory.words(&action), 1];
        let (requests, none) = ([memory.words(&request), 1], [NOWHERE, 0]);
        let manifest = [name, version, version, actions, schema, none, requests, none].concat();
        self.describe = answer(memory.words(&manifest));
    }

    /// Asks by this method, for this target, with these headers.
    pub(super) fn asks(&mut self, method: u32, target: [u32; 2], headers: [u32; 2]) {
        let request = [&[0, method], &target[..], &headers, &[0; 4]].concat();
        self.poll = answer(self.memory.words(&request));
    }

    /// Finds these changes.
    pub(super) fn finds(&mut self, changes: [u32; 2], more: u32) {
        let cursor = self.memory.text("1");
        // Nothing that cannot be read, and no notices.
        let none = [NOWHERE, 0];
        let page = [&[0], &changes[..], &none, &none, &cursor, &[more]].concat();
        self.changes = answer(self.memory.words(&page));
    }

    /// Finds a change of this id.
    pub(super) fn finds_one(&mut self, id: impl AsRef<[u8]>) {
        let data = self.memory.text("{}");
        let change = self.change(id, data);
        let changes = [self.memory.words(&change), 1];
        self.finds(changes, 0);
    }

    /// A change of this id, with this data, as it lies in memory.
    pub(super) fn change(&mut self, id: impl AsRef<[u8]>, data: [u32; 2]) -> Vec<u32> {
        let id = self.memory.text(id);
        [&id[..], &[0; 13], &data].concat()
    }

    /// Asks for these about every change, again and again.
    pub(super) fn fetches(&mut self, targets: &[String]) {
        let mut requests = Vec::new();
        for target in targets {
            let target = self.memory.text(target);
            requests.extend([&[0], &target[..], &[NOWHERE, 0], &[0; 4]].concat());
        }
        let requests = self.memory.words(&requests);
        self.collect =
            answer(self.memory.words(&[0, 0, requests, targets.len() as u32, 0, 0, 0, 0, 0]));
    }

    /// Tells this of every change.
    pub(super) fn tells(&mut self, payload: impl AsRef<[u8]>) {
        let (event, payload) = (self.memory.text(EVENT), self.memory.text(payload));
        let step = [&[0, 1], &event[..], &payload, &[0; 3]].concat();
        self.collect = answer(self.memory.words(&step));
    }

    /// Passes over every change, for this reason.
    pub(super) fn notes(&mut self, reason: impl AsRef<[u8]>) {
        let reason = self.memory.text(reason);
        let step = [&[0, 2], &reason[..], &[0; 5]].concat();
        self.collect = answer(self.memory.words(&step));
    }

    /// The component.
    pub(super) fn encode(&self) -> Vec<u8> {
        encoded(&self.module(), &self.world(), CONTRACT)
    }

    fn world(&self) -> String {
        let Self { imports, packages, .. } = self;
        format!(
            "package test:odd;\nworld odd {{\n{imports}\n\
             export rounds:connector/connector@0.1.0;\n}}\n{packages}"
        )
    }

    fn module(&self) -> String {
        let Self { pages, fields, describe, poll, changes, collect, realloc, memory, .. } = self;
        let export = |name: &str| format!("(export \"rounds:connector/connector@0.1.0#{name}\")");
        let [describes, polls, finds, collects] =
            ["describe", "poll", "changes", "collect"].map(export);
        format!(
            "(module\n{fields}\n(memory (export \"memory\") {pages})\n\
             (global $next (mut i32) (i32.const 3145728))\n\
             (data (i32.const {BASE}) \"{}\")\n\
             (func {describes} (result i32) {describe})\n\
             (func {polls} (param i32) (result i32) {poll})\n\
             (func {finds} (param i32) (result i32) {changes})\n\
             (func {collects} (param i32) (result i32) {collect})\n\
             (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) {realloc}))",
            memory.escaped()
        )
    }
}

/// Takes memory and gives none back.
const REALLOC: &str = "(local $at i32)
    (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $at) (local.get 3)))
    (local.get $at)";

/// The body of a function that answers what lies there.
pub(super) fn answer(at: u32) -> String {
    format!("(i32.const {at})")
}

/// A component of a module in text, in the world `odd` of a package beside a contract.
pub(super) fn encoded(module: &str, world: &str, contract: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_str("connector.wit", contract).unwrap();
    let package = resolve.push_str("odd.wit", world).unwrap();
    let world = resolve.select_world(&[package], Some("odd")).unwrap();
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).unwrap();
    encoder.encode().unwrap_or_else(|error| panic!("{error:#}"))
}

/// The same component with a hundred more instances of its first module, which has no imports.
pub(super) fn with_instances(mut component: Vec<u8>) -> Vec<u8> {
    for _ in 0..4 {
        component.extend([2, 76, 25]);
        component.extend([0, 0, 0].repeat(25));
    }
    component
}
