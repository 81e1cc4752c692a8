use std::fmt::Write;

use super::Hit;

/// What was searched for and found, as HTML that is safe to show: text is escaped, there is no script and no style, and links
/// go to the web only.
pub(super) fn html(queries: &[String], hits: &[Hit]) -> String {
    let mut html = String::from("<div class=\"search-suggestions\"><ul class=\"queries\">");
    for query in queries {
        item(&mut html, &escape(query));
    }
    html.push_str("</ul><ol class=\"results\">");
    for hit in hits {
        let title = escape(&hit.title);
        if matches!(hit.url.scheme(), "http" | "https") {
            let url = escape(hit.url.as_str());
            item(
                &mut html,
                &format!("<a href=\"{url}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{title}</a>"),
            );
        } else {
            item(&mut html, &title);
        }
    }
    html.push_str("</ol></div>");
    html
}

fn item(html: &mut String, content: &str) {
    // Writing to a string cannot fail.
    let _ = write!(html, "<li>{content}</li>");
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '`' => escaped.push_str("&#96;"),
            character => escaped.push(character),
        }
    }
    escaped
}
