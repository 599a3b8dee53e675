// SPDX-License-Identifier: BSD-2-Clause
#include "cli/delivery.h"

#include "base/caught.h"
#include "base/log.h"

#include <cerrno>

namespace unfreed::cli {

Result<std::string> Delivery::make() {
    return caught([&] { return make_(); });
}

void Delivery::tell(const Error& error) {
    failed_ = true;
    log::error(error.message);
}

void Delivery::interim() {
    if (reader_gone_)
        return;
    const auto report = make();
    if (!report)
        return tell(report.error());
    if (auto written = output_.write(*report); !written) {
        reader_gone_ = written.error().os_errno == EPIPE;
        tell(written.error());
    }
}

void Delivery::last() {
    auto report = make();
    // What the first try took has been given back; another moment may have more.
    if (!report && report.error().code == Errc::limit)
        report = make();
    if (!report)
        return tell(std::move(report.error()).with_context("no report can be made"));
    auto written = output_.write(*report);
    if (written)
        return;
    tell(written.error());
    rescue(*report);
}

void Delivery::rescue(const std::string& report) {
    if (output_.is_stdout())
        return;
    if (auto fallback = Output::open(""); fallback && fallback->write(report))
        log::warning("the report went to stdout instead");
    else if (const std::string path = output_.keep(); !path.empty())
        log::warning("the report was kept in " + path);
}

} // namespace unfreed::cli
