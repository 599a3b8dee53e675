// SPDX-License-Identifier: BSD-2-Clause
#include "look/look.h"

#include "look/step_log.h"
#include "look/steps.h"

#include <utility>

namespace unfreed::look {

Result<Survey> look(const Sources& sources, const Known& known, const OnStep& on_step) {
    Looking looking{sources, known, CountingWitness(sources.source), {}};
    std::size_t number = 0;
    for (const LookStep& step : look_steps()) {
        if (on_step)
            on_step(step.name, ++number, look_steps().size());
        const StepLog log(step.name, looking.witness);
        if (auto taken = step.take(looking); !taken)
            return fail(taken.error());
    }
    return std::move(looking.survey);
}

} // namespace unfreed::look
