// SPDX-License-Identifier: BSD-2-Clause
#include "survey/recording.h"

#include "survey/check.h"
#include "survey/fields.h"

#include <zlib.h>

#include <array>
#include <map>
#include <utility>

namespace unfreed {

// What has no fields of its own beside: the index of holders sorts itself, and counters go by name.
struct RecordedSurvey {
    Survey& survey;
    bool holders_known = false;
    std::vector<Holder> holders;
    std::map<std::string, std::uint64_t> counters;
};

template <class A>
void fields(A& a, Snapshot& v) {
    a(v.taken_at_ns, v.one_in, v.objects, v.origins, v.counts, v.given_up, v.retired, v.processes,
      v.former_processes, v.charged_dead, v.history, v.deaths, v.other_sockets, v.holder_names,
      v.dentry_names, v.hidden_processes, v.last_deaths);
}

template <class A>
void fields(A& a, RecordedSurvey& v) {
    Survey& survey = v.survey;
    a(survey.tool, survey.asked, survey.host, survey.trace, survey.sight, survey.hooks,
      survey.notes, survey.snapshot, survey.unfollowed, survey.totals, v.counters, survey.books,
      survey.kernel, survey.user_keys, survey.holders, survey.sockets, survey.closeups,
      survey.addresses, v.holders_known, v.holders);
}

namespace {

constexpr std::string_view kMagic = "unfreed recording\n";
constexpr std::uint32_t kVersion = 1;
// Behind the magic: version, CRC-32 of all that follows it, bytes packed, bytes unpacked.
constexpr std::size_t kHeaderBytes = kMagic.size() + 4 + 4 + 8 + 8;

void put(std::string& out, std::uint64_t number, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
        out.push_back(static_cast<char>(number >> (8 * i)));
}

std::uint64_t take(std::string_view& in, unsigned bytes) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < bytes; ++i)
        number |= static_cast<std::uint64_t>(static_cast<unsigned char>(in[i])) << (8 * i);
    in.remove_prefix(bytes);
    return number;
}

std::uint32_t crc_of(std::string_view bytes) {
    uLong crc = ::crc32(0, nullptr, 0);
    crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    return static_cast<std::uint32_t>(crc);
}

Result<std::string> pack(std::string_view bytes) {
    // Levels above 1 take several times as long, for a tenth less.
    constexpr int kFast = 1;
    uLongf size = ::compressBound(bytes.size());
    std::string packed(size, '\0');
    if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                    reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), kFast) != Z_OK)
        return fail(Errc::limit, "no memory to pack the recording");
    packed.resize(size);
    return packed;
}

Result<std::string> unpack(std::string_view packed, std::uint64_t size) {
    std::string bytes(size, '\0');
    uLongf unpacked = bytes.size();
    const int result = ::uncompress(reinterpret_cast<Bytef*>(bytes.data()), &unpacked,
                                    reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    if (result != Z_OK || unpacked != size)
        return fail(Errc::malformed, "the recording is damaged: it cannot be unpacked");
    return bytes;
}

std::map<std::string, std::uint64_t> by_name(const Counters& counters) {
    std::map<std::string, std::uint64_t> values;
    for (const Loss& loss : counters.to_losses())
        if (loss.count != 0)
            values.emplace(loss.counter, loss.count);
    return values;
}

Counters from_names(const std::map<std::string, std::uint64_t>& values) {
    Counters counters;
    const std::vector<Loss> all = counters.to_losses(); // in the order of the enum
    for (std::size_t i = 0; i < all.size(); ++i)
        if (const auto value = values.find(all[i].counter); value != values.end())
            counters.set(static_cast<Counter>(i), value->second);
    return counters;
}

} // namespace

std::string encode_survey(const Survey& survey) {
    // Nothing writes to it.
    RecordedSurvey recorded{const_cast<Survey&>(survey), survey.snapshot.holders.known(),
                            survey.snapshot.holders.all(), by_name(survey.counters)};
    std::string bytes;
    protozero::pbf_writer out(bytes);
    wire::Writer writer(out);
    fields(writer, recorded);
    return bytes;
}

Result<Survey> decode_survey(std::string_view bytes) {
    Survey survey;
    RecordedSurvey recorded{survey, false, {}, {}};
    try {
        wire::Budget budget(kMostSurveyBytes);
        wire::Clearer clearer;
        fields(clearer, recorded);
        protozero::pbf_reader in(protozero::data_view(bytes.data(), bytes.size()));
        wire::Reader reader(in, budget);
        while (in.next())
            fields(reader, recorded);
    } catch (const wire::Refused& refused) {
        return fail(Errc::limit, std::string("the recording has ") + refused.what());
    } catch (const protozero::exception&) {
        return fail(Errc::malformed, "the recording is damaged: a field goes beyond its end");
    }
    if (recorded.holders_known)
        survey.snapshot.holders = HolderIndex(std::move(recorded.holders));
    survey.counters = from_names(recorded.counters);
    if (auto sound = check(survey); !sound)
        return fail(sound.error());
    return survey;
}

Result<std::string> encode_recording(const Survey& survey) {
    const std::string bytes = encode_survey(survey);
    if (bytes.size() > kMostUnpackedBytes)
        return fail(Errc::limit, "there is too much for one recording; follow fewer objects "
                                 "(--max-objects, --sample)");
    auto packed = pack(bytes);
    if (!packed)
        return packed;
    std::string checked;
    put(checked, packed->size(), 8);
    put(checked, bytes.size(), 8);
    checked += *packed;
    std::string file(kMagic);
    put(file, kVersion, 4);
    put(file, crc_of(checked), 4);
    return file + checked;
}

Result<Survey> decode_recording(std::string_view file) {
    if (!file.starts_with(kMagic))
        return fail(Errc::malformed, "this is no recording of unfreed");
    if (file.size() < kHeaderBytes)
        return fail(Errc::malformed, "the recording is cut short");
    file.remove_prefix(kMagic.size());
    if (const std::uint64_t version = take(file, 4); version != kVersion)
        return fail(Errc::unsupported, "the recording was made by another version of unfreed, "
                                       "which this one does not understand, or it is damaged");
    const std::uint64_t crc = take(file, 4);
    const std::string_view checked = file;
    const std::uint64_t packed = take(file, 8);
    const std::uint64_t unpacked = take(file, 8);
    if (file.size() < packed)
        return fail(Errc::malformed, "the recording is cut short");
    if (file.size() > packed || crc != crc_of(checked))
        return fail(Errc::malformed, "the recording is damaged: its checksum is another one");
    if (unpacked > kMostUnpackedBytes)
        return fail(Errc::limit, "the recording is too large");
    auto bytes = unpack(file, unpacked);
    if (!bytes)
        return fail(bytes.error());
    return decode_survey(*bytes);
}

} // namespace unfreed
