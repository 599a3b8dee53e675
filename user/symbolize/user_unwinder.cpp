// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_unwinder.h"

#include "base/c_ptr.h"
#include "symbolize/mapped_file.h"

#include <elf.h>
#include <elfutils/libdwfl.h>

#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace unfreed {
namespace {

// No more frames than this, should unwinding run in circles.
constexpr std::size_t kMostFrames = 128;
// libdwfl wants a thread to have a number; there is one at a time.
constexpr pid_t kThread = 1;

// What libdwfl asks for while it unwinds, and what it finds. Nothing here may throw: C calls it.
struct Walk {
    const UserStackCopy* copy = nullptr;
    std::array<std::uint64_t, kMostFrames> addresses{};
    std::size_t count = 0;
    bool cut = false; // something was asked for that is not in the copy
};

pid_t next_thread(Dwfl*, void* walk, void** thread) {
    if (*thread != nullptr)
        return 0;
    *thread = walk;
    return kThread;
}

bool get_thread(Dwfl*, pid_t, void* walk, void** thread) {
    *thread = walk;
    return true;
}

// Only of the copied stack: unwind tables come from the files.
bool read_memory(Dwfl*, Dwarf_Addr address, Dwarf_Word* word, void* arg) {
    Walk& walk = *static_cast<Walk*>(arg);
    const UserStackCopy& copy = *walk.copy;
    if (address < copy.start || copy.bytes.size() < sizeof(*word) ||
        address - copy.start > copy.bytes.size() - sizeof(*word)) {
        walk.cut = true;
        return false;
    }
    std::memcpy(word, copy.bytes.data() + (address - copy.start), sizeof(*word));
    return true;
}

bool set_registers(Dwfl_Thread* thread, void* arg) {
    const UserStackCopy& copy = *static_cast<const Walk*>(arg)->copy;
    const std::vector<std::uint64_t>& all = copy.registers;
    // arm64 has no DWARF number for the program counter, x86-64 has.
    const bool numbered = copy.machine == EM_X86_64;
    const std::size_t count = all.size() - (numbered ? 0 : 1);
    std::array<Dwarf_Word, 64> words{};
    if (count > words.size())
        return false;
    for (std::size_t i = 0; i < count; ++i)
        words[i] = all[i];
    if (!numbered)
        dwfl_thread_state_register_pc(thread, all.back());
    return dwfl_thread_state_registers(thread, 0, static_cast<unsigned>(count), words.data());
}

int take_frame(Dwfl_Frame* frame, void* arg) {
    Walk& walk = *static_cast<Walk*>(arg);
    Dwarf_Addr address = 0;
    if (walk.count == walk.addresses.size() || !dwfl_frame_pc(frame, &address, nullptr))
        return DWARF_CB_ABORT;
    walk.addresses[walk.count++] = address;
    return DWARF_CB_OK;
}

// Gives the tables that the module was made for; they are not touched, in spite of the type.
int find_tables(Dwfl_Module*, void** tables, const char*, Dwarf_Addr, char**, Elf** elf) {
    const auto& bytes = static_cast<const UnwindTables*>(*tables)->elf();
    auto* start = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    *elf = elf_memory(start, bytes.size());
    return -1; // no descriptor
}

// All that there is to know is in the tables.
int find_no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*,
                      GElf_Word, char**) {
    return -1;
}

constexpr Dwfl_Callbacks kFiles = {find_tables, find_no_debuginfo, nullptr, nullptr};
constexpr Dwfl_Thread_Callbacks kThreads = {next_thread,   get_thread, read_memory,
                                            set_registers, nullptr,    nullptr};

} // namespace

class UserUnwinder::Process {
  public:
    // unwinder: has to outlive it.
    Process(UserUnwinder& unwinder, const ProcessMaps& maps)
        : unwinder_(unwinder), maps_(maps), dwfl_(dwfl_begin(&kFiles)) {}

    const ProcessMaps* maps() const { return &maps_; }

    Stack unwind(const UserStackCopy& copy) {
        Stack stack;
        if (!dwfl_ || copy.registers.empty() || !report_files(copy))
            return stack;
        walk_.copy = &copy;
        walk_.count = 0;
        walk_.cut = false;
        if (!attached_ && !dwfl_attach_state(dwfl_.get(), nullptr, kThread, &kThreads, &walk_))
            return stack;
        attached_ = true;
        // It ends without an error where a return address could not be read, too.
        stack.whole =
            dwfl_getthread_frames(dwfl_.get(), kThread, take_frame, &walk_) == 0 && !walk_.cut;
        walk_.copy = nullptr;
        stack.addresses.assign(walk_.addresses.begin(), walk_.addresses.begin() + walk_.count);
        return stack;
    }

  private:
    // Tells libdwfl of every program and library whose code a word of the stack points into: those
    // of return addresses are among them. False if there is none.
    bool report_files(const UserStackCopy& copy) {
        std::set<const Mapping*> wanted;
        const auto want = [&](std::uint64_t address) {
            const Mapping* mapping = maps_.find(address);
            if (mapping != nullptr && mapping->executable && mapping->inode != 0 &&
                mapping->path.starts_with('/') && reported_.insert(mapping->start).second)
                wanted.insert(mapping);
        };
        want(copy.registers.back());
        for (std::size_t at = 0; at + sizeof(std::uint64_t) <= copy.bytes.size();
             at += sizeof(std::uint64_t)) {
            std::uint64_t word;
            std::memcpy(&word, copy.bytes.data() + at, sizeof(word));
            want(word);
        }
        if (wanted.empty())
            return any_;
        dwfl_report_begin_add(dwfl_.get());
        for (const Mapping* mapping : wanted)
            report(*mapping);
        unwinder_.source_->work_on(nullptr);
        dwfl_report_end(dwfl_.get(), nullptr, nullptr);
        return any_;
    }

    void report(const Mapping& mapping) {
        const auto tables = unwinder_.files_.of(
            maps_, mapping, [&](const MappedFile& file) { return unwinder_.load(file); });
        const auto bias =
            tables ? tables->bias_of(mapping.start, mapping.file_offset) : std::nullopt;
        if (!bias || !modules_.emplace(tables, *bias).second)
            return;
        const std::uint64_t start = tables->first_address() + *bias;
        const std::uint64_t end = tables->end_address() + *bias;
        const std::string name(mapping.path);
        Dwfl_Module* module =
            start < end ? dwfl_report_module(dwfl_.get(), name.c_str(), start, end) : nullptr;
        void** userdata = nullptr;
        if (module == nullptr || dwfl_module_info(module, &userdata, nullptr, nullptr, nullptr,
                                                  nullptr, nullptr, nullptr) == nullptr)
            return;
        *userdata = const_cast<UnwindTables*>(tables.get()); // find_tables() gets it
        any_ = true;
    }

    UserUnwinder& unwinder_;
    const ProcessMaps& maps_;
    std::set<std::uint64_t> reported_; // starts of mappings
    // Which libdwfl has, and what is added to their addresses; it refers to them to its end.
    std::set<std::pair<FileCache<UnwindTables>::Pointer, std::uint64_t>> modules_;
    CPtr<Dwfl, dwfl_end> dwfl_;
    Walk walk_;
    bool attached_ = false;
    bool any_ = false;
};

// Twice the tables of the largest programs.
constexpr std::size_t kMostBytes = 64 * 1024 * 1024;

UserUnwinder::UserUnwinder(std::shared_ptr<MappedFiles> source)
    : source_(source), files_(std::move(source), kMostBytes) {}
UserUnwinder::~UserUnwinder() = default;

FileCache<UnwindTables>::Pointer UserUnwinder::load(const MappedFile& file) {
    Result<UnwindTables> tables = UnwindTables::load(file.fd.get());
    if (tables)
        return std::make_shared<const UnwindTables>(std::move(*tables));
    too_large_files_ += tables.error().code == Errc::limit ? 1 : 0;
    return nullptr;
}

void UserUnwinder::forget() {
    process_.reset();
}

UserUnwinder::Stack UserUnwinder::unwind(const UserStackCopy& copy, const ProcessMaps& maps) {
    if (!process_ || process_->maps() != &maps)
        process_ = std::make_unique<Process>(*this, maps);
    return process_->unwind(copy);
}

} // namespace unfreed
