use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Instant;

use lopdf::{Document, LoadOptions, Object, ObjectId, decode_text_string};

use super::page::{Failure, Page};

/// How large one compressed stream may become.
const MAX_STREAM_BYTES: usize = 4 << 20;

/// How many values a document may hold, counting each entry of its lists.
const MAX_VALUES: usize = 2_000_000;

/// How many pages are looked at.
const MAX_PAGES: usize = 2_000;

/// How many fonts a page may have: each brings a table of its own.
const MAX_FONTS: usize = 40;

/// How many lists may stand inside each other where they are counted; the parser allows no more either.
const MAX_NESTING: usize = 100;

/// Reads the text of a PDF page by page, as long as there is time and not much more than `characters` is read.
///
/// # Errors
/// It is damaged or locked.
pub(super) fn read(bytes: &[u8], characters: usize, end: Instant) -> Result<Page, Failure> {
    let options = LoadOptions {
        filter: Some(keep),
        max_decompressed_size: Some(MAX_STREAM_BYTES),
        ..LoadOptions::default()
    };
    BUDGET.replace(Budget::new(end));
    let document = Document::load_mem_with_options(bytes, options);
    let exceeded = BUDGET.replace(Budget::new(end)).exceeded;
    let document = document.map_err(|error| {
        tracing::debug!(%error, "a PDF could not be read");
        Failure::error("the PDF is damaged, or locked by a password")
    })?;
    let mut text = String::new();
    let mut length = 0;
    let mut cut = exceeded;
    for (number, page) in document.get_pages() {
        if length > characters || number as usize > MAX_PAGES || Instant::now() >= end {
            cut = true;
            break;
        }
        match document.get_page_fonts(page) {
            Ok(fonts) if fonts.len() <= MAX_FONTS => {}
            _ => {
                cut = true;
                continue;
            }
        }
        // A piece that cannot be read is left out: the rest may still be of use.
        let mut readable = String::new();
        for piece in document
            .extract_text_chunks_with_limit(&[number], MAX_STREAM_BYTES)
            .into_iter()
            .flatten()
        {
            readable.push_str(&piece);
        }
        let readable = readable.trim();
        if !readable.is_empty() {
            text.push_str(readable);
            text.push_str("\n\n");
            length += readable.chars().count();
        }
    }
    Ok(Page {
        title: title(&document).unwrap_or_default(),
        text,
        cut,
    })
}

fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get_deref(b"Info", document).ok()?.as_dict().ok()?;
    decode_text_string(info.get_deref(b"Title", document).ok()?).ok()
}

/// What loading may still use up. `keep` must be a plain function, so it finds its budget here.
struct Budget {
    end: Instant,
    values: usize,
    /// The compressed containers that were unpacked: a forged table can name one many times.
    containers: HashSet<ObjectId>,
    exceeded: bool,
}

impl Budget {
    fn new(end: Instant) -> Self {
        Self {
            end,
            values: MAX_VALUES,
            containers: HashSet::new(),
            exceeded: false,
        }
    }

    fn spend(&mut self, id: ObjectId, object: &Object) -> bool {
        let values = count(object, MAX_NESTING);
        let repeated = object
            .as_stream()
            .is_ok_and(|stream| stream.dict.has_type(b"ObjStm") && !self.containers.insert(id));
        if repeated || values > self.values || Instant::now() >= self.end {
            self.exceeded = true;
            return false;
        }
        self.values -= values;
        true
    }
}

thread_local! {
    static BUDGET: RefCell<Budget> = RefCell::new(Budget::new(Instant::now()));
}

/// Keeps an object that is loaded, without the bytes of pictures, while there is budget.
fn keep(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if !BUDGET.with_borrow_mut(|budget| budget.spend(id, object)) {
        return None;
    }
    if let Object::Stream(stream) = object
        && stream
            .dict
            .get(b"Subtype")
            .and_then(Object::as_name)
            .is_ok_and(|name| name == b"Image")
    {
        stream.content = Vec::new();
    }
    // The reader keeps `object` itself or what is returned, by where the object stands.
    Some((id, object.clone()))
}

fn count(object: &Object, nesting: usize) -> usize {
    if nesting == 0 {
        return 1;
    }
    match object {
        Object::Array(values) => 1 + values.iter().map(|value| count(value, nesting - 1)).sum::<usize>(),
        Object::Dictionary(entries) => {
            1 + entries
                .iter()
                .map(|(_, value)| count(value, nesting - 1))
                .sum::<usize>()
        }
        Object::Stream(stream) => 1 + stream.dict.len(),
        _ => 1,
    }
}
