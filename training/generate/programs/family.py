"""Family 5: small programs for a code tool, and telling what they printed."""

from __future__ import annotations

from typing import Any

from training.generate import words
from training.generate.calls.results import dump
from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, pool
from training.generate.programs.numbers import of_list, single_sum
from training.generate.programs.sequences import Program, sequence
from training.generate.programs.texts import file_in_steps, missing_file, of_text, of_words, table, write_and_read
from training.generate.server_tools import CODE_EXECUTION, ERROR, EXIT_STATUS, GOOGLE_SEARCH, NOTHING_PRINTED
from training.generate.wishes import dressed

_SHOW = pool(
    "print|show|show me|compute|calculate|give me|find|get|tell me|determine|use code to compute|use Python to find|use Python to get|run code to get|write a program for|"
    "write a program that prints|write Python for|write a script that prints|run a program that prints|run Python to compute|let Python compute|please print|I'd like|I want|"
    "can you print|can you compute|could you calculate|can you give me|could you find|would you work out|can you run a program that finds|please calculate|please use code to find|evaluate",
    "I need|write code that prints|output|work out|have a program find|kindly compute|state",
)
_WITH = pool(
    "use code to {w}|use Python: {w}|with Python, {w}|run code: {w}|write a program: {w}|in Python, {w}|by program: {w}|using code, {w}|please {w}|{w} with code|{w} in Python|{w} with a program",
    "with code, {w}|{w} by means of Python|let a program do it: {w}",
)
_ASKING = ("how", "which", "is", "does", "what", "what's")
_VERBS = pool("run|execute|eval|exec|interpret|launch", "start|perform", grammar=True)
_WHATS = pool("python|code|script|program|python_code|snippet|py", "source|cell", grammar=True)
_KEYS = ("code", "code", "code", "source", "script", "program", "snippet", "python_code")
_DESCRIPTIONS = pool(
    "Runs Python code and returns what it prints|Executes Python code|Run Python|Execute a Python program|Runs a script in a sandbox|Python interpreter|Evaluates Python and gives back the output",
    "Starts a Python program|Carries out Python source",
)
_KEY_TEXTS = pool("The program|Python code to run|The code|What to run|Source of the program", "Text of the program|The source")
_SHELLS = pool("bash|shell|run_shell|run_command|terminal|run_bash|exec_command|sh", "command_line|start_shell", grammar=True)
_SHELL_TEXTS = pool(
    "Runs a bash command|Runs a shell command and returns its output|Executes a command in bash|A terminal", "Starts a command line program"
)
_SHELL_KEYS = ("command", "command", "cmd", "script")
# request, command, what it prints; {w} a word, {f} a file, {n} a number
_COMMANDS: tuple[tuple[Any, str, str], ...] = (
    (pool("print '{w}'|say '{w}' in the shell|echo {w}|let the shell print {w}", "output {w} by a command"), "echo {w}", "{w}"),
    (
        pool(
            "list the files|which files are here|show the files in this folder|what is in this folder|list this directory",
            "display all files here",
        ),
        "ls",
        "{f}",
    ),
    (pool("write {w} to {f}|put {w} into the file {f}|save {w} in {f}", "store {w} as {f}"), "echo {w} > {f}", ""),
    (pool("append {w} to {f}|add {w} to the file {f}|add a line {w} to {f}", "extend {f} by {w}"), "echo {w} >> {f}", ""),
    (pool("show {f}|print the file {f}|what is in {f}|read {f}", "display {f}"), "cat {f}", "{w}"),
    (pool("make a folder {w}|create the directory {w}|make a directory called {w}", "set up a folder {w}"), "mkdir {w}", ""),
    (pool("delete {f}|remove the file {f}|get rid of {f}", "erase {f}"), "rm {f}", ""),
    (
        pool("count the lines of {f}|how many lines has {f}|how many lines are in {f}", "give the number of lines in {f}"),
        "wc -l < {f}",
        "{n}",
    ),
    (pool("copy {f} to {w}|make a copy of {f} called {w}|copy the file {f} as {w}", "duplicate {f} as {w}"), "cp {f} {w}", ""),
    (pool("rename {f} to {w}|move {f} to {w}|give {f} the new name {w}", "let {f} be called {w}"), "mv {f} {w}", ""),
    (pool("search for {w} in {f}|find the lines with {w} in {f}|which lines of {f} hold {w}", "filter {f} by {w}"), "grep {w} {f}", "{w}"),
    (
        pool(
            "show the first {n} lines of {f}|print the top {n} lines of {f}|print the first {n} lines of {f}",
            "give the upper {n} lines of {f}",
        ),
        "head -n {n} {f}",
        "{w}",
    ),
    (
        pool("in which folder are we|show the current folder|print the working directory|where am I", "name the present folder"),
        "pwd",
        "/home/{w}",
    ),
)
NOTHING = "The program printed nothing."


def program(d: Draw) -> Program:
    """One small program."""
    makers = ((5, sequence), (5, single_sum), (6, of_list), (5, of_text), (3, of_words), (2, write_and_read), (2.5, table))
    return d.weighted(makers)(d)


def asked(d: Draw, made: Program) -> str:
    """The request for a program as somebody types it."""
    wish = made.wish
    if made.is_named:
        kind = d.number(0, 9)
        if kind <= 2 and not wish.startswith(("whether", "if ", "what ")):
            asks = (
                ("what are", "which are") if made.is_plural else ("what is", "how much is") if wish[0].isdigit() else ("what is", "what's")
            )
            wish = f"{d.pick(asks)} {wish}"
        elif kind > 3 or wish.startswith(("whether", "if ", "what ")):
            shown = str(d.pick(_SHOW))
            wish = f"{shown} {wish}"
    first = wish.split(" ")[0]
    is_question = first in _ASKING
    if d.chance(0.2) and not made.is_named and not is_question:
        wish = str(d.pick(_WITH)).replace("{w}", wish)
    mark = "" if made.is_named else "?" if is_question else "."
    return dressed(d, wish, mark, plain=0.6).replace("?.", "?")


def told(printed: str) -> str:
    """The sentence about what a program printed."""
    if not printed:
        return NOTHING
    return f"The program printed:\n{printed}" if "\n" in printed else f"The result is {printed}."


def _failure(line: int, made: Program) -> str:
    """What the server shows of a program that failed."""
    source = made.code.split("\n")[line - 1]
    return f'{ERROR}Traceback (most recent call last):\n  File "/program.py", line {line}, in <module>\n    {source}\n{made.printed}\n{EXIT_STATUS}'


def _other_tool(d: Draw) -> tuple[dict[str, Any], str]:
    """A code tool of somebody else's, and its parameter."""
    name = f"{d.pick(_VERBS)}_{d.pick(_WHATS)}" if d.chance(0.75) else str(d.pick(("python", "code_interpreter", "repl", "sandbox")))
    key = str(d.pick(_KEYS))
    parameters = {"type": "object", "properties": {key: {"type": "string", "description": str(d.pick(_KEY_TEXTS))}}, "required": [key]}
    return {"name": name, "description": str(d.pick(_DESCRIPTIONS)), "parameters": parameters}, key


def _steps(d: Draw) -> list[Program]:
    """The programs of one conversation."""
    if d.chance(0.08):
        return file_in_steps(d)
    return [program(d) for _ in range(d.weighted(((5, 1), (4, 2), (2, 3))))]


def _output(d: Draw, made: Program, is_own: bool) -> str:
    """What the tool gives back."""
    if is_own:
        return f"{made.printed}\n" if made.printed else NOTHING_PRINTED
    shown = made.printed + ("\n" if made.printed and d.chance(0.5) else "")
    if d.chance(0.5):
        return shown
    key = str(d.pick(("stdout", "output", "result", "printed")))
    return dump(d, {key: shown} if d.chance(0.6) else {key: shown, "exit_code": 0})


def _python(d: Draw) -> Sample:
    """Requests over one code tool, mostly the server's own."""
    is_own = d.chance(0.65)
    tool, key = (CODE_EXECUTION, "code") if is_own else _other_tool(d)
    tools = [tool, GOOGLE_SEARCH] if is_own and d.chance(0.12) else [tool]
    messages: list[Message] = []
    expect: dict[str, Any] = {}
    if is_own and d.chance(0.03):
        made = missing_file(d)
        messages += [Message("user", asked(d, made)), Message("assistant", calls=(Call(tool["name"], {key: made.code}),))]
        messages += [Message("tool", _failure(1, made)), Message("assistant", f"The program failed: {made.printed}.")]
        return Sample("programs", messages, tools, {"contains": [made.printed]})
    steps = _steps(d)
    for at, made in enumerate(steps):
        call = Call(tool["name"], {key: made.code})
        messages += [Message("user", asked(d, made)), Message("assistant", calls=(call,))]
        expect = {"prints": made.printed, "argument": key}
        if at + 1 == len(steps) and d.chance(0.45):
            break
        messages += [Message("tool", _output(d, made, is_own)), Message("assistant", told(made.printed))]
        expect = {"contains": [made.printed or NOTHING]}
    if "prints" in expect and "open(" in steps[-1].code and "'w'" not in steps[-1].code:
        # Such a program runs only where the file of the step before is.
        expect = {"calls": [{"name": tool["name"], "arguments": {key: steps[-1].code}}]}
    return Sample("programs", messages, tools, expect)


def _shell(d: Draw) -> Sample:
    """One to three commands for a shell."""
    name, key = str(d.pick(_SHELLS)), str(d.pick(_SHELL_KEYS))
    parameters = {"type": "object", "properties": {key: {"type": "string"}}, "required": [key]}
    tool = {"name": name, "description": str(d.pick(_SHELL_TEXTS)), "parameters": parameters}
    messages: list[Message] = []
    expect: dict[str, Any] = {}
    count = d.number(1, 3)
    for at in range(count):
        asks, command, printed = d.pick(_COMMANDS)
        marks = {"{w}": d.word(), "{f}": words.file_name(d), "{n}": str(d.number(2, 90))}
        wish = str(d.pick(asks))
        for mark, value in marks.items():
            wish, command, printed = wish.replace(mark, value), command.replace(mark, value), printed.replace(mark, value)
        call = Call(name, {key: command})
        mark = "?" if wish.split(" ")[0] in ("which", "what", "how", "where", "in") else "."
        messages += [Message("user", dressed(d, wish, mark, plain=0.6)), Message("assistant", calls=(call,))]
        expect = {"calls": [{"name": name, "arguments": call.arguments}]}
        if at + 1 == count and d.chance(0.5):
            break
        said = told(printed) if printed else "Done."
        messages += [Message("tool", printed), Message("assistant", said)]
        expect = {"contains": [printed or said]}
    return Sample("programs", messages, [tool], expect)


def programs(d: Draw) -> Sample:
    """The code in a call of the code tool; mostly the printed result and its telling follow."""
    return _shell(d) if d.chance(0.07) else _python(d)
