// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"
#include "options/options.h"
#include "output/output.h"

#include <cstddef>
#include <string>
#include <vector>

namespace unfreed {

// Where a report goes, in which form: several files at once are possible.
class Destinations {
  public:
    // Fails now, before any tracing, when one of them cannot be written later.
    static Result<Destinations> open(const Options& options);

    // A text for each. recording: for the one that takes it; empty: there is none.
    std::vector<std::string> render(const Report& report, std::string recording = {}) const;

    // One of them takes a recording.
    bool have_recording() const;
    bool is_recording(std::size_t index) const { return all_[index].writer == nullptr; }

    std::size_t size() const { return all_.size(); }
    Output& operator[](std::size_t index) { return all_[index].output; }

    // Is stdout one of them?
    bool have_stdout() const;
    // Is one of them something else?
    bool have_file() const;
    // The pipe that is all there is; else -1.
    int only_pipe() const;

  private:
    struct Destination {
        const Writer* writer; // nullptr: it takes the recording
        Output output;
    };
    std::vector<Destination> all_;
    std::size_t top_ = 0;
    bool every_row_ = false; // --all
};

} // namespace unfreed
