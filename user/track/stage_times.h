// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace unfreed {

// When objects reached their stages. Most objects have none, so each keeps only the head of a list
// in this one pool (0: none); freed nodes are used again.
class StageTimes {
  public:
    using Head = std::uint32_t;

    // Keeps the first time a stage was reached.
    void add(Head& head, std::uint32_t stage, std::uint64_t time_ns);
    // Gives the nodes of a list back and empties it.
    void release(Head& head);

    template <class Visitor>
    void for_each(Head head, Visitor&& visit) const {
        for (; head; head = nodes_[head - 1].next)
            visit(nodes_[head - 1].stage, nodes_[head - 1].time_ns);
    }

    // Nodes in use.
    std::size_t size() const { return used_; }
    std::size_t memory_bytes() const { return nodes_.capacity() * sizeof(Node); }

  private:
    struct Node {
        std::uint64_t time_ns = 0;
        std::uint32_t stage = 0;
        Head next = 0;
    };
    std::vector<Node> nodes_;
    Head free_ = 0;
    std::size_t used_ = 0;
};

} // namespace unfreed
