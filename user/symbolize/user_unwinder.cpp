// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/user_unwinder.h"

#include "base/c_ptr.h"
#include "symbolize/mapped_file.h"

#include <elf.h>
#include <elfutils/libdwfl.h>

#include <array>
#include <cstring>
#include <map>
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

// The files are reported, so none is looked for, nor is debug information.
int find_no_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) {
    return -1;
}

int find_no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*,
                      GElf_Word, char**) {
    return -1;
}

constexpr Dwfl_Callbacks kFiles = {find_no_file, find_no_debuginfo, nullptr, nullptr};
constexpr Dwfl_Thread_Callbacks kThreads = {next_thread,   get_thread, read_memory,
                                            set_registers, nullptr,    nullptr};

} // namespace

class UserUnwinder::Process {
  public:
    explicit Process(const ProcessMaps& maps) : maps_(maps), dwfl_(dwfl_begin(&kFiles)) {
        // Where a file was loaded: its first mapping, as if it began with the file.
        for (const Mapping& mapping : maps.mappings())
            if (mapping.inode != 0 && mapping.path.starts_with('/'))
                bases_.try_emplace(key_of(mapping), mapping.start - mapping.file_offset);
    }

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
    using FileKey = std::pair<std::string, std::uint64_t>; // path, inode

    static FileKey key_of(const Mapping& mapping) {
        return {std::string(mapping.path), mapping.inode};
    }

    // Tells libdwfl of every file that a word of the stack points into: those of return addresses
    // are among them. False if there is none.
    bool report_files(const UserStackCopy& copy) {
        std::set<const Mapping*> wanted;
        if (const Mapping* mapping = maps_.find(copy.registers.back()))
            wanted.insert(mapping);
        for (std::size_t at = 0; at + sizeof(std::uint64_t) <= copy.bytes.size();
             at += sizeof(std::uint64_t)) {
            std::uint64_t word;
            std::memcpy(&word, copy.bytes.data() + at, sizeof(word));
            if (const Mapping* mapping = maps_.find(word))
                wanted.insert(mapping);
        }
        bool begun = false;
        for (const Mapping* mapping : wanted) {
            const auto base = bases_.find(key_of(*mapping));
            if (base == bases_.end() || !reported_.insert(base->first).second)
                continue;
            if (!std::exchange(begun, true))
                dwfl_report_begin_add(dwfl_.get());
            report(*mapping, base->second);
        }
        if (begun)
            dwfl_report_end(dwfl_.get(), nullptr, nullptr);
        return any_;
    }

    void report(const Mapping& mapping, std::uint64_t base) {
        UniqueFd fd = open_mapped_file(maps_, mapping).fd;
        const std::string name(mapping.path);
        if (!fd)
            return;
        // Taken over when it succeeds.
        if (dwfl_report_elf(dwfl_.get(), name.c_str(), name.c_str(), fd.get(), base, false) !=
            nullptr) {
            fd.release();
            any_ = true;
        }
    }

    const ProcessMaps& maps_;
    CPtr<Dwfl, dwfl_end> dwfl_;
    std::map<FileKey, std::uint64_t> bases_;
    std::set<FileKey> reported_;
    Walk walk_;
    bool attached_ = false;
    bool any_ = false;
};

UserUnwinder::UserUnwinder() = default;
UserUnwinder::~UserUnwinder() = default;

void UserUnwinder::forget() {
    process_.reset();
}

UserUnwinder::Stack UserUnwinder::unwind(const UserStackCopy& copy, const ProcessMaps& maps) {
    if (!process_ || process_->maps() != &maps)
        process_ = std::make_unique<Process>(maps);
    return process_->unwind(copy);
}

} // namespace unfreed
