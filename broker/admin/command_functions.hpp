// The functions of the commands, one file per group: what command_table.cpp puts names to. May not
// know how a line looked or who may run it: that has been settled.
#pragma once

#include "broker/admin/command.hpp"

namespace budstikke::admin::run {

// commands_about.cpp
void help(Call call);
void status(Call call);
void sessions(Call call);
void keys(Call call);
// commands_party.cpp
void parties_list(Call call);
void parties_show(Call call);
void party_hold(Call call);
void party_release(Call call);
// commands_queue.cpp
void queue_list(Call call);
void queue_show(Call call);
void queue_pause(Call call);
void queue_resume(Call call);
// commands_message.cpp
void message_show(Call call);
void deadletter_list(Call call);
void deadletter_retry(Call call);
void deadletter_discard(Call call);
// commands_ebxml.cpp
void ebxml_status(Call call);
void ebxml_agreements(Call call);
void ebxml_way(Call call);
void ebxml_waiting(Call call);
void ebxml_partners(Call call);
// commands_control.cpp
void audit_list(Call call);
void reload(Call call);
void drain(Call call);
void stop(Call call);

}  // namespace budstikke::admin::run
