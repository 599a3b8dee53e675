// SPDX-License-Identifier: BSD-2-Clause
// What keys and reports change; view_draw.cpp draws it.
#include "live/view.h"

#include "live/texts.h"

#include <algorithm>
#include <utility>

namespace unfreed::live {
namespace {

constexpr std::size_t kLongestFilter = 200; // bytes

void append_utf8(std::string& text, char32_t c) {
    const auto add = [&text](char32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80)
        return add(c);
    if (c < 0x800) {
        add(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            add(0xe0 | c >> 12);
        } else {
            add(0xf0 | c >> 18);
            add(0x80 | (c >> 12 & 0x3f));
        }
        add(0x80 | (c >> 6 & 0x3f));
    }
    add(0x80 | (c & 0x3f));
}

void drop_last_character(std::string& text) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80)
        text.pop_back();
    if (!text.empty())
        text.pop_back();
}

} // namespace

void View::show(Report report) {
    if (paused())
        return;
    const Group* group = selected();
    const std::string id = group != nullptr && cursor_ != 0 ? group->id : std::string();
    const Place former = place();
    report_ = std::move(report);
    counts_ = counts_phrase();
    rows_.reset();
    arrange();
    if (const std::size_t row = id.empty() ? rows_.size() : find(id); row < rows_.size())
        go_to({row, former.below});
}

View::Place View::place() const {
    const std::size_t row = row_of(cursor_);
    return {row, cursor_ - line_of(row)};
}

void View::go_to(const Place& place) {
    cursor_ =
        line_of(place.row) + (opened_at_ == place.row ? std::min(place.below, details_.size()) : 0);
    cursor_ = std::min(cursor_, lines() == 0 ? 0 : lines() - 1);
}

void View::arrange() {
    if (!report_)
        return;
    rows_.arrange(*report_, order_);
    const std::size_t row = opened_.empty() ? rows_.size() : find(opened_);
    opened_at_ = row < rows_.size() ? std::optional(row) : std::nullopt;
    lay_out_details();
    cursor_ = std::min(cursor_, lines() == 0 ? 0 : lines() - 1);
}

void View::lay_out_details() {
    details_.clear();
    if (opened_at_)
        details_ = details_of(*report_, group_at(*opened_at_), *opened_at_ + 1, width_);
}

// In another order, or among others: the row that was chosen stays chosen where it is still there,
// but who looks at the first one wants the first one.
void View::change(const Order& order) {
    const Group* group = selected();
    const std::string id = group != nullptr && cursor_ != 0 ? group->id : std::string();
    order_ = order;
    arrange();
    const std::size_t row = id.empty() ? rows_.size() : find(id);
    cursor_ = row < rows_.size() ? line_of(row) : 0;
}

std::size_t View::find(std::string_view id) const {
    std::size_t row = 0;
    while (row < rows_.size() && group_at(row).id != id)
        ++row;
    return row;
}

const Group* View::selected() const {
    return report_ && rows_.size() != 0 ? &group_at(row_of(cursor_)) : nullptr;
}

std::size_t View::row_of(std::size_t line) const {
    if (!opened_at_ || line <= *opened_at_)
        return line;
    return std::max(*opened_at_, line - std::min(line, details_.size()));
}

std::size_t View::line_of(std::size_t row) const {
    return row + (opened_at_ && row > *opened_at_ ? details_.size() : 0);
}

View::Reply View::press(const Key& key) {
    if (key.kind == Key::Kind::redraw)
        return Reply::redraw;
    if (key.kind == Key::Kind::suspend)
        return Reply::suspend;
    if (panel_ != Panel::none && scroll_panel(key))
        return Reply::none;
    if (typing_)
        return type(key);
    if (key.kind == Key::Kind::character)
        return command(key.character);
    if (key.kind == Key::Kind::enter) {
        toggle_row();
    } else if (key.kind == Key::Kind::escape) {
        if (opened_at_) {
            toggle_row();
        } else if (!order_.filter.empty()) {
            Order order = order_;
            order.filter.clear();
            change(order);
        }
    } else {
        move(key);
    }
    return Reply::none;
}

// Any other key closes it, and q does what it does elsewhere.
bool View::scroll_panel(const Key& key) {
    using enum Key::Kind;
    if (key.kind == down || key.kind == page_down)
        panel_top_ += key.kind == down ? 1 : height_;
    else if (key.kind == up || key.kind == page_up)
        panel_top_ -= std::min(panel_top_, key.kind == up ? 1 : height_);
    else
        panel_ = Panel::none;
    return key.kind != character || key.character != 'q';
}

View::Reply View::type(const Key& key) {
    Order order = order_;
    switch (key.kind) {
    case Key::Kind::enter:
        typing_ = false;
        return Reply::none;
    case Key::Kind::escape:
        typing_ = false;
        order.filter.clear();
        break;
    case Key::Kind::backspace:
        drop_last_character(order.filter);
        break;
    case Key::Kind::character:
        if (order.filter.size() < kLongestFilter)
            append_utf8(order.filter, key.character);
        break;
    default:
        move(key);
        return Reply::none;
    }
    change(order);
    return Reply::none;
}

View::Reply View::command(char32_t character) {
    Order order = order_;
    switch (character) {
    case 'q':
        return Reply::quit;
    case 's':
        order.sort = next(order.sort);
        break;
    case 'S':
        order.sort = former(order.sort);
        break;
    case 'r':
        order.reversed = !order.reversed;
        break;
    case 'a':
        order.findings_only = !order.findings_only;
        break;
    case '/':
        typing_ = true;
        return Reply::none;
    case 'p':
    case ' ':
        paused_ = !paused_;
        return Reply::none;
    case 'l':
    case 'h':
    case '?':
        panel_ = character == 'l' ? Panel::losses : Panel::help;
        panel_top_ = 0;
        return Reply::none;
    case 'j':
        move({Key::Kind::down});
        return Reply::none;
    case 'k':
        move({Key::Kind::up});
        return Reply::none;
    default:
        return Reply::none;
    }
    change(order);
    return Reply::none;
}

void View::move(const Key& key) {
    const std::size_t last = lines() == 0 ? 0 : lines() - 1;
    const std::size_t page = std::max<std::size_t>(height_, 2) - 1;
    switch (key.kind) {
    case Key::Kind::up:
        cursor_ -= std::min<std::size_t>(cursor_, 1);
        break;
    case Key::Kind::down:
        cursor_ = std::min(cursor_ + 1, last);
        break;
    case Key::Kind::page_up:
        cursor_ -= std::min(cursor_, page);
        break;
    case Key::Kind::page_down:
        cursor_ = std::min(cursor_ + page, last);
        break;
    case Key::Kind::home:
        cursor_ = 0;
        break;
    case Key::Kind::end:
        cursor_ = last;
        break;
    default:
        break;
    }
}

// Opens the chosen row, or closes the one that is open.
void View::toggle_row() {
    const Group* group = selected();
    if (group == nullptr)
        return;
    const std::size_t row = row_of(cursor_);
    const bool closes = opened_at_ == row;
    opened_ = closes ? std::string() : group->id;
    opened_at_ = closes ? std::nullopt : std::optional(row);
    lay_out_details();
    cursor_ = row;
    const std::size_t end = row + details_.size() + 1;
    if (end > top_ + height_) // as much of it as fits
        top_ = std::min(row, end - height_);
}

} // namespace unfreed::live
