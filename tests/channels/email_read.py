"""Reads mails, one in a line of JSON each, and says where one differs from what
stands beside it. For email_letter_test.c."""
import email
import email.policy
import json
import sys

wrong = 0


def compare(what, got, want):
    global wrong
    if got != want:
        wrong += 1
        print(f"{what}: got {got!r}, want {want!r}", file=sys.stderr)


def files_of(mail):
    return [part for part in mail.walk()
            if part.get_content_disposition() == "attachment"]


def lines(text):
    return text and text.replace("\r\n", "\n")


# Between two encoded words of a name this reader keeps a space.
def squeezed(names):
    return ["".join(name.split()) for name in names]


def check(case):
    mail = email.message_from_bytes(bytes.fromhex(case["mail"]),
                                    policy=email.policy.default)
    compare("defects", [p.defects for p in mail.walk() if p.defects], [])
    compare("subject", mail["subject"], case["subject"])
    names = [a.display_name for a in mail["to"].addresses]
    wanted = [case[f"to{i}"] for i in range(len(names))]
    compare("to", squeezed(names), squeezed(wanted))
    compare("text", lines(mail.get_body(("plain",)).get_content()),
            case["text"])
    html = mail.get_body(("html",))
    compare("html", html and lines(html.get_content()), case.get("html"))
    files = files_of(mail)
    compare("files", len(files), sum(k.startswith("file") for k in case))
    for i, part in enumerate(files):
        compare("name", part.get_filename(), case[f"file{i}"])
        compare("bytes", part.get_payload(decode=True),
                bytes.fromhex(case[f"bytes{i}"]))


for line in sys.stdin:
    check(json.loads(line))
sys.exit(1 if wrong else 0)
