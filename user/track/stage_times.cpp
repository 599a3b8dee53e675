// SPDX-License-Identifier: BSD-2-Clause
#include "track/stage_times.h"

#include <algorithm>

namespace unfreed {

void StageTimes::add(Head& head, std::uint32_t stage, std::uint64_t time_ns) {
    for (Head at = head; at; at = nodes_[at - 1].next) {
        Node& node = nodes_[at - 1];
        if (node.stage == stage) {
            node.time_ns = std::min(node.time_ns, time_ns);
            return;
        }
    }
    if (!free_) {
        nodes_.push_back(Node{});
        free_ = static_cast<Head>(nodes_.size());
    }
    const Head taken = free_;
    free_ = nodes_[taken - 1].next;
    nodes_[taken - 1] = Node{time_ns, stage, head};
    head = taken;
    ++used_;
}

void StageTimes::release(Head& head) {
    while (head) {
        const Head next = nodes_[head - 1].next;
        nodes_[head - 1].next = free_;
        free_ = head;
        head = next;
        --used_;
    }
    if (used_ == 0) {
        std::vector<Node>().swap(nodes_);
        free_ = 0;
    }
}

} // namespace unfreed
