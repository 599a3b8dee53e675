// SPDX-License-Identifier: BSD-2-Clause
#include "report/gzip.h"

#include <zlib.h>

namespace unfreed {

std::string gzip(std::string_view text) {
    constexpr int kGzip = 16; // added to the bits of the window
    z_stream stream{};
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, MAX_MEM_LEVEL,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        return std::string(text);
    std::string packed(::deflateBound(&stream, text.size()), '\0');
    // zlib does not write to it.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const bool whole = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return whole ? packed : std::string(text);
}

} // namespace unfreed
