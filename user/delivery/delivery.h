// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "delivery/destinations.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace unfreed {

// Brings the reports of a trace out. One that fails is told at once, and does not keep the next one
// from being made; the last one is rescued if it cannot go where it should.
class Delivery {
  public:
    // A text for each destination.
    using Make = std::function<Result<std::vector<std::string>>()>;

    Delivery(Destinations& destinations, Make make)
        : destinations_(destinations), make_(std::move(make)), gone_(destinations.size()) {}

    void interim();
    void last();

    // A report could not be made or written where it should go.
    bool failed() const { return failed_; }
    // Whoever read the reports is gone.
    bool reader_gone() const;

  private:
    Result<std::vector<std::string>> make();
    bool is_missing(std::size_t index, const std::string& report);
    static void rescue(Output& output, const std::string& report, bool is_recording);
    void tell(const Error& error);

    Destinations& destinations_;
    Make make_;
    bool failed_ = false;
    std::vector<bool> gone_; // the reader of this one is
};

} // namespace unfreed
