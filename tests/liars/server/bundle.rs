//! A page of a search, in parts, so that a lie can be about one of them.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{Found, Query};

/// A page.
pub(in super::super) struct Bundle<'a> {
    /// Where the server thinks that it is.
    base: &'a str,
    pub(in super::super) query: &'a Query,
    /// All that the search found, and what of it stands here.
    pub(in super::super) found: &'a [Found],
    pub(in super::super) page: &'a [Found],
    pub(in super::super) offset: usize,
    /// The search's name, where its pages are those of one moment.
    search: Option<usize>,
    pub(in super::super) entries: Vec<Value>,
    pub(in super::super) total: Option<Value>,
    /// Links by their relations; `None` is `link: null`.
    pub(in super::super) own: Vec<(String, String)>,
    pub(in super::super) next: Option<String>,
    pub(in super::super) null_links: bool,
    /// Whether nothing says where the server is but its links to other pages.
    pub(in super::super) is_nameless: bool,
}

impl<'a> Bundle<'a> {
    pub(super) fn new(
        base: &'a str,
        (query, search): (&'a Query, Option<usize>),
        offset: usize,
        found: &'a [Found],
    ) -> Self {
        let from = offset.min(found.len());
        let to = if query.counts { from } else { (from + query.count).min(found.len()) };
        let mut bundle = Self {
            base,
            query,
            found,
            page: &found[from..to],
            offset: from,
            search,
            entries: Vec::new(),
            total: Some(found.len().into()),
            own: query.asked.clone(),
            next: None,
            null_links: false,
            is_nameless: false,
        };
        if to < found.len() && !query.counts {
            bundle.next = Some(bundle.link(to));
        }
        bundle
    }

    /// The link to what stands so far from the beginning.
    pub(in super::super) fn link(&self, offset: usize) -> String {
        let mut pairs = Serializer::new(String::new());
        match self.search {
            Some(search) => pairs.append_pair("_search", &search.to_string()),
            None => pairs.extend_pairs(&self.query.asked),
        };
        pairs.append_pair("_offset", &offset.to_string());
        format!("{}/{}?{}", self.base, self.query.kind.resource(), pairs.finish())
    }

    /// Whether records follow.
    pub(in super::super) fn goes_on(&self) -> bool {
        self.offset + self.page.len() < self.found.len()
    }

    pub(super) fn print(mut self) -> Value {
        let mut own = Serializer::new(String::new());
        own.extend_pairs(&self.own);
        let own = format!("{}/{}?{}", self.base, self.query.kind.resource(), own.finish());
        let mut links = vec![json!({"relation": "self", "url": own})];
        if self.is_nameless {
            links.clear();
            let entries = self.entries.iter_mut().filter_map(Value::as_object_mut);
            entries.for_each(|entry| drop(entry.remove("fullUrl")));
        }
        links.extend(self.next.map(|next| json!({"relation": "next", "url": next})));
        let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "link": links});
        if self.null_links {
            bundle["link"] = Value::Null;
        }
        if let Some(total) = self.total {
            bundle["total"] = total;
        }
        if !self.entries.is_empty() {
            bundle["entry"] = self.entries.into();
        }
        bundle
    }
}
