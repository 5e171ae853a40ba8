"""edits.py SOURCE OUT EDIT...: writes SOURCE to OUT with some of the edits below made in it.

They make the brokers that the crash tests need and nobody ships: one whose disk loses what was not
synced, one that is killed at a named step, and mutants, each with one promise broken, which the
tests must catch. An edit whose text is
not in its source exactly once is an error, so that a change of the broker cannot make it void.
"""

import sys
from pathlib import Path

EDITS = {
    # broker/app/node.cpp, broker/store/watermark.cpp, broker/store/ebxml_store_open.cpp: the power
    # can be cut.
    "losing_disk_here": (
        '#include "broker/app/node.hpp"\n',
        '#include "broker/app/node.hpp"\n\n#include "tests/crash/variants/losing_disk.hpp"\n',
    ),
    "losing_disk": (
        'store::open_rocksdb({.path = (config_.data / "store").string()})',
        'crash::open_on_losing_disk({.path = (config_.data / "store").string()})',
    ),
    "ebxml_losing_disk_here": (
        '#include "broker/store/ebxml_store_impl.hpp"\n',
        '#include "broker/store/ebxml_store_impl.hpp"\n'
        '#include "tests/crash/variants/losing_disk.hpp"\n',
    ),
    "ebxml_losing_disk": ("*rocksdb::Env::Default()", "crash::losing_disk()"),
    "unsynced_mark_is_lost": (
        "    if (auto written = write(value); !written) {\n        return written;\n    }\n"
        "    return writes_ %",
        "    if ((writes_ + 1) % writes_between_syncs != 0) {\n        ++writes_;\n"
        "        return {};\n    }\n"
        "    if (auto written = write(value); !written) {\n        return written;\n    }\n"
        "    return writes_ %",
    ),
    # Mutants.
    "ack_before_sync": (
        "    dispatch();\n    if (auto committed",
        "    dispatch();\n    for (auto& answer : std::exchange(answers_, {})) {\n"
        "        answer();\n    }\n    if (auto committed",
    ),
    "skip_sync": ("durable.sync = true;", "durable.sync = false;"),
    "forget_duplicates": (
        "    Receipt receipt = known ? join_known(*prepared, *known) : store_new(*prepared);",
        "    Receipt receipt = known && shared_.draining ? join_known(*prepared, *known)\n"
        "                                                : store_new(*prepared);",
    ),
    "unmarked": (".redelivered = record->attempts > 1,", ".redelivered = false,"),
    "settled_by_a_restart": (
        "            change(*record, DeliveryCause::restarted);",
        "            change(*record, DeliveryCause::settled_accepted);",
    ),
    "overtaking": (
        "    record.order_key = order_key_of(message, route.recipient);",
        "    record.order_key = order_key_of(message, route.recipient) + ledger_->next_position();",
    ),
    "assumed_receipt": (
        "    if (keep(*message)) {\n"
        "        schedule(sent.delivery, message->next_attempt);\n    }",
        "    end(*message, OutboundState::acknowledged);",
    ),
}


def after_include(line):
    return line, f'{line}#include "tests/crash/variants/killed_at.hpp"\n'


def before(step, text):
    """A step right in front of that text."""
    return text, f'crash::step("{step}");\n{text}'


def after(step, text):
    return text, f'{text}crash::step("{step}");\n'


# Where a broker that hands a message on by ebXML, or takes one, can be killed: killed_at.hpp.
SERVICE = '#include "broker/transport/ebxml/service/'
EDITS |= {
    "steps_of_outbox": after_include(SERVICE + 'outbox_impl.hpp"\n'),
    "steps_of_inbox": after_include(SERVICE + 'inbox_impl.hpp"\n'),
    "steps_of_signals": after_include(SERVICE + 'signal_queue.hpp"\n'),
    "out_offered": before("out_offered", "    const auto around_now = around();\n"),
    "out_composed": before(
        "out_composed", "    if (const auto put = parts.store.put(message); !put) {"),
    "out_kept": before(
        "out_kept",
        "    if (const Entered line(queue, organisation); line) {\n        return send(*message,"),
    "out_sent": before("out_sent", "    const bool made = answer || reached(answer.error());"),
    "out_counted": before("out_counted", "        schedule(sent.delivery, message->next_attempt);"),
    "out_signal_judged": before(
        "out_signal_judged", "    if (auto written = parts.store.update(message); !written) {"),
    "out_signal_kept": before("out_signal_kept", "    finish(message);\n    return effect;"),
    "out_settled": after("out_settled", "            queue.put(line, [this, message_id] {\n"),
    "out_erased": after(
        "out_erased",
        "parts.store.erase_outbound(message_id); !erased) {\n"
        "                    store_failed(erased.error());\n                }\n"),
    "in_opened": before(
        "in_opened", "    const auto receipt = submit(incoming, std::move(payload), claim);"),
    "in_committed": before(
        "in_committed", '    parts.events.write(\n        EventLevel::info, "ebxml_received",'),
    "in_kept": before(
        "in_kept", "    return {.later = false, .signal = std::move(signal)};\n}\n"),
    "in_signal_sent": before("in_signal_sent", "    if (!sent) {\n"),
}


def main() -> None:
    source, out, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    text = source.read_text(encoding="utf-8")
    for name in names:
        old, new = EDITS[name]
        if text.count(old) != 1:
            sys.exit(f"edits.py: the text of {name} is {text.count(old)} times in {source}")
        text = text.replace(old, new)
    out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
