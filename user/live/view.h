// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "live/canvas.h"
#include "live/key.h"
#include "live/order.h"
#include "model/report.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed::live {

// What the view is told of the trace besides its reports.
struct Moment {
    std::uint64_t elapsed_ns = 0;             // of the trace
    std::optional<std::uint64_t> duration_ns; // that it shall last; none: until somebody ends it
    std::string working;                      // what is going on, so that no key is heard
    std::string message;                      // of the tool, safe for a terminal
};

// The screen of a trace that runs: the groups of the latest report as rows, of which one can be
// opened. Keys change what is shown, reports bring new rows; what was chosen stays chosen. Knows no
// terminal and no clock.
class View {
  public:
    enum class Reply { none, quit, suspend, redraw };

    // A new report. Not shown while paused.
    void show(Report report);
    Reply press(const Key& key);
    void draw(Canvas& canvas, const Moment& moment);

    // New reports are not shown.
    bool paused() const { return paused_ && report_; }

  private:
    enum class Panel { none, help, losses };

    Reply type(const Key& key);
    Reply command(char32_t character);
    bool scroll_panel(const Key& key);
    void move(const Key& key);
    void toggle_row();
    void change(const Order& order);
    void arrange();
    void lay_out_details();

    // A line of the body that keeps its meaning when lines are added elsewhere.
    struct Place {
        std::size_t row = 0;
        std::size_t below = 0; // lines, of its details
    };
    Place place() const;
    void go_to(const Place& place);

    const Group& group_at(std::size_t row) const { return report_->groups[rows_[row]]; }
    const Group* selected() const;
    std::size_t lines() const { return rows_.size() + details_.size(); }
    std::size_t row_of(std::size_t line) const;
    std::size_t line_of(std::size_t row) const;
    std::size_t find(std::string_view id) const;

    void fit_into(const Size& size);
    void draw_head(Canvas& canvas, const Moment& moment) const;
    std::string counts_phrase() const;
    void draw_counts(Canvas& canvas) const;
    void draw_body(Canvas& canvas, const Moment& moment);
    void draw_line(Canvas& canvas, std::size_t line, std::size_t row, std::string_view text) const;
    void draw_panel(Canvas& canvas);
    void draw_selected(Canvas& canvas) const;
    void draw_foot(Canvas& canvas, const Moment& moment) const;
    std::string why_empty(const Moment& moment) const;

    std::optional<Report> report_;
    std::string counts_; // of it, in words
    Order order_;
    Rows rows_;
    std::string opened_;                   // id of the group whose details are shown
    std::optional<std::size_t> opened_at_; // its row; none: it is not among them
    std::vector<std::string> details_;     // of that row, below it
    std::size_t width_ = 80;               // as it was drawn last
    std::size_t height_ = 10;              // of the body then
    std::size_t cursor_ = 0;               // a line of the body: rows and details
    std::size_t top_ = 0;                  // the first one that is shown
    bool typing_ = false;                  // the filter
    bool paused_ = false;
    Panel panel_ = Panel::none;
    std::size_t panel_top_ = 0;
};

} // namespace unfreed::live
