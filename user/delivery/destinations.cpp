// SPDX-License-Identifier: BSD-2-Clause
#include "delivery/destinations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace unfreed {

Result<Destinations> Destinations::open(const Options& options) {
    Destinations destinations;
    destinations.top_ = options.top;
    destinations.every_row_ = options.all;
    for (const OutputChoice& choice : options.outputs) {
        auto output = Output::open(choice.path);
        if (!output)
            return fail(output.error());
        if (choice.writer->binary && output->is_terminal())
            return fail(Errc::usage, fmt::format("{0} is no text for a terminal; write -o {0}=FILE",
                                                 choice.writer->name));
        destinations.all_.push_back({choice.writer, std::move(*output)});
    }
    if (!options.record.empty()) {
        auto output = Output::open(options.record);
        if (!output)
            return fail(output.error());
        if (output->is_terminal())
            return fail(Errc::usage, "a recording is no text for a terminal; write --record FILE");
        destinations.all_.push_back({nullptr, std::move(*output)});
    }
    return destinations;
}

bool Destinations::have_recording() const {
    return !all_.empty() && is_recording(all_.size() - 1);
}

std::vector<std::string> Destinations::render(const Report& report, std::string recording) const {
    std::vector<std::string> texts;
    texts.reserve(all_.size());
    for (const auto& [writer, output] : all_) {
        if (writer == nullptr) {
            texts.push_back(std::move(recording));
            continue;
        }
        Sheet sheet;
        sheet.width = static_cast<std::size_t>(output.width());
        sheet.color = output.is_terminal() && std::getenv("NO_COLOR") == nullptr;
        sheet.top = top_;
        sheet.all = every_row_;
        texts.push_back(writer->write(report, sheet));
    }
    return texts;
}

bool Destinations::have_stdout() const {
    return std::any_of(all_.begin(), all_.end(),
                       [](const Destination& one) { return one.output.is_stdout(); });
}

bool Destinations::have_file() const {
    return !std::all_of(all_.begin(), all_.end(),
                        [](const Destination& one) { return one.output.is_stdout(); });
}

int Destinations::only_pipe() const {
    return all_.size() == 1 ? all_.front().output.pipe() : -1;
}

} // namespace unfreed
