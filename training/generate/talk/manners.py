"""Family 8: greetings, thanks, questions about itself, and an honest answer to everything else."""

from __future__ import annotations

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw
from training.generate.spoken import asking
from training.generate.talk.requests import FOREIGN, OPENERS, TASKS, unknown_request
from training.generate.variants import Forms, forms

GREETINGS = forms(
    "Hello[/!/./ there/ there!/ again/ friend/ everyone/ everybody/ to you/ my friend]|"
    "Hi[/!/./ there/ there!/ again/ all/ friend/ everyone/ and welcome]|Hey[/!/ hey/ you/ friend/ buddy/ hello]|"
    "Good [morning/evening/day][/!/./ to you/ everyone/ my friend]|Hiya|Yo|Welcome|Heya|Hullo|Aloha|"
    "[Hello/Hi/Hey][,/!] [how are you today/how are you feeling/how is it going/are you well today/how are you doing/how do you do/is it going well/what's up/nice to see you/good to meet you/nice to meet you][?/ today?/]|"
    "How are you [/today/doing/doing today/this morning]?|"
    "[Nice/Good/Lovely/Great] to [see/meet] you[!/./ again/ too]|[Are you/Is somebody/Is anyone/Is anybody] there?|"
    "Anybody [there/here/home]?|How [do you do/is it going/is life/are things/goes it]?|Hello, is it going well?|What's up?|"
    "A [good/fine] day to you|[I am/I'm] [back/here/new here][./, hello!/ and say hello.]|I [just/only] want[ed/] to say [hi/hello].|"
    "[Good/Happy] [to be here/to talk to you]|Top of the morning!|Hello hello|Testing, hello?|[Hi/Hello] from {c}|Hello, {c} calling",
    "Greetings|Good afternoon|Hey there|Howdy|Hello, are you well?",
)
THANKS = forms(
    "Thanks[/!/./ a lot/ a lot!/ for that/ again/ for your help/ a million/ for everything/ for the answer/ my friend/ very much]|"
    "Thank you[/!/./ very much./ for your help/ for that./ again/ kindly/ for the answer./, that is all/, bye for today]|"
    "[Great/Good/Perfect/OK/Okay/Nice/Fine/Super/Wonderful/Lovely/Cool][, thanks/! Thanks/ thanks/, thanks a lot/, many thanks]|"
    "Many thanks[/!/ for that]|Cheers[/!/ mate]|"
    "That [helps/helped/was helpful/is helpful/is great/is what I needed][, thank you/. Thanks!/, thanks/. Thank you.]|"
    "I thank you[/ very much]|Well done[/, thank you/!/, thanks]|"
    "You [helped me/are a great help/are so helpful/did well][, thanks/./!]|That was [good/great/perfect/quick/nice/kind of you]|"
    "[Nice/Great/Good] [work/job][/!/, thanks]|I [really/] appreciate [it/that/your help]|[Thx/Ty/Thanx/Tysm]|"
    "[You are/You're] [great/the best/very kind/a star]|Good [answer/bot]!|[I am/I'm] [grateful/very grateful/thankful].|"
    "How [kind/nice] of you[/!]",
    "Thank you so much|Thanks, that was good|Much obliged|Nice, thank you!",
)
GOODBYES = forms(
    "Bye[/!/./ bye/ then/ and thanks/ my friend]|Goodbye[/!/./ then/ and thank you/ my friend]|"
    "See you[/!/ later/ later!/ tomorrow/ soon/ again/ next week]|Good night[/!/, sleep well/, bye]|"
    "That [is/will be/was] all [for today/for now/I need][/, bye/.]|"
    "I [have to/must/need to/should] [go/leave/stop/go now/leave now/run/sleep][/, bye/./ now]|"
    "Take care[/!/, bye]|I am [leaving/going/done/off/going home/going to bed][/./ now/ now, bye]|Ciao[/!/ ciao]|"
    "[Good bye/Bye] for [today/tonight]|Talk to you [later/soon/tomorrow][/!]|"
    "Have a [nice/good/great/lovely] [day/evening/weekend/night][/!]|[I'm/I am] off[/ now/, bye/!]|[Cu/Cya/Ttyl/Gtg]|"
    "[Until/Till] [tomorrow/later/Monday]|We are done [here/for today]|[End/Close] [of/] the [chat/conversation].|Adieu",
    "Farewell|Until next time|So long|Bye for now",
)
WHO = forms(
    "Who [are you/is this/is there/made you/built you/created you/trained you/is your maker/developed you/is answering/am I speaking with/am I chatting with][/, please/ exactly/ really]?|"
    "What [are you/are you called/is your name/model is this/model are you/sort of program are you/sort of thing are you/is this/am I using/am I talking with/should I call you/do people call you/version are you][/ exactly]?|"
    ""
    "Are you [a human/human/a robot/a bot/a real person/a person/a machine/a program/a large model/a big model/artificial/alive/real/a computer/an assistant/a language model/an LLM/open source/ChatGPT/Siri/Alexa/Gemini/Llama/Qwen]?|"
    "Which [model/program/bot/assistant/company/version] [are you/is this/am I using/made you/do I use]?|"
    "[Tell/Say] [me/to me] [about yourself/who you are/what you are/your name/who made you/which model you are/something about yourself].|"
    "[Introduce/Describe/Present] yourself[/, please/ in one sentence/ to me].|Say [who you are/your name].|"
    "[Do I/Am I] [talk/talking/speak/speaking] to a [machine/human/bot/person/model]?|[Can/May/Could] I [know/have/get/ask] your name?|"
    "How [big/large/old/small] are you?|How many parameters do you have?|What's your [name/model]?|[Your name/Name], please[/?]|"
    "Do you know who you are?|[I'd like/I want/I would like] to know [who/what] you are.|Whom am I chatting with?|"
    "Where do you [come from/run/live]?|Is this [a bot/a model/an AI/a person/ChatGPT]?|Give me your name.",
    "What kind of model are you?|Who am I talking to?|Please introduce yourself|Are you an AI?|Do you have a name?",
)
ABILITIES = forms(
    "What can [you do/you do for me/I ask you/I do with you/I do here/you help with/you help me with/you offer/you answer/we do][/ exactly/ today/ here]?|"
    "How [can/could/do/will] you help [me/us/here]?|How can you help?|"
    "What [are you good at/do you know/are your skills/are you for/do you offer/are you capable of/tasks do you know/are your talents/are your limits/can't you do/do you do/is your job/is your purpose/services do you offer]?|"
    ""
    "[Help/Help me/Please help me/Help me please/Help!/Help, please/I want help]|"
    "[What/Which] [tasks/things/questions/jobs] [can you do/can you handle/do you handle/do you understand/can I give you]?|"
    "What [should/could/can/may] I [ask/try/say/do][/ first/ here/ you]?|What is [possible/there to do/on offer] [here/with you/]?|"
    "[Tell/Show] me what you [can/could] do[/./, please./ for me.]|"
    "[List/Name/Show/Describe/Explain] your [skills/talents/functions/features/capabilities/tasks].|"
    "How do I [use you/use this/start/begin/talk to you/work with you]?|"
    "Can you [help/help me/do anything/do something for me/do something useful/assist me][/, please]?|"
    "[I'd like/I want] to know what you can do.|Do you have any skills?|What [features/functions/skills] do you have?|"
    "How [useful/clever/smart/good] are you?|Give me [examples/an example/a list] of what you can do.|What do I use you for?|"
    "[Is there anything/Anything] you can do?|Could you be of help?",
    "What are you able to do?|What are your abilities?|Which things can you do?|I need help",
)

ANSWERS = {
    "greets": "Hello! I am antiphon-nano, the small model built into Antiphon. How can I help?",
    "thanks": "You're welcome!",
    "goodbye": "Goodbye!",
    "identity": "I am antiphon-nano, a very small language model built into Antiphon. To use a larger one, start Antiphon with --model or --upstream.",
    "abilities": "I can call functions, remember what you tell me, count, fill in JSON, write small programs, draw simple pictures and explain common things. For anything more, start Antiphon with --model or --upstream.",
    "unknown": "That is beyond me: I am antiphon-nano, a very small built-in model. I can call functions, recall what you tell me and fill in JSON; for more, start Antiphon with --model FILE.gguf or --upstream URL.",
}
SMALL: tuple[tuple[float, str, Forms], ...] = (
    (3, "greets", GREETINGS),
    (2, "thanks", THANKS),
    (1, "goodbye", GOODBYES),
    (3, "identity", WHO),
    (2, "abilities", ABILITIES),
)


def exchange(d: Draw, unknown: float = 0.5) -> tuple[str, str, str]:
    """A question, its answer, and the kind of the answer; `unknown` is the share of requests for what the model cannot do."""
    if d.chance(unknown):
        return unknown_request(d), ANSWERS["unknown"], "unknown"
    mark, source = d.weighted([(weight, (mark, source)) for weight, mark, source in SMALL])
    sentence = source.draw(d).replace("{c}", words.city(d))
    chatty = mark in ("identity", "abilities")
    return asking(d, sentence, opener=0.25 if chatty else 0.0), ANSWERS[mark], mark


def manners(d: Draw) -> Sample:
    """One to four exchanges; only the last is scored."""
    messages: list[Message] = []
    mark = ""
    for _ in range(d.weighted(((5, 1), (4, 2), (2, 3), (1, 4)))):
        asked, answer, mark = exchange(d)
        messages += [Message("user", asked), Message("assistant", answer)]
    return Sample("manners", messages, [], {"kind": mark})


__all__ = ["ANSWERS", "FOREIGN", "OPENERS", "TASKS", "exchange", "manners", "unknown_request"]
