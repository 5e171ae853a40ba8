"""parties.py FACTS FOLDER: from the facts that `budstikke inspect --json` states of one message,
makes what the quickstart's broker must know of its parties: the directory, and lists for the shell.

Says why a message cannot be routed and exits with 1 where it cannot. Asks no broker.
"""

import json
import re
import sys
from pathlib import Path

HER_ID = re.compile(r"[0-9]{1,10}")
FIRST_ORGANISATION = 999000001


def refuse(why):
    print(f"quickstart: this message cannot be routed: {why}", file=sys.stderr)
    raise SystemExit(1)


def routable(who, party):
    """The HER-id of a party, which is the only address that the broker knows."""
    her_id = party["her_id"]
    if her_id is None:
        refuse(f"{who} has no HER-id")
    if not HER_ID.fullmatch(her_id):
        refuse(f"the HER-id of {who} is not 1 to 10 digits")
    return her_id


def parties_of(facts):
    """The sender, and the kinds of the recipients by HER-id, in the order of the message."""
    if not facts["well_formed"]:
        refuse("it is not well-formed XML")
    if facts["format"] is None:
        refuse("it is of no format that the broker reads (MsgHead, HCP family, AppRec)")
    if not facts["message_id"]:
        refuse("it has no MsgId")
    if not facts["receivers"]:
        refuse("it names no recipient")
    sender = routable("the sender", facts["sender"])
    recipients = {}
    for receiver in facts["receivers"]:
        who = "a copy recipient" if receiver["role"] == "copy" else "the recipient"
        kind = "municipality" if receiver["role"] == "copy" else "gp"
        recipients.setdefault(routable(who, receiver), kind)
    return sender, recipients


def directory(kinds):
    """The TOML of an organisation with one party for each HER-id. What they accept and how it is
    checked is left wide open, since the quickstart shows the way of a message, good or not."""
    text = "# Made by the quickstart.\n"
    for number, (her_id, kind) in enumerate(kinds.items(), FIRST_ORGANISATION):
        text += f"""
[[organisation]]
number = "{number}"
name = "Quickstart {kind} {her_id}"
acts_for = ["{her_id}"]

[[party]]
her_id = "{her_id}"
organisation = "{number}"
name = "Quickstart {kind} {her_id}"
kind = "{kind}"
endpoint = "exchange"
validation = "none"
"""
    return text


def main():
    facts_file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    facts = json.loads(facts_file.read_text(encoding="utf-8"))
    sender, recipients = parties_of(facts)
    kinds = {sender: "hospital", **{h: k for h, k in recipients.items() if h != sender}}
    (folder / "directory").mkdir()
    (folder / "directory" / "parties.toml").write_text(directory(kinds), encoding="utf-8")
    lines = [f"{her_id} {number}" for number, her_id in enumerate(kinds, FIRST_ORGANISATION)]
    (folder / "parties").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "recipients").write_text("\n".join(recipients) + "\n", encoding="utf-8")
    if facts["format"] == "apprec":
        (folder / "is_receipt").touch()
    named = ", ".join(f"{h} ({k})" for h, k in recipients.items())
    print(f"   {facts['action']} ({facts['standard']} {facts['version']}) "
          f"from {sender} (hospital) to {named}")
    for finding in facts["findings"]:
        if finding["severity"] == "error":
            print(f"   finding {finding['code']}: {finding['text_en']}")


if __name__ == "__main__":
    main()
