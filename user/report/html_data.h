// SPDX-License-Identifier: BSD-2-Clause
// What the page of html/ shows.
#pragma once

#include "model/report.h"

#include <string>

namespace unfreed {

// An object of JSON, fit to stand within a <script> of any page: in ASCII, without < > & in it.
//   report  that of to_json(), but with numbers in the place of the frames of stacks
//   frames  these, each once
//   words   for each group, what the text report says of it; what is empty is left out
//   page    sentences of the text report about all of it
std::string to_html_data(const Report& report);

} // namespace unfreed
