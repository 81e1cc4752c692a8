//! What programs can do, and what is told of those that fail.

use std::time::Duration;

use antiphon_environments::{SandboxPolicy, Tier};
use antiphon_interaction::{Json, Step};
use antiphon_tools::{CodeExecutionSettings, CodeLanguage};
use serde_json::json;

use crate::harness::{Harness, Test, block_on, kept, python, read, run};

pub fn tests() -> Vec<Test> {
    vec![
        ("a_program_runs_as_if_it_were_a_file", || {
            block_on(a_program_runs_as_if_it_were_a_file());
        }),
        ("an_error_names_the_line_that_the_model_wrote", || {
            block_on(an_error_names_the_line_that_the_model_wrote());
        }),
        ("files_stay_and_processes_do_not", || {
            block_on(files_stay_and_processes_do_not());
        }),
        ("bash_is_there_when_it_is_allowed", || {
            block_on(bash_is_there_when_it_is_allowed());
        }),
        ("the_second_tier_serves_too", || block_on(the_second_tier_serves_too())),
        ("arguments_that_do_not_fit_are_explained", || {
            block_on(arguments_that_do_not_fit_are_explained());
        }),
        ("limits_are_told_in_words", || block_on(limits_are_told_in_words())),
        ("long_output_is_cut_for_the_model_and_kept_in_the_step", || {
            block_on(long_output_is_cut_for_the_model_and_kept_in_the_step());
        }),
    ]
}

async fn a_program_runs_as_if_it_were_a_file() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.open("main").await;
    let code = r#"
import sys, pickle, inspect
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

@dataclass
class Point:
    x: int

def double(point):
    return Point(point.x * 2)

if __name__ == "__main__":
    print(pickle.loads(pickle.dumps(Point(1))), sys.argv, repr(sys.stdin.read()))
    print(inspect.getsource(double).splitlines()[0])
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(double, [Point(2)])))
    print("unseen names:", [name for name in globals() if name.startswith("_") and not name.startswith("__")])
    print("größe", file=sys.stderr)
"#;
    let outcome = python(&tool, code).await;
    let expected = "Point(x=1) ['program.py'] ''\ndef double(point):\n[Point(x=4)]\nunseen names: []\ngröße\n";
    assert_eq!((kept(&outcome).as_str(), outcome.is_error), (expected, false));
    assert_eq!(read(&outcome), expected);
    let silent = python(&tool, "x = 1").await;
    assert_eq!(kept(&silent), "");
    assert!(read(&silent).contains("printed nothing"));
}

async fn an_error_names_the_line_that_the_model_wrote() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.open("errors").await;
    let raised = python(&tool, "import sys\ndef f():\n    1 / 0\nprint('begun')\nf()").await;
    let expected = "begun\nTraceback (most recent call last):\n  File \"/program.py\", line 5, in <module>\n    f()\n  \
                    File \"/program.py\", line 3, in f\n    1 / 0\n";
    assert!(
        raised.is_error && kept(&raised).starts_with(expected),
        "{}",
        kept(&raised)
    );
    assert!(kept(&raised).contains("ZeroDivisionError: division by zero\n"));
    assert!(kept(&raised).ends_with("[The program ended with exit status 1.]"));
    let wrong = kept(&python(&tool, "x = 1\nx = (").await);
    assert!(wrong.starts_with("  File \"/program.py\", line 2\n"), "{wrong}");
    assert!(wrong.contains("SyntaxError"), "{wrong}");
    let left = kept(&python(&tool, "import sys\nsys.exit(3)").await);
    assert_eq!(left, "[The program ended with exit status 3.]");
    let crashed = kept(&python(&tool, "import os\nos.kill(os.getpid(), 11)").await);
    assert_eq!(crashed, "[The program was ended by signal 11.]");
}

async fn files_stay_and_processes_do_not() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.open("files").await;
    let code = "open('data.txt', 'w').write('kept')\nopen('own.py', 'w').write('answer = 42')\nx = 1";
    assert!(!python(&tool, code).await.is_error);
    // Another turn of the same conversation.
    drop(tool);
    let tool = harness.open("files").await;
    let code = "import os, own\nprint(open('data.txt').read(), own.answer, 'x' in globals(), sorted(os.listdir()))";
    assert_eq!(
        kept(&python(&tool, code).await),
        "kept 42 False ['data.txt', 'own.py']\n"
    );
    let other = harness.open("other").await;
    assert_eq!(kept(&python(&other, "import os\nprint(os.listdir())").await), "[]\n");
}

async fn bash_is_there_when_it_is_allowed() {
    let settings = CodeExecutionSettings {
        languages: vec![CodeLanguage::Bash, CodeLanguage::Python],
        ..CodeExecutionSettings::default()
    };
    let harness = Harness::new(settings);
    let tool = harness.open("bash").await;
    let code = "read -r line; echo \"[$line]\"\necho 'echo no' | cat\nfalse\nno-such-program\nexit 4";
    let outcome = run(&tool, json!({"code": code, "language": "bash"})).await;
    let text = kept(&outcome);
    assert!(text.starts_with("[]\necho no\n"), "{text}");
    assert!(text.contains("line 4: no-such-program: command not found"), "{text}");
    assert!(text.ends_with("[The program ended with exit status 4.]"), "{text}");
    // The first language is the default, and the step says which was taken.
    let step = tool.call_step("id", &Json::from(json!({"code": "ls"}))).unwrap();
    let Step::CodeExecutionCall(call) = step else {
        panic!("{step:?}")
    };
    assert_eq!(call.arguments.unwrap().language.as_deref(), Some("bash"));
}

async fn the_second_tier_serves_too() {
    if !nix_is_root() {
        return;
    }
    let settings = CodeExecutionSettings {
        languages: vec![CodeLanguage::Python, CodeLanguage::Bash],
        ..CodeExecutionSettings::default()
    };
    let harness = Harness::with(settings, |config| config.tiers = vec![Tier::Landlock]);
    let tool = harness.open("second").await;
    assert_eq!(kept(&python(&tool, "open('f', 'w').write('1')\nprint(2)").await), "2\n");
    let bash = run(&tool, json!({"code": "cat f", "language": "bash"})).await;
    assert_eq!(kept(&bash), "1");
}

fn nix_is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

async fn arguments_that_do_not_fit_are_explained() {
    let settings = CodeExecutionSettings {
        code_bytes: 10,
        ..CodeExecutionSettings::default()
    };
    let harness = Harness::new(settings);
    let tool = harness.open("arguments").await;
    for (arguments, part) in [
        (json!({}), "`code` is missing"),
        (json!({"code": 1}), "the arguments do not fit"),
        (json!({"code": "x", "language": "bash"}), "must be one of: python"),
        (json!({"code": "0123456789a"}), "10 are the limit"),
    ] {
        let refusal = tool.call_step("id", &Json::from(arguments)).unwrap_err();
        assert!(refusal.contains(part), "{refusal}");
    }
    assert!(matches!(tool.refused_step("id"), Step::CodeExecutionCall(call) if call.id == "id"));
    let Step::CodeExecutionResult(failed) = tool.failed_step("id", "why") else {
        panic!("not a result")
    };
    assert_eq!((failed.call_id.as_str(), failed.is_error), ("id", Some(true)));
    assert_eq!(failed.result, Some(Json::from(json!("why"))));
    let parameters = tool.declaration().parameters.as_ref().unwrap().value();
    assert_eq!(parameters["properties"]["language"]["enum"], json!(["python"]));
    assert_eq!(parameters["required"], json!(["code"]));
}

async fn limits_are_told_in_words() {
    let within = |policy| {
        Harness::new(CodeExecutionSettings {
            policy,
            ..CodeExecutionSettings::default()
        })
    };
    let harness = within(SandboxPolicy {
        wall_time: Duration::from_secs(2),
        ..SandboxPolicy::default()
    });
    let tool = harness.open("time").await;
    let late = python(&tool, "import time\nprint('begun')\ntime.sleep(1000)").await;
    assert!(late.is_error);
    assert_eq!(
        read(&late),
        "begun\n[The program was stopped: it ran longer than the limit of 2 seconds.]"
    );
    let harness = within(SandboxPolicy {
        memory_bytes: 100 << 20,
        disk_bytes: 1 << 20,
        ..SandboxPolicy::default()
    });
    let tool = harness.open("space").await;
    let greedy = "import time\nx = b'1' * (400 << 20)\ntime.sleep(1000)";
    let greedy = python(&tool, greedy).await;
    assert!(
        kept(&greedy).contains("out of memory, it used more than the limit of 100 MiB"),
        "{greedy:?}"
    );
    let full = "for n in range(8):\n    open(str(n), 'wb').write(b'1' * 400_000)";
    let full = python(&tool, full).await;
    assert!(
        kept(&full).contains("disk full, its files are more than the limit of 1 MiB"),
        "{full:?}"
    );
    // A full disk does not keep a program from making room.
    let room = "import os\nfor n in range(8):\n    os.path.exists(str(n)) and os.remove(str(n))\nprint('room')";
    assert_eq!(kept(&python(&tool, room).await), "room\n");
}

async fn long_output_is_cut_for_the_model_and_kept_in_the_step() {
    let settings = CodeExecutionSettings {
        policy: SandboxPolicy {
            output_bytes: 5_000,
            ..SandboxPolicy::default()
        },
        model_bytes: 300,
        step_bytes: 5_000,
        ..CodeExecutionSettings::default()
    };
    let harness = Harness::new(settings);
    let tool = harness.open("long").await;
    let outcome = python(&tool, "print('a' * 4_000)\nraise ValueError('the end')").await;
    assert!(kept(&outcome).contains(&"a".repeat(4_000)));
    let text = read(&outcome);
    assert!(text.len() < 500 && text.contains("bytes left out here]"), "{text}");
    assert!(text.contains("ValueError: the end"), "{text}");
    let flood = python(&tool, "print('a' * 20_000, end='')").await;
    assert!(kept(&flood).ends_with("[15000 more bytes of standard output were not kept]"));
}
