// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/delivery.h"

#include "base/caught.h"
#include "base/log.h"

#include <algorithm>
#include <cerrno>

namespace unfreed {

Result<std::vector<std::string>> Delivery::make() {
    return caught([&] { return make_(); });
}

void Delivery::tell(const Error& error) {
    failed_ = true;
    log::error(error.message);
}

bool Delivery::reader_gone() const {
    return std::all_of(gone_.begin(), gone_.end(), [](bool gone) { return gone; });
}

void Delivery::interim() {
    if (reader_gone())
        return;
    const auto reports = make();
    if (!reports)
        return tell(reports.error());
    for (std::size_t i = 0; i < destinations_.size(); ++i) {
        if (gone_[i] || is_missing(i, (*reports)[i]))
            continue;
        if (auto written = destinations_[i].write((*reports)[i]); !written) {
            gone_[i] = written.error().os_errno == EPIPE;
            tell(written.error());
        }
    }
}

void Delivery::last() {
    auto reports = make();
    // What the first try took has been given back; another moment may have more.
    if (!reports && reports.error().code == Errc::limit)
        reports = make();
    if (!reports)
        return tell(std::move(reports.error()).with_context("no report can be made"));
    for (std::size_t i = 0; i < destinations_.size(); ++i) {
        if (is_missing(i, (*reports)[i]))
            continue;
        auto written = destinations_[i].write((*reports)[i]);
        if (written)
            continue;
        tell(written.error());
        rescue(destinations_[i], (*reports)[i], destinations_.is_recording(i));
    }
}

// What could not be made has been told.
bool Delivery::is_missing(std::size_t index, const std::string& report) {
    const bool missing = destinations_.is_recording(index) && report.empty();
    failed_ = failed_ || missing;
    return missing;
}

void Delivery::rescue(Output& output, const std::string& report, bool is_recording) {
    if (output.is_stdout())
        return;
    if (auto fallback = Output::open(""); !is_recording && fallback && fallback->write(report))
        log::warning("the report went to stdout instead");
    else if (const std::string path = output.keep(); !path.empty())
        log::warning("the report was kept in " + path);
}

} // namespace unfreed
