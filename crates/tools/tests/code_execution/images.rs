//! Which images come back.

use antiphon_tools::{CodeExecutionSettings, ImageLimits};

use crate::harness::{Harness, Test, block_on, python, read, shown};

pub fn tests() -> Vec<Test> {
    vec![
        ("new_and_changed_images_are_shown", || {
            block_on(new_and_changed_images_are_shown());
        }),
        ("what_is_no_image_or_too_much_is_not_shown", || {
            block_on(what_is_no_image_or_too_much_is_not_shown());
        }),
        ("figures_are_saved_when_shown_and_at_the_end", || {
            block_on(figures_are_saved_when_shown_and_at_the_end());
        }),
    ]
}

/// Functions that write what begins like an image.
const WRITERS: &str = r#"
import os
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
WEBP, GIF = b"RIFF0000WEBP", b"GIF89a"
def write(name, content, time=None):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "wb").write(content)
    if time:
        os.utime(name, (time, time))
"#;

async fn new_and_changed_images_are_shown() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.open("images").await;
    let code = "
write('b.PNG', PNG, 100)
write('deep/a.png', JPEG, 200)
write('c.webp', WEBP, 300)
write('d.gif', GIF, 400)
write('copy.png', PNG, 500)
write('e.txt', PNG)
write('.cache/f.png', PNG)
os.symlink('b.PNG', 'link.png')
";
    let first = python(&tool, &format!("{WRITERS}{code}")).await;
    let kinds: Vec<_> = shown(&first).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        ["image/png", "image/jpeg", "image/webp", "image/gif"],
        "{first:?}"
    );
    assert_eq!(shown(&first)[0].1, "iVBORw0KGgo=");
    assert!(
        read(&first).contains("[\"b.PNG\" was shown to the user.]"),
        "{}",
        read(&first)
    );
    assert!(!read(&first).contains("link.png"));
    let none = python(&tool, "print(1)").await;
    assert_eq!((shown(&none), read(&none)), (vec![], "1\n"));
    let changed = python(&tool, &format!("{WRITERS}write('b.PNG', PNG + b'2')")).await;
    assert_eq!(shown(&changed), [("image/png", "iVBORw0KGgoy")]);
}

async fn what_is_no_image_or_too_much_is_not_shown() {
    let settings = CodeExecutionSettings {
        images: ImageLimits {
            count: 4,
            bytes: 20,
            total_bytes: 30,
        },
        ..CodeExecutionSettings::default()
    };
    let harness = Harness::new(settings);
    let tool = harness.open("limits").await;
    let code = "
write('page.png', b'<html>', 100)
write('large.png', PNG + b'1' * 20, 200)
write('first.png', PNG + b'2' * 12, 300)
write('second.png', PNG + b'3' * 12, 400)
write('third.png', PNG, 500)
";
    let outcome = python(&tool, &format!("{WRITERS}{code}")).await;
    assert_eq!(shown(&outcome).len(), 1, "{outcome:?}");
    for part in [
        "\"page.png\" was not shown: its content is no",
        "\"large.png\" was not shown: it has 28 bytes, and 20 are left",
        "\"first.png\" was shown",
        "\"second.png\" was not shown: it has 20 bytes, and 10 are left",
        "1 more images were not shown: 4 are the limit",
    ] {
        assert!(read(&outcome).contains(part), "{part} in {}", read(&outcome));
    }
}

/// A look-alike of the part of matplotlib that matters here; the real one is too large for a test.
const PYPLOT: &str = r#"
import os
os.makedirs("matplotlib", exist_ok=True)
open("matplotlib/__init__.py", "w").write("")
open("matplotlib/pyplot.py", "w").write('''
import atexit, os
assert os.environ["MPLBACKEND"] == "Agg"
figures = {}
class Figure:
    lines = b""
    def savefig(self, path):
        open(path, "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + self.lines)
def figure(number=None):
    number = number or max(figures, default=0) + 1
    return figures.setdefault(number, Figure())
def plot(line):
    figure(max(figures, default=1)).lines += line
def get_fignums(): return sorted(figures)
def close(which): figures.clear()
def show(): print("show does nothing")
atexit.register(figures.clear)
''')
"#;

async fn figures_are_saved_when_shown_and_at_the_end() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.open("figures").await;
    assert!(!python(&tool, PYPLOT).await.is_error);
    let code = "
import matplotlib.pyplot as plt
plt.plot(b'1')
plt.show()
plt.plot(b'2')
plt.figure()
plt.plot(b'3')
raise ValueError
";
    let outcome = python(&tool, code).await;
    assert!(read(&outcome).contains("line 8, in <module>"), "{}", read(&outcome));
    assert!(!read(&outcome).contains("show does nothing"));
    let data: Vec<_> = shown(&outcome).into_iter().map(|(_, data)| data).collect();
    assert_eq!(data, ["iVBORw0KGgox", "iVBORw0KGgoy", "iVBORw0KGgoz"]);
    // A later call overwrites none of them.
    let next = python(&tool, "import matplotlib.pyplot as plt\nplt.plot(b'4')").await;
    assert!(read(&next).contains("\"figure-4.png\" was shown"), "{}", read(&next));
}
