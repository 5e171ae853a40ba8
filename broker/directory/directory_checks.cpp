// What the files of a directory say about each other: references, levels, redirects.
#include <algorithm>

#include "broker/directory/directory_loader.hpp"

namespace budstikke::directory {
namespace {

/// The later start and the earlier end; nothing where the periods do not meet.
std::optional<Validity> common(const Validity& a, const Validity& b) {
    Validity both = a;
    if (b.from && (!both.from || *both.from < *b.from)) {
        both.from = b.from;
    }
    if (b.until && (!both.until || *b.until < *both.until)) {
        both.until = b.until;
    }
    const bool empty = both.from && both.until && *both.until <= *both.from;
    return empty ? std::nullopt : std::optional(both);
}

}  // namespace

std::expected<Directory, Faults> DirectoryLoader::finish() {
    if (complete_) {
        check_references();
    }
    check_parents();
    check_redirects();
    if (!faults_.empty()) {
        sort_by_place(faults_);
        return std::unexpected(std::move(faults_));
    }
    return std::move(directory_);
}

void DirectoryLoader::check_references() {
    for (const auto& [place, key, her_id] : references_) {
        if (!party_places_.contains(her_id)) {
            fault(place, '`' + std::string(key) + "`: no party has the HER-id " + her_id.text());
        }
    }
    for (const auto& [place, number] : organisation_references_) {
        if (!organisation_places_.contains(number)) {
            fault(place, "`organisation`: no [[organisation]] has the number " + in_quotes(number));
        }
    }
}

void DirectoryLoader::check_parents() {
    for (const auto& [her_id, place] : parent_places_) {
        const Party* parent = directory_.find(*directory_.find(her_id)->parent);
        if (parent != nullptr && parent->parent) {
            fault(
                place, "`parent`: HER-id " + parent->her_id.text() +
                           " has a parent itself; there are two levels, and a parent is of level 1"
            );
        }
    }
}

void DirectoryLoader::check_redirects() {
    for (const auto& [her_id, place] : redirect_places_) {
        check_redirect_from(her_id, place);
    }
}

/// Redirects matter together only at moments when all of them apply: a pair that takes turns is no
/// loop.
void DirectoryLoader::check_redirect_from(const HerId& start, const Place& place) {
    const Party* party = directory_.find(start);
    std::optional<Validity> when = Validity{};
    HerId smallest = start;
    std::size_t followed = 0;
    while (party != nullptr && party->redirect_to) {
        when = common(*when, party->redirect_validity);
        if (!when) {
            return;
        }
        if (++followed > limits::redirects_max) {
            fault(
                place, "more than " + std::to_string(limits::redirects_max) +
                           " redirects follow each other from here"
            );
            return;
        }
        party = directory_.find(*party->redirect_to);
        if (party != nullptr && party->her_id == start) {
            // Told once, at the first HER-id of the loop.
            if (smallest == start) {
                fault(place, "`redirect_to`: the redirects lead back to HER-id " + start.text());
            }
            return;
        }
        if (party != nullptr) {
            smallest = std::min(smallest, party->her_id);
        }
    }
}

}  // namespace budstikke::directory
