// SPDX-License-Identifier: BSD-2-Clause
// The terminal as a canvas, by ncurses: the only folder that includes it.
#pragma once

#include "base/result.h"
#include "base/terminal_guard.h"
#include "live/canvas.h"
#include "live/key.h"

#include <memory>
#include <vector>

namespace unfreed {

// Takes the terminal of stdin and stdout over while it lives. Text has to be safe for a terminal.
// Changes of its size are heard of by SIGWINCH, which interrupts poll(). One at a time.
class Screen final : public live::Canvas {
  public:
    // Can a screen be made here: stdin and stdout are one terminal that is ours to read, and known?
    static bool possible();
    static Result<std::unique_ptr<Screen>> open();
    // Gives the terminal back as it was.
    ~Screen() override;

    live::Size size() const override;
    void put(std::size_t row, std::size_t column, std::string_view text,
             live::Style style) override;

    // Empties the canvas before a drawing; show() brings it to the terminal, unless that takes
    // nothing at the moment.
    void clear();
    void show();
    // The next one starts from nothing: somebody else has written to the terminal.
    void redraw();

    // All keys that wait.
    std::vector<live::Key> keys();
    // Nobody is at the terminal any more.
    bool gone() const { return gone_; }
    // Gives the terminal back, stops this process as Ctrl-Z does, and takes it over again.
    void suspend();

  private:
    struct Curses; // what ncurses has of us
    explicit Screen(std::unique_ptr<Curses> curses);

    std::unique_ptr<Curses> curses_;
    bool has_colors_ = false;
    bool gone_ = false;
};

} // namespace unfreed
