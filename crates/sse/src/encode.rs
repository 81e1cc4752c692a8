use crate::Error;

/// Appends one event to `out`: an `event:` line where a name is given, an `id:` line where an id is, a `data:` line per line
/// of `data` (all three line ends count), and the blank line that ends it.
///
/// # Errors
/// The name or the id contains a line break; `out` is then unchanged.
pub fn encode(out: &mut String, event: Option<&str>, id: Option<&str>, data: &str) -> Result<(), Error> {
    for (field, value) in [("event", event), ("id", id)] {
        if value.is_some_and(|value| value.contains(['\r', '\n'])) {
            return Err(Error::LineBreak { field });
        }
    }
    for (field, value) in [("event: ", event), ("id: ", id)] {
        if let Some(value) = value {
            out.push_str(field);
            out.push_str(value);
            out.push('\n');
        }
    }
    for line in data.replace("\r\n", "\n").split(['\n', '\r']) {
        out.push_str("data: ");
        out.push_str(line);
        out.push('\n');
    }
    out.push('\n');
    Ok(())
}
