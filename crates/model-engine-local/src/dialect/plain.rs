use super::{Part, Reader, Unreadable};

/// No calls: everything is text.
pub(super) struct Plain;

impl Reader for Plain {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
        Ok(())
    }

    fn finish(&mut self, _cut: bool, _parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        Ok(())
    }
}
