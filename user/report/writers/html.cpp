// SPDX-License-Identifier: BSD-2-Clause
// One file to open in a browser, on any machine, without a network: html/ has the page.
#include "report/html_data.h"
#include "report/html_page.h"
#include "report/writer.h"

namespace unfreed {
namespace {

std::string write(const Report& report, const Sheet&) {
    std::string file;
    for (const std::string_view piece : page_before_data())
        file += piece;
    file += to_html_data(report);
    for (const std::string_view piece : page_after_data())
        file += piece;
    return file;
}

} // namespace

extern const Writer html_writer;
const Writer html_writer{"html", "a page to open in a browser and to hand over", write, true, false,
                         true};

} // namespace unfreed
