use std::borrow::Cow;
use std::cell::Cell;
use std::time::{Duration, Instant};

use dom_query::{Document, NodeId};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

/// The most nodes of a page. A page of a hundred printed sheets has some ten thousand.
const MAX_NODES: usize = 100_000;

/// The deepest nesting. Pages made by people stay below a hundred.
const MAX_DEPTH: usize = 160;

/// The most attributes of an element.
const MAX_ATTRIBUTES: usize = 100;

/// How long parsing may take.
const MAX_TIME: Duration = Duration::from_secs(5);

/// How many bytes are parsed before the bounds are looked at. Few, because a few bytes can make many nodes: a `<p>` repeats
/// every formatting element that is still open.
const PIECE: usize = 128;

/// Parses HTML up to where it exceeds a bound or the time is over. Returns whether it was cut there.
pub(super) fn parse_bounded(html: &str, end: Instant) -> (Document, bool) {
    let end = end.min(Instant::now() + MAX_TIME);
    let sink = BoundedSink {
        document: Document::default(),
        too_deep: Cell::new(false),
    };
    let mut options = ParseOpts::default();
    // No script will run here, so what stands in for one is part of the page.
    options.tree_builder.scripting_enabled = false;
    let mut parser = parse_document(sink, options);
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE));
        parser.process(StrTendril::from(piece));
        rest = after;
        let sink = &parser.tokenizer.sink.sink;
        if sink.too_deep.get() || sink.document.tree.len() > MAX_NODES || Instant::now() >= end {
            break;
        }
    }
    (parser.finish(), !rest.is_empty())
}

/// A document that notices when it grows too deep.
struct BoundedSink {
    document: Document,
    too_deep: Cell<bool>,
}

impl TreeSink for BoundedSink {
    type Handle = NodeId;
    type Output = Document;
    type ElemName<'a> = <Document as TreeSink>::ElemName<'a>;

    fn finish(self) -> Document {
        self.document
    }

    /// Hostile pages have more errors than text.
    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.document.elem_name(target)
    }

    fn create_element(&self, name: QualName, mut attributes: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        attributes.truncate(MAX_ATTRIBUTES);
        self.document.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.document.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.document.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let above = self.document.tree.ancestor_ids_of_it(parent, Some(MAX_DEPTH));
        if above.count() >= MAX_DEPTH {
            self.too_deep.set(true);
        }
        self.document.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        self.document.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.document.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.get_template_contents(target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        self.document.same_node(one, other)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.document.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.document.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.document.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.document.is_mathml_annotation_xml_integration_point(handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(html: &str) -> (Document, bool) {
        parse_bounded(html, Instant::now() + MAX_TIME)
    }

    #[test]
    fn a_page_within_the_bounds_is_parsed_whole() {
        let html = format!("<p>{}</p><p id=last>", "Grüße ".repeat(100));
        let (document, cut) = parse(&html);
        assert!(!cut);
        assert_eq!(document.select("p#last").length(), 1);
    }

    #[test]
    fn depth_nodes_and_attributes_are_bounded() {
        let (document, cut) = parse(&"<div>".repeat(10_000));
        assert!(cut && document.select("div").length() < MAX_DEPTH + PIECE);
        let (document, cut) = parse(&format!("<table>{}", "<div>".repeat(10_000)));
        assert!(cut && document.select("div").length() < MAX_DEPTH + PIECE);
        let (document, cut) = parse(&"<br>".repeat(2 * MAX_NODES));
        assert!(cut && document.tree.len() < MAX_NODES + PIECE);
        let attributes: String = (0..500).map(|number| format!("a{number} ")).collect();
        let (document, cut) = parse(&format!("<p {attributes}>"));
        assert!(!cut);
        assert_eq!(document.select("p").nodes()[0].attrs().len(), MAX_ATTRIBUTES);
    }

    #[test]
    fn parsing_ends_with_the_time() {
        let (document, cut) = parse_bounded(&"<p>text".repeat(1000), Instant::now());
        assert!(cut && document.tree.len() < PIECE);
    }
}
