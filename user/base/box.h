// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <utility>

namespace unfreed {

// A value that may be absent and is copied with its owner, in the place of one pointer: for what is
// large and mostly absent in something that there are millions of.
template <class Value>
class Box {
  public:
    Box() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): as std::optional
    Box(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
    Box(const Box& other) { *this = other; }
    Box(Box&&) noexcept = default;
    Box& operator=(const Box& other) {
        if (this != &other)
            value_ = other.value_ ? std::make_unique<Value>(*other.value_) : nullptr;
        return *this;
    }
    Box& operator=(Box&&) noexcept = default;
    ~Box() = default;

    explicit operator bool() const { return value_ != nullptr; }
    Value& operator*() { return *value_; }
    const Value& operator*() const { return *value_; }
    Value* operator->() { return value_.get(); }
    const Value* operator->() const { return value_.get(); }

  private:
    std::unique_ptr<Value> value_;
};

} // namespace unfreed
