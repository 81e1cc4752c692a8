//! The images that a program leaves behind.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use antiphon_environments::{Environment, Error, FileEntry};
use antiphon_interaction::{Content, ImageContent};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::settings::ImageLimits;

/// The names that images have.
const EXTENSIONS: &[&str] = &["png", "jpg", "jpeg", "webp", "gif"];

/// The image files of a workspace, by path; those in hidden folders belong to programs and not to the user.
pub struct Gallery(HashMap<PathBuf, FileEntry>);

/// What became of the images of one run.
#[derive(Default)]
pub struct Found {
    /// The images to show.
    pub shown: Vec<Content>,
    /// What the model is told of them, one line each.
    pub notes: Vec<String>,
}

impl Gallery {
    /// Looks at the workspace, which has at most `entries` files.
    pub async fn of(environment: &dyn Environment, entries: u64) -> Result<Self, Error> {
        let limit = usize::try_from(entries).unwrap_or(usize::MAX);
        let files = environment.files(limit).await?;
        let images = files.into_iter().filter(|file| is_image_name(&file.path));
        Ok(Self(images.map(|file| (file.path.clone(), file)).collect()))
    }

    /// Reads the images that are new since `before` or have changed, oldest first.
    pub async fn since(self, before: &Self, environment: &dyn Environment, limits: ImageLimits) -> Found {
        let mut files: Vec<FileEntry> = self
            .0
            .into_values()
            .filter(|file| before.0.get(&file.path) != Some(file))
            .collect();
        files.sort_by(|a, b| (a.modified_nanos, &a.path).cmp(&(b.modified_nanos, &b.path)));
        let mut found = Found::default();
        let mut seen = HashSet::new();
        let mut left = limits.total_bytes;
        let mut left_out = 0_usize;
        for file in files {
            // The notes are bounded too: files that are no images count.
            if found.notes.len() >= limits.count {
                left_out += 1;
                continue;
            }
            // Quoted: the name is the program's to choose as well.
            let name = format!("{:?}", file.path);
            let bytes = match environment.read_file(&file.path, limits.bytes.min(left)).await {
                Ok(bytes) => bytes,
                Err(Error::FileTooLarge { bytes, limit, .. }) => {
                    let note = format!("{name} was not shown: it has {bytes} bytes, and {limit} are left for it.");
                    found.notes.push(note);
                    continue;
                }
                Err(error) => {
                    found.notes.push(format!("{name} was not shown: {error}."));
                    continue;
                }
            };
            let Some(mime_type) = mime_type(&bytes) else {
                let note = format!("{name} was not shown: its content is no PNG, JPEG, WebP or GIF image.");
                found.notes.push(note);
                continue;
            };
            found.notes.push(format!("{name} was shown to the user."));
            left -= bytes.len() as u64;
            let data = STANDARD.encode(&bytes);
            // A figure that was saved and also left open comes twice.
            if seen.insert(bytes) {
                found.shown.push(Content::Image(ImageContent {
                    data: Some(data),
                    mime_type: Some(mime_type.to_owned()),
                    ..ImageContent::default()
                }));
            }
        }
        if left_out > 0 {
            let note = format!(
                "{left_out} more images were not shown: {} are the limit of one call.",
                limits.count
            );
            found.notes.push(note);
        }
        found
    }
}

fn is_image_name(path: &Path) -> bool {
    let is_hidden = path
        .components()
        .any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."));
    let has_extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)));
    !is_hidden && has_extension
}

/// The kind of an image by its first bytes: the name is the program's to choose.
fn mime_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}
