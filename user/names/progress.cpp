// SPDX-License-Identifier: BSD-2-Clause
#include "names/progress.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace unfreed::names {
namespace {

constexpr std::size_t kSize = 4096;

} // namespace

Progress Progress::make() {
    UniqueFd fd(::memfd_create("unfreed-progress", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd || ::ftruncate(fd.get(), kSize) != 0 ||
        ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return {};
    Progress progress = map(fd.get());
    progress.fd_ = std::move(fd);
    return progress;
}

Progress Progress::map(int fd) {
    Progress progress;
    void* page = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED)
        progress.page_ = static_cast<ProgressPage*>(page);
    return progress;
}

Progress::Progress(Progress&& other) noexcept
    : fd_(std::move(other.fd_)), page_(std::exchange(other.page_, nullptr)) {}

Progress& Progress::operator=(Progress&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(page_, other.page_);
    return *this;
}

Progress::~Progress() {
    if (page_ != nullptr)
        ::munmap(page_, kSize);
}

void Progress::work_on(const Suspect& suspect) {
    page_->inode.store(suspect.file.inode, std::memory_order_relaxed);
    page_->device.store(suspect.file.device, std::memory_order_relaxed);
    page_->tgid.store(suspect.tgid, std::memory_order_relaxed);
    beat();
}

Suspect Progress::suspect() const {
    return {{page_->device.load(std::memory_order_relaxed),
             page_->inode.load(std::memory_order_relaxed)},
            page_->tgid.load(std::memory_order_relaxed)};
}

} // namespace unfreed::names
