#include "broker/transport/ebxml/message/timestamp.hpp"

#include <charconv>
#include <chrono>
#include <string>

namespace budstikke::ebxml {
namespace {

using namespace std::chrono;

/// Reads from the front of a text and remembers whether all went well.
class Digits {
 public:
    explicit Digits(std::string_view text) : rest_(text) {}

    int number(std::size_t width) {
        int value = 0;
        const auto field = rest_.substr(0, width);
        ok_ = ok_ && field.size() == width;
        for (const char c : field) {
            ok_ = ok_ && c >= '0' && c <= '9';
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(field.size());
        return ok_ ? value : 0;
    }
    bool accept(char wanted) {
        const bool found = rest_.starts_with(wanted);
        rest_.remove_prefix(found ? 1 : 0);
        return found;
    }
    void expect(char wanted) { ok_ = accept(wanted) && ok_; }
    /// Milliseconds of a fraction of any length.
    int fraction() {
        int value = 0;
        int digits = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
            value = digits < 3 ? value * 10 + (rest_.front() - '0') : value;
            rest_.remove_prefix(1);
        }
        ok_ = ok_ && digits > 0;
        for (int i = digits; i < 3; ++i) {
            value *= 10;
        }
        return value;
    }
    bool ok() const { return ok_; }
    bool done() const { return rest_.empty(); }

 private:
    std::string_view rest_;
    bool ok_ = true;
};

/// `Z`, `+hh:mm`, `-hh:mm` or nothing; minutes to subtract.
std::optional<minutes> zone(Digits& digits) {
    if (digits.done() || digits.accept('Z')) {
        return minutes(0);
    }
    const bool west = digits.accept('-');
    if (!west && !digits.accept('+')) {
        return std::nullopt;
    }
    const int hour = digits.number(2);
    digits.expect(':');
    const int minute = digits.number(2);
    if (!digits.ok() || hour > 14 || minute > 59) {
        return std::nullopt;
    }
    const auto offset = hours(hour) + minutes(minute);
    return west ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_date_time(std::string_view text) {
    Digits digits(text);
    const int year_number = digits.number(4);
    digits.expect('-');
    const int month_number = digits.number(2);
    digits.expect('-');
    const int day_number = digits.number(2);
    digits.expect('T');
    const int hour = digits.number(2);
    digits.expect(':');
    const int minute = digits.number(2);
    digits.expect(':');
    const int second = digits.number(2);
    const int millisecond = digits.accept('.') ? digits.fraction() : 0;
    const auto offset = zone(digits);
    const year_month_day date{
        year(year_number), month(static_cast<unsigned>(month_number)),
        day(static_cast<unsigned>(day_number))
    };
    // 24:00:00 is the first moment of the next day (XML Schema part 2, 3.2.7).
    const bool midnight = hour == 24 && minute == 0 && second == 0 && millisecond == 0;
    if (!digits.ok() || !digits.done() || !offset || !date.ok() || year_number == 0 ||
        (hour > 23 && !midnight) || minute > 59 || second > 59) {
        return std::nullopt;
    }
    return Timestamp(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) +
           milliseconds(millisecond) - *offset;
}

std::string to_date_time(Timestamp time) {
    // The milliseconds of RFC 3339 are fixed: `.123Z`.
    auto text = to_rfc3339(floor<seconds>(time));
    text.erase(text.find('.'));
    return text + "Z";
}

}  // namespace budstikke::ebxml
