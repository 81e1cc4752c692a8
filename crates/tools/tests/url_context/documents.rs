use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, Stream, dictionary, text_string};

/// A PDF with a title and one page for each text.
pub fn pdf(title: &str, pages: &[&str]) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier", "Encoding" => "WinAnsiEncoding",
    });
    let tree = document.new_object_id();
    let kids: Vec<Object> = pages
        .iter()
        .map(|text| {
            let operations = vec![
                Operation::new("BT", vec![]),
                Operation::new("Tf", vec!["F1".into(), 12.into()]),
                Operation::new("Tj", vec![Object::string_literal(*text)]),
                Operation::new("ET", vec![]),
            ];
            let content = Content { operations }.encode().unwrap();
            let content = document.add_object(compressed(dictionary! {}, content));
            let page = dictionary! {
                "Type" => "Page",
                "Parent" => tree,
                "Contents" => content,
                "Resources" => dictionary! {"Font" => dictionary! {"F1" => font}},
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            };
            document.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(kids.len()).unwrap();
    let root = dictionary! {"Type" => "Pages", "Kids" => kids, "Count" => count};
    document.objects.insert(tree, Object::Dictionary(root));
    let catalog = document.add_object(dictionary! {"Type" => "Catalog", "Pages" => tree});
    let info = document.add_object(dictionary! {"Title" => text_string(title)});
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", info);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A PDF one of whose containers of objects unpacks to much more than it is.
pub fn pdf_bomb() -> Vec<u8> {
    let mut document = Document::load_mem(&pdf("bomb", &["never read"])).unwrap();
    let mut objects = b"900 0 [".to_vec();
    objects.resize(64 << 20, b'1');
    // Containers are not written, so it gets its type afterwards.
    let container = dictionary! {"Type" => "ObjXyz", "N" => 1, "First" => 6};
    document.add_object(compressed(container, objects));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let at = bytes.windows(6).position(|name| name == b"ObjXyz").unwrap();
    bytes[at..at + 6].copy_from_slice(b"ObjStm");
    bytes
}

fn compressed(dictionary: Dictionary, content: Vec<u8>) -> Stream {
    let mut stream = Stream::new(dictionary, content);
    stream.compress().unwrap();
    stream
}
