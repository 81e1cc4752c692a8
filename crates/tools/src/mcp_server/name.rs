use aws_lc_rs::digest::{SHA256, digest};

/// The longest name that every engine takes.
const MAX_NAME: usize = 64;

/// What a tool of an MCP server is called towards the model: `mcp_SERVER_TOOL`, of ASCII letters, digits, `_` and `-`, at most
/// 64 characters. Where the tool's own name does not fit, the end is a digest of it, so that different tools of a server
/// have different names.
///
/// The same names give the same result for ever: a stored call is shown to the model under it.
pub fn mcp_function_name(server: &str, tool: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    let mut name: String = format!("mcp_{server}_{tool}")
        .chars()
        .map(|character| if plain(character) { character } else { '_' })
        .collect();
    if name.len() > MAX_NAME || !tool.chars().all(plain) {
        let digest = digest(&SHA256, tool.as_bytes());
        let suffix: String = digest
            .as_ref()
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        name.truncate(MAX_NAME - 1 - suffix.len());
        name = format!("{name}_{suffix}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_every_engine_and_stay_apart() {
        assert_eq!(mcp_function_name("files", "read_file"), "mcp_files_read_file");

        let dotted = mcp_function_name("files", "read.file");
        assert!(dotted.starts_with("mcp_files_read_file_"), "{dotted}");

        let server = "s".repeat(40);
        let long = ["a", "b"].map(|end| mcp_function_name(&server, &format!("{}{end}", "t".repeat(80))));
        assert_ne!(long[0], long[1]);
        for name in long.iter().chain([&dotted]) {
            assert!(name.len() <= MAX_NAME, "{name}");
            assert!(
                name.chars()
                    .all(|character| character.is_ascii_alphanumeric() || character == '_')
            );
        }
    }
}
