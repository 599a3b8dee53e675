// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "output/output.h"

#include <functional>
#include <string>
#include <utility>

namespace unfreed::cli {

// Brings the reports of a trace out. One that fails is told at once, and does not keep the next one
// from being made; the last one is rescued if it cannot go where it should.
class Delivery {
  public:
    using Make = std::function<Result<std::string>()>;

    Delivery(Output& output, Make make) : output_(output), make_(std::move(make)) {}

    void interim();
    void last();

    // A report could not be made or written where it should go.
    bool failed() const { return failed_; }
    // Whoever read the reports is gone.
    bool reader_gone() const { return reader_gone_; }

  private:
    Result<std::string> make();
    void rescue(const std::string& report);
    void tell(const Error& error);

    Output& output_;
    Make make_;
    bool failed_ = false;
    bool reader_gone_ = false;
};

} // namespace unfreed::cli
