// SPDX-License-Identifier: BSD-2-Clause
#include "report/writer.h"

#include <algorithm>

namespace unfreed {

#define UF_WRITER(name) extern const Writer name##_writer;
#include "writers.inc"
#undef UF_WRITER

std::span<const Writer* const> all_writers() {
    static constexpr const Writer* kAll[] = {
#define UF_WRITER(name) &name##_writer,
#include "writers.inc"
#undef UF_WRITER
    };
    return kAll;
}

const Writer* find_writer(std::string_view name) {
    const auto all = all_writers();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [name](const Writer* writer) { return writer->name == name; });
    return found == all.end() ? nullptr : *found;
}

std::string writer_names() {
    std::string names;
    for (const Writer* writer : all_writers())
        names.append(names.empty() ? "" : ", ").append(writer->name);
    return names;
}

} // namespace unfreed
