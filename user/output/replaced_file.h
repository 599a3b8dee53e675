// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "output/place.h"

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace unfreed {

// A new file in a directory, without a name where the file system can do that (O_TMPFILE): then
// nothing of it is left when the process is killed. Otherwise its name cannot be guessed, and it is
// removed with this object.
class Temporary {
  public:
    static Result<Temporary> make(int directory);

    Temporary() = default;
    Temporary(Temporary&&) noexcept;
    Temporary& operator=(Temporary&&) noexcept;
    ~Temporary() { remove(); }

    explicit operator bool() const { return static_cast<bool>(fd_); }
    int fd() const { return fd_.get(); }
    const std::string& name() const { return name_; }
    // Gives it a name, if it has none.
    Result<> link();
    // Its name is no longer ours: it has been renamed, or shall stay.
    void release() { name_.clear(); }

  private:
    Temporary(int directory, UniqueFd fd, std::string name)
        : directory_(directory), fd_(std::move(fd)), name_(std::move(name)) {}
    void remove() noexcept;

    int directory_ = -1; // not owned
    UniqueFd fd_;
    std::string name_;
};

// A regular file that is replaced whole at each write: written beside it, then renamed, so that a
// reader never sees half a report and a failure leaves the old one. The directory is the one that
// was found at the start. A new file is for its owner only: a report holds kernel addresses. One
// that was there keeps its mode and owner.
class ReplacedFile {
  public:
    // Makes the first temporary, so that what cannot be written is known before the trace.
    static Result<ReplacedFile> open(Place place, std::string path);

    Result<> write(std::string_view report);
    // After a failed write: leaves the whole report under a name of its own, and gives its path.
    // Empty: it is not whole.
    std::string keep();

  private:
    ReplacedFile(Place place, std::string path);
    Result<> put(Temporary& temporary);
    void adopt_owner(int fd);
    void look_for_directory(int fd) const;
    std::string path_of(const std::string& name) const;

    UniqueFd directory_;
    std::string name_;
    std::string path_; // as the user gave it
    bool keeps_ = false;
    struct stat was_ {}; // with keeps_: whose mode and owner the next one gets
    Temporary next_;
    Temporary whole_; // written, but not put in place
};

} // namespace unfreed
